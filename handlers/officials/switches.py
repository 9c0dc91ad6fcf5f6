"""Switches: officials stop a card, a topic, answering or broadcasts, and let it go on again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from handlers.refusal import Refusal
from knowledge.library import Library
from storage import audit, switches
from storage.audit import AuditLine
from storage.officials import OfficialRow, Role
from storage.switches import Kind, NewSwitch

MAY_STOP: frozenset[Role] = frozenset({"editor", "coordinator", "leader", "admin"})
LONGEST = timedelta(days=90)
"""Nothing is stopped for longer without somebody thinking of it again."""
_LETTERS = 500
_KINDS: Mapping[str, Kind] = {
    "card": "card", "topic": "topic", "answering": "answering", "broadcasts": "broadcasts",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be stopped, as it was typed; `lasts` from now, `sentence` "" for our own."""

    kind: str
    target: str
    reason: str
    lasts: timedelta
    sentence: str


def stop(
    connection: sa.Connection, wish: Wish, *, library: Library, by: OfficialRow, now: datetime
) -> None:
    """Stop it; raises Refusal when something is missing or it is stopped already."""
    kind = _checked(wish, library, by)
    held = switches.in_force(connection, now)
    if any((row.kind, row.target) == (kind, wish.target) for row in held):
        raise Refusal("switch_already")
    sentence = wish.sentence.strip() or library.phrases.render(f"switched_off_{kind}")
    new = NewSwitch(
        kind=kind,
        target=wish.target,
        sentence=sentence[:_LETTERS],
        reason=wish.reason.strip()[:_LETTERS],
        official_id=by.id,
        stopped_at=now,
        expires_at=now + wish.lasts,
    )
    switches.stop(connection, new)
    data = {"sentence": new.sentence, "until": new.expires_at.isoformat()}
    noun_id = f"{kind}:{wish.target}".rstrip(":")
    line = AuditLine(now, by.id, "switch.stop", "switch", noun_id, why=new.reason, data=data)
    audit.note(connection, [line])


def release(
    connection: sa.Connection, switch_id: int, *, by: OfficialRow, why: str, now: datetime
) -> None:
    """Let it go on; raises Refusal when it goes on already."""
    if by.role not in MAY_STOP:
        raise Refusal("switch_not_yours")
    found = next((row for row in switches.in_force(connection, now) if row.id == switch_id), None)
    if found is None:
        raise Refusal("switch_over")
    switches.release(connection, switch_id, now)
    noun_id = f"{found.kind}:{found.target}".rstrip(":")
    line = AuditLine(now, by.id, "switch.release", "switch", noun_id, why=why[:_LETTERS])
    audit.note(connection, [line])


def _checked(wish: Wish, library: Library, by: OfficialRow) -> Kind:
    kind = _KINDS.get(wish.kind)
    if by.role not in MAY_STOP:
        raise Refusal("switch_not_yours")
    if kind is None or not _is_there(kind, wish.target, library):
        raise Refusal("switch_of_nothing")
    if not wish.reason.strip():
        raise Refusal("switch_why")
    if not timedelta() < wish.lasts <= LONGEST:
        raise Refusal("switch_until")
    return kind


def _is_there(kind: Kind, target: str, library: Library) -> bool:
    if kind == "card":
        return target in library.cards
    return target in library.topics if kind == "topic" else not target
