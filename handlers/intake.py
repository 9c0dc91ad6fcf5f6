"""What the doors read becomes rows: masked, then put in with all it brings in one transaction."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from msgspec.structs import replace

from handlers import bursts
from handlers.message import Attachment, Incoming, extras_of
from handlers.turn import House
from knowledge.personal import mask
from storage import attachments, inbox
from storage.attachments import AttachmentEntry
from storage.inbox import InboxEntry

_LONGEST_NAME = 120


class Rows(NamedTuple):
    """Messages with what is attached to them, ready to be put in."""

    messages: list[InboxEntry]
    attached: list[AttachmentEntry]

    @property
    def due_at(self) -> datetime | None:
        """When the last of those that wait a moment may be taken; None when none waits."""
        return max((row.due_at for row in self.messages if row.due_at), default=None)


def rows_of(house: House, incomings: Sequence[Incoming], now: datetime) -> Rows:
    """Personal numbers are masked here: nothing unmasked reaches a database."""
    safe = [_masked(incoming) for incoming in incomings]
    attached = [entry for incoming in safe for entry in _attached(incoming, now)]
    return Rows([_entry(house, incoming, now) for incoming in safe], attached)


def put(connection: sa.Connection, rows: Rows) -> None:
    """Put in what is not there yet: a message and its attachments, or neither."""
    inbox.put(connection, rows.messages)
    attachments.put(connection, rows.attached)


def _masked(incoming: Incoming) -> Incoming:
    text, is_masked = mask(incoming.text)
    attached = tuple(replace(one, name=_plain(one.name)) for one in incoming.attachments)
    return replace(incoming, text=text, is_masked=is_masked, attachments=attached)


def _plain(name: str) -> str:
    """A file's name that can be shown and kept: its end tells more than its beginning."""
    letters = (c for c in name if unicodedata.category(c)[0] != "C")
    return mask(unicodedata.normalize("NFC", "".join(letters)))[0].strip()[-_LONGEST_NAME:]


def _entry(house: House, incoming: Incoming, now: datetime) -> InboxEntry:
    pause = bursts.pause(house, incoming)
    return InboxEntry(
        channel=incoming.channel,
        address=incoming.address,
        external_id=incoming.external_id,
        kind=incoming.kind,
        text=incoming.text,
        choice=incoming.choice,
        is_masked=incoming.is_masked,
        sent_at=incoming.sent_at,
        received_at=now,
        extras=extras_of(incoming),
        due_at=now + pause if pause else None,
    )


def _attached(incoming: Incoming, now: datetime) -> Iterator[AttachmentEntry]:
    for part, one in enumerate(incoming.attachments):
        yield _attachment(incoming, one, part=part, now=now)


def _attachment(
    incoming: Incoming, one: Attachment, *, part: int, now: datetime
) -> AttachmentEntry:
    return AttachmentEntry(
        channel=incoming.channel,
        external_id=incoming.external_id,
        part=part,
        kind=one.kind,
        source=one.source,
        name=one.name,
        media_type=one.media_type,
        size=one.size,
        created_at=now,
    )
