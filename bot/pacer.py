"""The pacer: no credential sends more in any one second than its messenger allows."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyrate_limiter import InMemoryBucket

SECOND = 1000
MARGIN = 30
"""Milliseconds beyond the second: messages may arrive a little closer together than they left."""
AHEAD = 0.1
"""Seconds' worth of messages taken ahead: more would make a reply wait behind what is in hand."""

SPREAD = 1 / 8
"""The most of a second's messages that go within AHEAD: a reply waits for no new second."""


class Pacer:
    """Says when one more may go; `per_second` 0: always. `ticks`: microseconds that only grow."""

    def __init__(self, per_second: float, ticks: Callable[[], int]) -> None:
        self._ticks = ticks
        self._bucket = _bucket(per_second) if per_second else None
        self.ahead = max(1, int(per_second * AHEAD)) if per_second else math.inf
        """How many may be taken from the outbox before it is their turn."""

    def take_turn(self) -> float:
        """0: one may go now, and counts. Else the seconds until it is worth asking again."""
        if self._bucket is None:
            return 0.0
        from pyrate_limiter import RateItem

        item = RateItem("sending", self._ticks() // SECOND)
        self._bucket.leak(item.timestamp)
        if self._bucket.put(item):
            return 0.0
        wait = self._bucket.waiting(item)
        assert isinstance(wait, int)
        # A millisecond more, for times are cut to whole ones.
        return (wait + 1) / SECOND


def _bucket(per_second: float) -> "InMemoryBucket":
    from pyrate_limiter import InMemoryBucket, Rate  # costs memory only where something is paced

    limit = max(1, int(per_second))
    period = math.ceil(limit / min(per_second, limit) * SECOND)
    rates = [Rate(limit, period + MARGIN)]
    if (few := math.ceil(limit * SPREAD)) < limit:
        rates.append(Rate(few, int(AHEAD * SECOND)))
    return InMemoryBucket(sorted(rates, key=lambda rate: rate.interval))
