"""A small memory of what came in, for messengers that bring old things again and again."""

from collections import OrderedDict
from collections.abc import Iterable


class Seen:
    """The last `limit` ids; it only spares work: that nothing counts twice the inbox promises."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, one: str) -> bool:
        return one in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Iterable[str]) -> None:
        """Remember these, and forget the oldest beyond the limit."""
        for one in ids:
            self._ids[one] = None
            self._ids.move_to_end(one)
        while len(self._ids) > self._limit:
            self._ids.popitem(last=False)
