"""The only place that tells the time."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """In UTC."""
        return datetime.now(UTC)

    def ticks(self) -> int:
        """Microseconds of no particular origin, for measuring."""
        return time.perf_counter_ns() // 1000
