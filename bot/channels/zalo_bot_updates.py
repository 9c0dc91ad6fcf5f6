"""Zalo Bot's events: the few fields that we look at, and what a resident meant by them."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from handlers.message import Attachment, Incoming, Kind

CHANNEL = "zalo_bot"

_KINDS: dict[str, Kind] = {
    "message.text.received": "text",
    "message.image.received": "attachment",
    "message.sticker.received": "unreadable",
    "message.unsupported.received": "unreadable",
}
"""The events in which a resident says something."""

_MILLISECONDS = 10**12
"""A date from here on counts milliseconds, a smaller one seconds: both were seen."""

# Opaque; as long as the inbox has room for.
_Address = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,64}\Z")]
_MessageId = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,120}\Z")]
_Date = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999)]  # to the year 9999


class _Chat(msgspec.Struct):
    id: _Address
    chat_type: str = ""


class _Sender(msgspec.Struct):
    id: str = ""
    is_bot: bool | None = False


class _Message(msgspec.Struct, rename={"sender": "from"}):
    message_id: _MessageId
    date: _Date
    chat: _Chat
    sender: _Sender
    text: str | None = None
    caption: str | None = None
    photo_url: str | None = None
    photo: str | None = None  # as it was called before

    def is_private(self) -> bool:
        # Where the type is not told, a chat with one person has that person's id.
        return self.chat.chat_type == "PRIVATE" or (
            not self.chat.chat_type and self.chat.id == self.sender.id
        )


class Event(msgspec.Struct):
    """One event; of a kind that we do not know, only the name is read."""

    event_name: str = ""
    message: msgspec.Raw = msgspec.Raw()


class _Envelope(msgspec.Struct):
    ok: bool | None = None
    result: msgspec.Raw = msgspec.Raw()


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_EVENT = msgspec.json.Decoder(Event)
_MESSAGE = msgspec.json.Decoder(_Message)


def decode_webhook(body: str) -> Event:
    """Read what the webhook was called with: an event, bare or as the `result` of an answer.

    Both shapes were seen. Raises ValueError when it is neither.
    """
    try:
        envelope = _ENVELOPE.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise ValueError("no object") from None
    wrapped = envelope.ok is True and bytes(envelope.result).startswith(b"{")
    return decode(envelope.result if wrapped else body)


def decode(event: str | msgspec.Raw) -> Event:
    """Read one event; raises ValueError when it is none."""
    try:
        return _EVENT.decode(event)
    except RecursionError:
        raise ValueError("too deep") from None


def read_event(event: Event, own_id: str) -> Incoming | None:
    """What a resident meant by an event; None when there is nothing in it for us.

    `own_id`: the bot's, whose own messages may come back; "" while it is not known. Raises
    ValueError when the message has a shape that we do not know.
    """
    kind = _KINDS.get(event.event_name)
    if kind is None:
        return None
    message = _MESSAGE.decode(event.message)
    by_bot = message.sender.is_bot or message.sender.id == own_id != ""
    if by_bot or not message.is_private():
        return None
    text = _clean(message.text if kind == "text" else message.caption)
    return Incoming(
        channel=CHANNEL,
        address=message.chat.id,
        external_id=message.message_id,
        sent_at=_time(message.date),
        kind="unreadable" if kind == "text" and not text else kind,
        text=text,
        attachments=_photos(message) if kind == "attachment" else (),
    )


def _photos(message: _Message) -> tuple[Attachment, ...]:
    source = _clean(message.photo_url or message.photo)
    return (Attachment(kind="photo", source=source),) if source else ()


def _clean(text: str | None) -> str:
    # PostgreSQL stores no NUL.
    return unicodedata.normalize("NFC", (text or "").replace("\0", ""))


def _time(date: int) -> datetime:
    if date < _MILLISECONDS:
        return datetime.fromtimestamp(date, UTC)
    seconds, rest = divmod(date, 1000)
    return datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=rest)
