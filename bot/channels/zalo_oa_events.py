"""Zalo's events: the few fields that we look at, and what a resident meant by them."""

import hashlib
import logging
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from bot.channels.zalo_oa_text import choice_of
from handlers.message import Attachment, AttachmentKind, Incoming, Kind, Place

log = logging.getLogger(__name__)

CHANNEL = "zalo_oa"

_Number = str | int | float  # Zalo writes numbers as texts, mostly
_LATEST = 253_402_300_799_000  # milliseconds, to the end of the year 9999


class Envelope(msgspec.Struct, frozen=True):
    """What every event says of itself."""

    event_name: str
    app_id: str | int = ""
    timestamp: str | int = ""


class _Party(msgspec.Struct, frozen=True):
    id: str | int = ""


class _Sides(msgspec.Struct, frozen=True):
    """Who an event is from and to; `follow` and `unfollow` have no sender."""

    sender: _Party | None = None
    recipient: _Party | None = None
    follower: _Party | None = None
    oa_id: str | int | None = None

    @property
    def user(self) -> str:
        return str((self.sender or self.follower or _Party()).id)

    @property
    def account(self) -> str:
        return str((self.recipient or _Party()).id or self.oa_id or "")


class _Coordinates(msgspec.Struct, frozen=True):
    latitude: _Number
    longitude: _Number


class _Payload(msgspec.Struct, frozen=True):
    url: str | None = None
    name: str | None = None
    title: str | None = None
    description: str | None = None
    type: str | None = None
    size: _Number | None = None
    coordinates: _Coordinates | None = None


class _Attached(msgspec.Struct, frozen=True):
    payload: _Payload = _Payload()


class _Message(msgspec.Struct, frozen=True):
    text: str | None = None
    msg_id: str | int | None = None
    attachments: list[_Attached] | None = None


class _Spoken(msgspec.Struct, frozen=True):
    message: _Message


class _Address(msgspec.Struct, frozen=True):
    user_address: str | None = None
    user_ward: str | None = None
    user_city: str | None = None


class _Info(msgspec.Struct, frozen=True):
    """Newer events nest the address, older ones lay it flat."""

    name: str | None = None
    phone: str | int | None = None
    full_address: _Address = _Address()
    address: str | None = None
    ward: str | None = None
    district: str | None = None
    city: str | None = None


class _Submitted(msgspec.Struct, frozen=True):
    info: _Info


class _Content(NamedTuple):
    """What a resident meant by an event."""

    kind: Kind
    text: str = ""
    choice: str = ""
    attachments: tuple[Attachment, ...] = ()
    place: Place | None = None
    id: str = ""


_ENVELOPE = msgspec.json.Decoder(Envelope)
_SIDES = msgspec.json.Decoder(_Sides)
_SPOKEN = msgspec.json.Decoder(_Spoken)
_SUBMITTED = msgspec.json.Decoder(_Submitted)

_KINDS: Mapping[str, AttachmentKind] = {
    "user_send_image": "photo",
    "user_send_gif": "photo",
    "user_send_audio": "voice",
    "user_send_video": "video",
    "user_send_file": "file",
}


def open_envelope(body: str) -> Envelope:
    """Raises ValueError when the body is no event of Zalo."""
    try:
        return _ENVELOPE.decode(body)
    except RecursionError:
        raise ValueError("too deep") from None


def time_of(timestamp: str | int) -> datetime:
    """A timestamp in milliseconds, as text or number; raises ValueError when it is none."""
    text = str(timestamp)
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= _LATEST):
        raise ValueError("not a time")
    return datetime.fromtimestamp(int(text) / 1000, UTC)


def read_event(name: str, body: str, *, at: datetime, oa_id: str) -> Incoming | None:
    """What a resident meant by an event that is surely Zalo's; None: nothing in it for us.

    `oa_id`: our account, so that our own words are never taken for a resident's; "" if unknown.
    Nothing is refused here, however it is shaped: Zalo switches a webhook off that refuses.
    """
    reader = _READERS.get(name)
    if reader is None:
        log.info("an event of Zalo is of no use here: %.40r", name)
        return None
    try:
        sides = _SIDES.decode(body)
    except msgspec.ValidationError:
        sides = _Sides()
    address, ours = sides.user, sides.account
    if not _is_id(address):
        log.error("an event %s of Zalo was left out: nobody can be answered", name)
        return None
    if oa_id and (address == oa_id or ours not in ("", oa_id)):
        log.info("an event %s of Zalo is not to our account", name)
        return None
    return _incoming(_content(reader, name, body), address, at=at, body=body)


def _incoming(content: _Content, address: str, *, at: datetime, body: str) -> Incoming:
    return Incoming(
        channel=CHANNEL,
        address=address,
        external_id=content.id if _is_id(content.id) else _digest(body),
        sent_at=at,
        kind=content.kind,
        text=content.text,
        choice=content.choice,
        attachments=content.attachments,
        place=content.place,
    )


def _content(reader: "_Reader", name: str, body: str) -> _Content:
    try:
        return reader(name, body)
    except msgspec.ValidationError as error:
        log.error("an event %s of Zalo has a shape that we do not know: %s", name, error)
        return _Content("unreadable")


def _read_text(_: str, body: str) -> _Content:
    message = _SPOKEN.decode(body).message
    if choice := choice_of(_clean(message.text)):
        return _Content("choice", choice=choice, id=_id(message))
    return _worded(message, message.text)


def _read_link(_: str, body: str) -> _Content:
    """Its words only: nobody opens the page behind it."""
    message = _SPOKEN.decode(body).message
    payload = _first_of(message)
    told = _lines((payload.title, payload.description, payload.url))
    return _worded(message, message.text or told)


def _read_card(_: str, body: str) -> _Content:
    """A business card is somebody else's: only words beside it are read."""
    message = _SPOKEN.decode(body).message
    return _worded(message, message.text)


def _worded(message: _Message, text: str | None) -> _Content:
    words = _clean(text)
    return _Content("text" if words.strip() else "unreadable", words, id=_id(message))


def _read_sticker(_: str, body: str) -> _Content:
    return _Content("unreadable", id=_id(_SPOKEN.decode(body).message))


def _read_attachments(name: str, body: str) -> _Content:
    message = _SPOKEN.decode(body).message
    found = tuple(_attachments(_KINDS[name], message.attachments or ()))
    kind: Kind = "attachment" if found else "unreadable"
    return _Content(kind, _clean(message.text), attachments=found, id=_id(message))


def _attachments(kind: AttachmentKind, attached: Sequence[_Attached]) -> list[Attachment]:
    return [
        Attachment(
            kind=kind,
            source=_clean(one.payload.url),
            name=_clean(one.payload.name),
            media_type=_clean(one.payload.type),
            size=_size(one.payload.size),
        )
        for one in attached
        if _clean(one.payload.url)
    ]


def _read_location(_: str, body: str) -> _Content:
    message = _SPOKEN.decode(body).message
    place = _place(_first_of(message).coordinates, _clean(message.text))
    return _Content("place" if place else "unreadable", place=place, id=_id(message))


def _place(coordinates: _Coordinates | None, name: str) -> Place | None:
    if coordinates is None:
        return None
    latitude, longitude = _number(coordinates.latitude), _number(coordinates.longitude)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # NaN is not either
        return None
    return Place(latitude=latitude, longitude=longitude, name=name)


def _read_info(_: str, body: str) -> _Content:
    """What a resident filled into Zalo's form, as if they had written it line by line."""
    info = _SUBMITTED.decode(body).info
    told = (
        info.name,
        str(info.phone or ""),
        info.full_address.user_address or info.address,
        info.full_address.user_ward or info.ward,
        info.district,
        info.full_address.user_city or info.city,
    )
    text = _lines(told)
    return _Content("text" if text else "unreadable", text)


def _read_joined(_: str, __: str) -> _Content:
    return _Content("joined")


def _read_left(_: str, __: str) -> _Content:
    return _Content("left")


_Reader = Callable[[str, str], _Content]
_READERS: Mapping[str, _Reader] = {
    "user_send_text": _read_text,
    "user_send_link": _read_link,
    "user_send_business_card": _read_card,
    "user_send_sticker": _read_sticker,
    "user_send_location": _read_location,
    "user_submit_info": _read_info,
    "follow": _read_joined,
    "unfollow": _read_left,
    **dict.fromkeys(_KINDS, _read_attachments),
}
"""What residents do; receipts, our own echoes, groups, tags and what is new are only named."""


def _id(message: _Message) -> str:
    return str(message.msg_id or "")


def _first_of(message: _Message) -> _Payload:
    return message.attachments[0].payload if message.attachments else _Payload()


def _size(size: _Number | None) -> int:
    """In bytes; 0 when it says nothing."""
    number = _number(size or 0)
    return int(number) if 0 < number < 2**53 else 0


def _number(value: _Number) -> float:
    """NaN, which is neither small nor large, when it is none."""
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _lines(told: Sequence[str | None]) -> str:
    return "\n".join(filter(None, (_clean(one).strip() for one in told)))


def _clean(text: str | None) -> str:
    return unicodedata.normalize("NFC", (text or "").replace("\0", ""))  # PostgreSQL stores no NUL


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 64 and text.isascii() and text.isprintable() and " " not in text


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
