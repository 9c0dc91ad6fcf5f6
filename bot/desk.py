"""What the web pages need of the house behind them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from handlers.message import Incoming, Message


class Line(NamedTuple):
    """One line of a conversation; `mine` is the resident's own, `id` orders each direction.

    A pressed button is the resident's line with empty text and one Choice holding its value:
    the page finds the label.
    """

    id: int
    at: datetime
    mine: bool
    message: Message


class Desk(Protocol):
    """The reception, as the web sees it."""

    async def receive(self, incomings: Sequence[Incoming]) -> None:
        """Put into the inbox, durable on return; raises ReadError (503) when too many wait."""
        ...

    async def history(self, channel: str, address: str, *, limit: int = 100) -> list[Line]:
        """The newest lines in both directions, oldest first."""
        ...

    async def sent_after(self, channel: str, address: str, outbox_id: int) -> list[Line]:
        """Our messages with an id above `outbox_id`, in the order of their ids."""
        ...

    async def health(self) -> dict[str, object]:
        """What waits and what went wrong."""
        ...
