"""The road's middle: what was taken from the inbox is decided, then remembered in one commit."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from handlers import bursts
from handlers.casebook import Casebook
from handlers.message import Extras, Incoming, Message
from handlers.officials import linking
from handlers.remembering import Scene, carry_out
from handlers.residents import attached, emergency, presence, stopped, welcome
from handlers.router import ANSWERS, AWAITED, choose
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
from storage import inbox, outbox, questions, residents, windows
from storage.inbox import InboxRow
from storage.residents import Account, ResidentRow

log = logging.getLogger(__name__)

TRIES = 3
"""A turn that failed this often is settled as failed, and the resident gets an apology."""


_WITHOUT_WELCOME = (emergency.help_at_once, presence.leave)


@dataclass(frozen=True, slots=True)
class Decided:
    """A turn that is decided and not yet remembered; `error`: it failed, and will be retried.

    `row` was taken; `rest` are those of its followers that the turn answers together with it.
    """

    row: InboxRow
    turn: Turn
    ending: Ending
    took_us: int
    error: str = ""
    rest: tuple[InboxRow, ...] = ()

    @property
    def last(self) -> InboxRow:
        """The message that the answer hangs on."""
        return self.rest[-1] if self.rest else self.row

    @property
    def before(self) -> tuple[InboxRow, ...]:
        """The messages of the run that came before it."""
        return (self.row, *self.rest)[:-1]


def decide(turn: Turn) -> Ending:
    """One turn: choose the step and let it decide; a newcomer is told first what is kept."""
    step = choose(turn)
    if step in ANSWERS and turn.stopped.find("answering"):
        step = stopped.answering
    if turn.is_newcomer and step not in _WITHOUT_WELCOME:
        welcome.introduce(turn)
    awaited = AWAITED.get(turn.conversation.awaits)
    turn.conversation.awaits = ""
    if turn.incoming.is_masked:
        turn.say("masked")
    if step is not emergency.help_at_once:
        attached.note(turn)
        return _ended(turn, step(turn))
    # The number comes first; what they were about to tell us is kept all the same.
    ending = step(turn)
    attached.note(turn)
    if awaited is not None:
        awaited(turn)
    return ending


def _ended(turn: Turn, ending: Ending) -> Ending:
    """Who asked for what is stopped waits for an official."""
    return msgspec.structs.replace(ending, status="queued") if turn.was_stopped else ending


class Desk(NamedTuple):
    """What turns are decided at: the house, and what may be looked up about cases."""

    house: House
    casebook: Casebook


def decide_all(
    house: House,
    rows: Sequence[InboxRow],
    known: Mapping[Account, ResidentRow],
    *,
    casebook: Casebook,
) -> list[Decided]:
    """Decide a batch, each of another resident; one that fails does not touch the others."""
    desk = Desk(house, casebook)
    return [_decide_row(desk, row, known.get((row.channel, row.address))) for row in rows]


def _decide_row(desk: Desk, row: InboxRow, resident: ResidentRow | None) -> Decided:
    house = desk.house
    start = house.clock.ticks()
    conversation = _conversation(house, resident)
    run = [row]
    turn = _turn(desk, run, resident=resident, conversation=conversation)
    try:
        run = bursts.run_of(house, row, conversation)
        if len(run) > 1:
            turn = _turn(desk, run, resident=resident, conversation=conversation)
        ending, error = decide(turn), ""
    except Exception as failure:
        log.exception("inbox %s: the turn failed for the %s. time", row.id, row.attempts)
        ending, error = Ending("failed"), f"{type(failure).__name__}: {failure}"
        if row.attempts >= TRIES:
            turn, error = _apology(desk, row), ""
    took_us = house.clock.ticks() - start
    return Decided(row, turn, ending, took_us, error, tuple(run[1:]))


def _turn(
    desk: Desk,
    run: Sequence[InboxRow],
    *,
    resident: ResidentRow | None,
    conversation: Conversation,
) -> Turn:
    row = run[-1]
    extras = msgspec.convert(row.extras, Extras) if row.extras else _NO_EXTRAS
    incoming = Incoming(
        channel=row.channel,
        address=row.address,
        external_id=row.external_id,
        sent_at=row.sent_at,
        kind=msgspec.convert(row.kind, type=_KIND),
        text=bursts.text_of(run),
        choice=row.choice,
        is_masked=row.is_masked,
        attachments=extras.attachments,
        place=extras.place,
        pressed_on=extras.pressed_on,
    )
    is_newcomer = resident is None or resident.notice_version < NOTICE_VERSION
    return Turn(
        desk.house,
        incoming,
        conversation,
        is_newcomer=is_newcomer,
        asker=_asker(resident),
        casebook=desk.casebook,
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


def _apology(desk: Desk, row: InboxRow) -> Turn:
    turn = _turn(desk, [row], resident=None, conversation=Conversation())
    turn.said = [Message(turn.phrase("failed"))]
    return turn


def remember(connection: sa.Connection, decided: Sequence[Decided], now: datetime) -> None:
    """Everything these turns decided, and that they happened: one transaction, all or nothing."""
    for failed in decided:
        if failed.error:
            inbox.give_back(connection, failed.row.id, failed.error)
    happened = [one for one in decided if not one.error]
    heard = residents.hear_many(connection, {_account(o): _heard_at(o) for o in happened}, now)
    ids = {account: known.id for account, known in heard.items()}
    windows.release(connection, heard)
    outbox.put(connection, [entry for one in happened for entry in _entries(one, now)])
    asked = [row for one in happened for row in _questions(one, ids[_account(one)])]
    questions.add(connection, asked)
    residents.keep_conversations(connection, [_kept(one, ids, now) for one in happened])
    for one in happened:
        _remember_rare(connection, one, ids[_account(one)], now)
    welcomed = [ids[_account(one)] for one in happened if one.turn.is_welcomed]
    residents.note_notice(connection, welcomed, NOTICE_VERSION)
    inbox.settle(connection, [row.id for one in happened for row in (one.row, *one.rest)], now)
    for one in happened:
        _do(connection, one, ids[_account(one)], now)


def _account(one: Decided) -> Account:
    return one.row.channel, one.row.address


def _heard_at(one: Decided) -> datetime | None:
    """When they said it by the provider's clock, which is also the window's; never later than now.

    Who leaves says nothing.
    """
    return None if one.row.kind == "left" else min(one.row.sent_at, one.row.received_at)


def _entries(one: Decided, now: datetime) -> list[outbox.OutboxEntry]:
    said = enumerate(one.turn.said)
    return [_entry(one, part, message, now=now) for part, message in said]


def _entry(one: Decided, part: int, message: Message, *, now: datetime) -> outbox.OutboxEntry:
    body: dict[str, Any] = msgspec.to_builtins(message)
    return outbox.OutboxEntry(one.last.id, part, *_account(one), body, now, now)


def _questions(one: Decided, resident_id: int) -> Iterator[questions.Question]:
    """One for each message: those before the last were still being written, and end as a form."""
    for row in one.before:
        yield questions.Question(
            inbox_id=row.id,
            resident_id=resident_id,
            asked_at=row.received_at,
            text=row.text,
            text_key=fold(row.text),
            status="form",
            card=None,
            topic=None,
            score=None,
            candidates=[],
            took_us=0,
        )
    yield _question(one, resident_id)


def _question(one: Decided, resident_id: int) -> questions.Question:
    ending, text = one.ending, _words_of(one)
    cards = one.turn.house.library.cards
    first = ending.card or next((card for card, _ in ending.candidates), None)
    topic = cards[first].topic if first else None
    return questions.Question(
        inbox_id=one.last.id,
        resident_id=resident_id,
        asked_at=one.last.received_at,
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
    """What few turns bring: a verdict on an answer, a link, somebody gone or back."""
    turn, row = one.turn, one.last
    if turn.rating is not None:
        card, helpful = turn.rating
        questions.rate(connection, resident_id, card, helpful=helpful)
    if turn.linking:
        told = linking.bind(connection, turn.linking, account=_account(one), now=now)
        answer = Message(turn.house.library.phrases.render(f"link_{told}"))
        outbox.put(connection, [_entry(one, len(turn.said), answer, now=now)])
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
