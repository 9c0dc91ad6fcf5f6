"""The contract of every door to residents: it can `read` and `send`, and knows its limits."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from handlers.message import Attachment, Incoming, Message

Receive = Callable[[Sequence[Incoming]], Awaitable[None]]
"""Hands what a door has read to the inbox; when it returns, the messages are durable."""


class ReadError(Exception):
    """A door refuses what came: `status` is the HTTP code to answer with."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class SendError(Exception):
    """A door failed to send; only the worker reads it.

    `retry_in`: seconds until the same message may be tried again; None means never.
    `resident_gone`: the resident blocked us or left; nothing more is sent to that address.
    `unknown`: the request may have reached the provider; it is never blindly sent again.
    `whole_channel`: with `retry_in`, every sending on this channel pauses that long.
    `out_of_window`: the channel lets us write only after the resident did: it waits for that.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_in: float | None = None,
        resident_gone: bool = False,
        unknown: bool = False,
        whole_channel: bool = False,
        out_of_window: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_in = retry_in
        self.resident_gone = resident_gone
        self.unknown = unknown
        self.whole_channel = whole_channel
        self.out_of_window = out_of_window


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way: `id` is its outbox row, the same at every attempt (from 1)."""

    id: int
    address: str
    message: Message
    attempt: int = 1


class Window(NamedTuple):
    """How long after a resident's last word we may write of our own accord, by the channel's rule.

    Until `free` it costs nothing, until `last` it is paid for, later it is refused.
    """

    free: timedelta
    last: timedelta


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do, as data: whoever sends asks this, never for a channel's name.

    `text_limit`: the longest text of one message, counted in code points of NFC or UTF-16 units
    (`counts`). `buttons`: the most under one message; 0 means that numbers are all there is.
    `can_edit`: a message of ours can be shown anew in its place. `may_resend`: sending the same
    Outgoing twice shows it only once (true where we own the screen). `per_second`: the most
    messages the credential may send in a second; 0: no limit. `window`: None where we may always
    write to whoever wrote to us.
    """

    text_limit: int
    counts: Literal["characters", "utf16"] = "characters"
    buttons: int = 0
    can_edit: bool = False
    may_resend: bool = False
    per_second: float = 0
    window: Window | None = None


class Channel(Protocol):
    """A door. `send` returns the provider's id of the message, or raises SendError."""

    name: str
    abilities: Abilities

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        """Check the secret and turn a provider's request into our shape; raises ReadError.

        `headers` has lower-case names. An empty list means: fine, nothing for us in it.
        """
        ...

    async def send(self, outgoing: Outgoing) -> str:
        """Deliver one message."""
        ...

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """What a resident attached, at most `limit` bytes; raises SendError (never `unknown`)."""
        ...

    async def open(self, receive: Receive) -> None:
        """Start what the door needs (a client, polling); returns when it is ready."""
        ...

    async def close(self) -> None:
        """Stop and let go of everything."""
        ...


@runtime_checkable
class Holder(Protocol):
    """A door that itself holds what was sent to it, until it is told that it is settled."""

    def let_go(self, attachment: Attachment) -> None:
        """It is kept, or will never be: what the door holds of it may go."""
        ...
