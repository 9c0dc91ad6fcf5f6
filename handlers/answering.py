"""The road's middle: what was taken from the inbox is decided, then remembered in one commit."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from handlers.casebook import Casebook
from handlers.message import Extras, Incoming, Message
from handlers.remembering import Scene, carry_out
from handlers.residents import emergency, presence, welcome
from handlers.router import AWAITED, choose
from handlers.status import Ending
from handlers.turn import (
    CONSENT_VERSION,
    FORGET_AFTER,
    NOTICE_VERSION,
    Asker,
    Conversation,
    House,
    Turn,
)
from knowledge.text import fold
from storage import inbox, outbox, questions, residents
from storage.inbox import InboxRow
from storage.residents import Account, ResidentRow

log = logging.getLogger(__name__)

TRIES = 3
"""A turn that failed this often is settled as failed, and the resident gets an apology."""


_WITHOUT_WELCOME = (emergency.help_at_once, presence.leave)


@dataclass(frozen=True, slots=True)
class Decided:
    """A turn that is decided and not yet remembered; `error`: it failed, and will be retried."""

    row: InboxRow
    turn: Turn
    ending: Ending
    took_us: int
    error: str = ""


def decide(turn: Turn) -> Ending:
    """One turn: choose the step and let it decide; a newcomer is told first what is kept."""
    step = choose(turn)
    if turn.is_newcomer and step not in _WITHOUT_WELCOME:
        welcome.introduce(turn)
    awaited = AWAITED.get(turn.conversation.awaits)
    turn.conversation.awaits = ""
    if turn.incoming.is_masked:
        turn.say("masked")
    ending = step(turn)
    if step is emergency.help_at_once and awaited is not None:
        # The number comes first; what they were about to tell us is kept all the same.
        awaited(turn)
    return ending


def decide_all(
    house: House,
    rows: Sequence[InboxRow],
    known: Mapping[Account, ResidentRow],
    *,
    casebook: Casebook,
) -> list[Decided]:
    """Decide a batch, each of another resident; one that fails does not touch the others."""
    turns = [_turn(house, row, known.get((row.channel, row.address))) for row in rows]
    for turn in turns:
        turn.casebook = casebook
    return [_decide_row(turn, row) for turn, row in zip(turns, rows, strict=True)]


def _decide_row(turn: Turn, row: InboxRow) -> Decided:
    house = turn.house
    start = house.clock.ticks()
    try:
        ending, error = decide(turn), ""
    except Exception as failure:
        log.exception("inbox %s: the turn failed for the %s. time", row.id, row.attempts)
        ending, error = Ending("failed"), f"{type(failure).__name__}: {failure}"
        if row.attempts >= TRIES:
            turn, error = _apology(house, row), ""
    return Decided(row, turn, ending, house.clock.ticks() - start, error)


def _turn(house: House, row: InboxRow, resident: ResidentRow | None) -> Turn:
    extras = msgspec.convert(row.extras, Extras) if row.extras else _NO_EXTRAS
    incoming = Incoming(
        channel=row.channel,
        address=row.address,
        external_id=row.external_id,
        sent_at=row.sent_at,
        kind=msgspec.convert(row.kind, type=_KIND),
        text=row.text,
        choice=row.choice,
        is_masked=row.is_masked,
        attachments=extras.attachments,
        place=extras.place,
        pressed_on=extras.pressed_on,
    )
    is_newcomer = resident is None or resident.notice_version < NOTICE_VERSION
    return Turn(
        house,
        incoming,
        _conversation(house, resident),
        is_newcomer=is_newcomer,
        asker=_asker(resident),
        inbox_id=row.id,
    )


def _asker(resident: ResidentRow | None) -> Asker:
    if resident is None:
        return Asker()
    has_consented = resident.consent_version >= CONSENT_VERSION
    return Asker(resident.id, has_consented, resident.area, resident.hamlet)


_KIND = Incoming.__annotations__["kind"]
_NO_EXTRAS = Extras()


def _conversation(house: House, resident: ResidentRow | None) -> Conversation:
    if resident is None or resident.notes is None or resident.expires_at is None:
        return Conversation()
    if resident.expires_at <= house.clock.now():
        return Conversation()
    return msgspec.convert(resident.notes, Conversation)


def _apology(house: House, row: InboxRow) -> Turn:
    turn = _turn(house, row, None)
    turn.said = [Message(turn.phrase("failed"))]
    return turn


def remember(connection: sa.Connection, decided: Sequence[Decided], now: datetime) -> None:
    """Everything these turns decided, and that they happened: one transaction, all or nothing."""
    for failed in decided:
        if failed.error:
            inbox.give_back(connection, failed.row.id, failed.error)
    happened = [one for one in decided if not one.error]
    ids = residents.add_many(connection, [_account(one) for one in happened], now)
    outbox.put(connection, [entry for one in happened for entry in _entries(one, now)])
    questions.add(connection, [_question(one, ids[_account(one)]) for one in happened])
    residents.keep_conversations(connection, [_kept(one, ids, now) for one in happened])
    for one in happened:
        _remember_rare(connection, one, ids[_account(one)], now)
    welcomed = [ids[_account(one)] for one in happened if one.turn.is_welcomed]
    residents.note_notice(connection, welcomed, NOTICE_VERSION)
    inbox.settle(connection, [one.row.id for one in happened], now)
    for one in happened:
        _do(connection, one, ids[_account(one)], now)


def _account(one: Decided) -> Account:
    return one.row.channel, one.row.address


def _entries(one: Decided, now: datetime) -> list[outbox.OutboxEntry]:
    channel, address = _account(one)
    bodies: list[dict[str, Any]] = [msgspec.to_builtins(message) for message in one.turn.said]
    return [
        outbox.OutboxEntry(one.row.id, part, channel, address, body, now, now)
        for part, body in enumerate(bodies)
    ]


def _question(one: Decided, resident_id: int) -> questions.Question:
    ending, text = one.ending, _words_of(one)
    cards = one.turn.house.library.cards
    first = ending.card or next((card for card, _ in ending.candidates), None)
    topic = cards[first].topic if first else None
    return questions.Question(
        inbox_id=one.row.id,
        resident_id=resident_id,
        asked_at=one.row.received_at,
        text=text,
        text_key=fold(text),
        status=ending.status,
        card=ending.card,
        topic=topic,
        score=ending.score,
        candidates=[list(candidate) for candidate in ending.candidates],
        took_us=one.took_us,
    )


def _words_of(one: Decided) -> str:
    """The resident's own words; a press that queues stands for the question it came from."""
    asked = one.turn.conversation.asked if one.ending.status == "queued" else ""
    return one.turn.words or asked or one.row.choice


def _kept(one: Decided, ids: Mapping[Account, int], now: datetime) -> residents.ConversationRow:
    notes = msgspec.to_builtins(one.turn.conversation)
    return residents.ConversationRow(ids[_account(one)], notes, now + FORGET_AFTER)


def _remember_rare(
    connection: sa.Connection, one: Decided, resident_id: int, now: datetime
) -> None:
    """What few turns bring: a verdict on an answer, somebody gone or back."""
    turn, row = one.turn, one.row
    if turn.rating is not None:
        card, helpful = turn.rating
        questions.rate(connection, resident_id, card, helpful=helpful)
    if row.kind in ("joined", "left"):
        gone_at = now if row.kind == "left" else None
        residents.note_gone(connection, _account(one), gone_at)
    if row.kind == "left":
        outbox.drop_for(connection, row.channel, row.address, now)


def _do(connection: sa.Connection, one: Decided, resident_id: int, now: datetime) -> None:
    """The turn's deeds, when all else of it is written: who deletes everything deletes this too."""
    channel, address = _account(one)
    scene = Scene(
        house=one.turn.house,
        channel=channel,
        address=address,
        asker=replace(one.turn.asker, id=resident_id),
        inbox_id=one.row.id,
        now=now,
    )
    for deed in one.turn.deeds:
        carry_out(connection, deed, scene)


def forget(connection: sa.Connection, one: Decided, error: Exception, now: datetime) -> None:
    """This turn could not be remembered: it never happened, and is taken again or given up."""
    reason = f"{type(error).__name__}: {error}"
    if one.row.attempts >= TRIES:
        inbox.fail(connection, one.row.id, reason, now)
    else:
        inbox.give_back(connection, one.row.id, reason)
