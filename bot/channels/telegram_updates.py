"""Telegram's updates: the few fields that we look at, and what a resident meant by them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from bot.channels.telegram_text import DATA_BYTES
from handlers.message import Attachment, AttachmentKind, Incoming, Kind, Place

CHANNEL = "telegram"

_COMMAND = re.compile(r"\A(/\w+)@\w+")
_Date = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]  # seconds, to the year 9999


class _Chat(msgspec.Struct):
    id: int
    type: str


class _User(msgspec.Struct):
    id: int
    is_bot: bool = False


class _File(msgspec.Struct):
    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: int = 0


class _Size(msgspec.Struct):
    """One of the sizes in which Telegram keeps a photo."""

    file_id: str
    width: int
    height: int
    file_size: int = 0


class _Location(msgspec.Struct):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class _Venue(msgspec.Struct):
    title: str
    address: str


class _Message(msgspec.Struct, rename={"sender": "from"}):
    """A contact is not among the fields: whose number it is, nobody asked, so nothing is kept."""

    chat: _Chat
    date: _Date
    edit_date: _Date = 0
    sender: _User | None = None
    text: str = ""
    caption: str = ""
    photo: list[_Size] = []
    voice: _File | None = None
    audio: _File | None = None
    video: _File | None = None
    video_note: _File | None = None
    animation: _File | None = None  # comes with `document` for programs that do not know it
    document: _File | None = None
    location: _Location | None = None  # comes with `venue`, too
    venue: _Venue | None = None
    # Notes of Telegram itself, which nobody said: no answer to them makes sense.
    pinned_message: msgspec.Raw = msgspec.Raw()
    message_auto_delete_timer_changed: msgspec.Raw = msgspec.Raw()
    write_access_allowed: msgspec.Raw = msgspec.Raw()
    chat_background_set: msgspec.Raw = msgspec.Raw()
    migrate_to_chat_id: msgspec.Raw = msgspec.Raw()
    migrate_from_chat_id: msgspec.Raw = msgspec.Raw()

    def is_note(self) -> bool:
        return any(
            (
                self.pinned_message,
                self.message_auto_delete_timer_changed,
                self.write_access_allowed,
                self.chat_background_set,
                self.migrate_to_chat_id,
                self.migrate_from_chat_id,
            )
        )


class _Pressed(msgspec.Struct):
    """The message of ours whose button was pressed; where it is deleted, its number is left."""

    message_id: int
    chat: _Chat


class _Press(msgspec.Struct, rename={"sender": "from"}):
    id: str
    sender: _User
    message: _Pressed | None = None
    data: str = ""


class _Status(msgspec.Struct):
    status: str


class _Membership(msgspec.Struct):
    chat: _Chat
    date: _Date
    new_chat_member: _Status


class Query(msgspec.Struct, rename={"sender": "from"}):
    """Somebody types "@bot query" in some chat: no question to us, so no Incoming."""

    id: str
    sender: _User
    query: str


class Update(msgspec.Struct):
    """One update of the five kinds that we ask for; of any other kind only its number is read."""

    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Membership | None = None
    inline_query: Query | None = None


class _Number(msgspec.Struct):
    update_id: int


_UPDATE = msgspec.json.Decoder(Update)
_NUMBER = msgspec.json.Decoder(_Number)


def decode(body: str | msgspec.Raw) -> Update:
    """Read one update; raises ValueError when it is none, or has a shape that we do not know."""
    try:
        return _UPDATE.decode(body)
    except RecursionError:
        raise ValueError("too deep") from None


def number_of(update: msgspec.Raw) -> int:
    """The number of an update, readable even where the rest is not."""
    return _NUMBER.decode(update).update_id


def read_update(update: Update, clock: Callable[[], datetime]) -> Incoming | None:
    """What a resident meant by an update; None when there is nothing in it for us.

    `clock` dates the press of a button: Telegram does not say when it was.
    """
    number = update.update_id
    if update.message is not None:
        return _read_message(number, update.message)
    if update.edited_message is not None:
        return _read_edited(number, update.edited_message)
    if update.callback_query is not None:
        return _read_press(number, update.callback_query, clock)
    if update.my_chat_member is not None:
        return _read_membership(number, update.my_chat_member)
    return None


def _read_message(number: int, message: _Message) -> Incoming | None:
    by_bot = message.sender is not None and message.sender.is_bot
    if message.chat.type != "private" or by_bot or message.is_note():
        return None
    at = message.edit_date or message.date
    attachments = _attachments(message)
    return Incoming(
        channel=CHANNEL,
        address=str(message.chat.id),
        external_id=_external_id(number, at),
        sent_at=_time(at),
        kind=_kind(message, attachments),
        text=_words(message),
        attachments=attachments,
        place=_place(message),
    )


def _kind(message: _Message, attachments: tuple[Attachment, ...]) -> Kind:
    if message.text:
        return "text"
    if attachments:
        return "attachment"
    return "unreadable" if message.location is None else "place"


def _words(message: _Message) -> str:
    if message.text:
        return _COMMAND.sub(r"\1", _clean(message.text))
    return _clean(message.caption)


def _attachments(message: _Message) -> tuple[Attachment, ...]:
    """What came with the words; Telegram sends each piece of an album as its own message."""
    if message.photo:
        best = max(message.photo, key=lambda size: size.width * size.height)
        return (Attachment(kind="photo", source=best.file_id, size=best.file_size),)
    files: tuple[tuple[AttachmentKind, _File | None], ...] = (
        ("voice", message.voice or message.audio),
        ("video", message.video or message.video_note or message.animation),
        ("file", message.document),
    )
    for kind, file in files:
        if file is not None:
            return (_attachment(kind, file),)
    return ()


def _attachment(kind: AttachmentKind, file: _File) -> Attachment:
    return Attachment(
        kind=kind,
        source=file.file_id,
        name=_clean(file.file_name),
        media_type=_clean(file.mime_type),
        size=file.file_size,
    )


def _place(message: _Message) -> Place | None:
    if message.location is None:
        return None
    venue = message.venue
    name = "" if venue is None else ", ".join(filter(None, (venue.title, venue.address)))
    where = message.location
    return Place(latitude=where.latitude, longitude=where.longitude, name=_clean(name))


def _read_edited(number: int, message: _Message) -> Incoming | None:
    # A shared live location is "edited" every few seconds: only changed words count.
    return _read_message(number, message) if message.text or message.caption else None


def _read_press(number: int, press: _Press, clock: Callable[[], datetime]) -> Incoming | None:
    if press.message is not None and press.message.chat.type != "private":
        return None
    ours = 1 <= len(press.data.encode()) <= DATA_BYTES
    return Incoming(
        channel=CHANNEL,
        address=str(press.message.chat.id if press.message is not None else press.sender.id),
        external_id=_external_id(number, press.id),
        sent_at=clock(),  # the date of its message is when we sent that
        kind="choice" if ours else "unreadable",
        choice=press.data if ours else "",
        pressed_on=str(press.message.message_id) if press.message is not None else "",
    )


def _read_membership(number: int, membership: _Membership) -> Incoming | None:
    kinds: dict[str, Kind] = {"kicked": "left", "member": "joined"}
    kind = kinds.get(membership.new_chat_member.status)
    if membership.chat.type != "private" or kind is None:
        return None
    return Incoming(
        channel=CHANNEL,
        address=str(membership.chat.id),
        external_id=_external_id(number, membership.date),
        sent_at=_time(membership.date),
        kind=kind,
    )


def _external_id(number: int, mark: int | str) -> str:
    """One update's own id: after a silent week Telegram may give an old number out again."""
    return f"{number}-{mark}"


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\0", ""))  # PostgreSQL stores no NUL


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
