"""The only place that tells the time."""

import time
from datetime import UTC, date, datetime, timedelta


class SystemClock:
    """The machine's clock; `on`: it is that calendar day, for asking what the rules will be."""

    def __init__(self, on: date | None = None) -> None:
        self._shift = timedelta()
        if on is not None:
            self._shift = datetime.combine(on, datetime.min.time(), UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        """In UTC."""
        return datetime.now(UTC) + self._shift

    def ticks(self) -> int:
        """Microseconds of no particular origin, for measuring."""
        return time.perf_counter_ns() // 1000
