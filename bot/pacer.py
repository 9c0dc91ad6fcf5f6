"""The pacer: no credential sends more in any one second than its messenger allows."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyrate_limiter import InMemoryBucket, RateItem

SECOND = 1000
"""In milliseconds, which the limiter counts in."""
ROUNDING = 2
"""Milliseconds that whole ones may be wrong by."""
AHEAD = 0.1
"""Seconds' worth of messages taken ahead: more would make a reply wait behind what is in hand."""
SPREAD = 0.8
"""The share of a second over which a second's messages are spread: a reply waits for a gap of the
pace, not for the next second."""


class Turn:
    """One message's turn; `end` it when the messenger has answered, however it did."""

    def __init__(self, pacer: "Pacer", item: "RateItem | None") -> None:
        self._pacer = pacer
        self._item = item

    def end(self) -> None:
        """It has arrived by now: only a second from now is it no longer of the last second."""
        if self._item is not None:
            self._pacer.arrived(self._item)


class Pacer:
    """Says when one more may go; `per_second` 0: always. `ticks`: microseconds that only grow.

    A message arrives some time between its leaving and its answer, so it counts from the one until
    a second after the other: then the limit holds where the messenger counts, whatever the network
    does. A messenger that answers after `t` seconds gets `per_second / (1 + t)` of them a second.
    What is under way for longer than a second is taken to have arrived meanwhile.
    """

    def __init__(self, per_second: float, ticks: Callable[[], int]) -> None:
        self._ticks = ticks
        self._bucket = _bucket(per_second) if per_second else None
        self._gap = SPREAD * SECOND / per_second if per_second > 1 else 0.0
        self._next = 0.0
        self.ahead = max(1, int(per_second * AHEAD)) if per_second else math.inf
        """How many may be taken from the outbox before it is their turn."""

    def take_turn(self) -> Turn | float:
        """A turn, if one more may go now; else the seconds until it is worth asking again."""
        if self._bucket is None:
            return Turn(self, None)
        from pyrate_limiter import RateItem

        now = self._ticks() / SECOND
        if now < self._next:
            return (self._next - now) / SECOND
        item = RateItem("sending", int(now))
        self._bucket.leak(item.timestamp)
        if self._bucket.put(item):
            self._next = now + self._gap
            return Turn(self, item)
        wait = self._bucket.waiting(item)
        assert isinstance(wait, int)
        return max(wait, 1) / SECOND

    def arrived(self, item: "RateItem") -> None:
        """Count it from now on as if it had just left."""
        assert self._bucket is not None
        if item in self._bucket.items:
            self._bucket.items.remove(item)
        item.timestamp = self._ticks() // SECOND
        self._bucket.items.append(item)


def _bucket(per_second: float) -> "InMemoryBucket":
    from pyrate_limiter import InMemoryBucket, Rate  # costs memory only where something is paced

    limit = max(1, int(per_second))
    period = math.ceil(limit / min(per_second, limit) * SECOND)
    return InMemoryBucket([Rate(limit, period + ROUNDING)])
