"""Remembering: the commit carries out what a turn decided: cases, verdicts, places, deletion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from handlers.casebook import note_guess
from handlers.deeds import (
    AskDialogue,
    Deed,
    Erase,
    Explain,
    Guess,
    Judge,
    Lodge,
    Register,
    Settle,
    Support,
)
from handlers.office import Saying, join_case, office_of, open_case, resume, title_of
from handlers.turn import CONSENT_VERSION, Asker, House
from knowledge.text import fold
from storage import (
    attachments,
    attendances,
    cases,
    dialogue_questions,
    happenings,
    inbox,
    outbox,
    questions,
    receipts,
    residents,
)
from storage.cases import CaseRow
from storage.dialogue_questions import NewQuestion
from storage.happenings import Happening
from storage.receipts import ReceiptRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who did it and by which message: the account, the resident's row, the inbox row, and when."""

    house: House
    channel: str
    address: str
    asker: Asker
    inbox_id: int
    now: datetime


def carry_out(connection: sa.Connection, deed: Deed, scene: Scene) -> None:
    """One deed, in the transaction in which its turn is remembered."""
    match deed:
        case Lodge():
            _lodge(connection, deed, scene)
        case Judge():
            _judge(connection, deed, scene)
        case Explain():
            _explain(connection, deed, scene)
        case Settle():
            residents.settle_at(connection, scene.asker.id, deed.area, hamlet=deed.hamlet)
        case Guess():
            note_guess(connection, scene.asker.id, scene.now)
        case Erase():
            _erase(connection, deed, scene)
        case _:
            _take_part(connection, deed, scene)


def _take_part(
    connection: sa.Connection, deed: Register | AskDialogue | Support, scene: Scene
) -> None:
    """In a dialogue: to come, to ask, to ask with others."""
    who, now = scene.asker.id, scene.now
    match deed:
        case Register():
            attendances.register(connection, deed.dialogue_id, who, way=deed.way, at=now)
        case AskDialogue():
            text, openness = deed.text, deed.openness
            new = NewQuestion(deed.dialogue_id, text, now, resident_id=who, openness=openness)
            dialogue_questions.ask(connection, new)
        case Support():
            dialogue_questions.support(connection, deed.question_id, who, now)


# --- words become a case --------------------------------------------------------------------


def _lodge(connection: sa.Connection, deed: Lodge, scene: Scene) -> None:
    saying = Saying(
        text=deed.text,
        kind=deed.kind,
        topic=deed.topic,
        channel=scene.channel,
        area=deed.area,
        hamlet=deed.hamlet,
        openness=deed.openness,
        resident_id=scene.asker.id,
        inbox_id=deed.inbox_id or None,
        code=deed.code,
    )
    office = office_of(scene.house, deed.at)
    joined = _may_be_joined(connection, deed, scene)
    if joined is None:
        open_case(connection, office, saying, unit=deed.unit)
    else:
        join_case(connection, office, saying, case_id=joined)
    residents.note_consent(connection, scene.asker.id, CONSENT_VERSION)
    if deed.openness == "open" and deed.area and not scene.asker.area:
        residents.settle_at(connection, scene.asker.id, deed.area, hamlet=deed.hamlet)


def _may_be_joined(connection: sa.Connection, deed: Lodge, scene: Scene) -> int | None:
    """The case to join, as it stands now: what was answered since would never be told again."""
    case = cases.find_last(connection, deed.joins) if deed.joins else None
    if case is None or case.stage not in cases.OPEN:
        return None
    # They were told a code of their own: who came in meanwhile by a merger opens a case instead.
    return None if receipts.held(connection, case.id, scene.asker.id) else case.id


# --- what they say of the answer ------------------------------------------------------------


def _judge(connection: sa.Connection, deed: Judge, scene: Scene) -> None:
    found = _answered(connection, deed.code, scene)
    if found is None:
        return
    case, receipt = found
    values = {"verdict": deed.verdict, "verdict_at": scene.now}
    receipts.change(connection, receipt.id, values)
    if deed.verdict != "received":
        what, change = "reopened", _reopening(case, deed.due_at)
    elif case.stage == "answered":
        what, change = "confirmed", {"stage": "confirmed"}
    else:
        what, change = "confirmed", {}
    if change:
        cases.change(connection, case, change)
    line = Happening(
        case.id, scene.now, what, receipt_id=receipt.id, data={"verdict": deed.verdict}
    )
    happenings.add(connection, [line])


def _reopening(case: CaseRow, due_at: datetime) -> dict[str, Any]:
    return {
        "stage": "working" if case.holder_id else "routed" if case.unit else "new",
        "due_at": due_at,
        "paused_at": None,
        "answered_at": None,
        "closed_at": None,
        "outcome": None,
        "promised_for": None,
        "drafted_by": None,
        "approved_by": None,
        "reopened": case.reopened + 1,
    }


def _answered(
    connection: sa.Connection, code: str, scene: Scene
) -> tuple[CaseRow, ReceiptRow] | None:
    """The asker's own receipt, and its case if that is still answered."""
    receipt = receipts.find(connection, code)
    case = cases.find_last(connection, receipt.case_id) if receipt else None
    if receipt is None or case is None or receipt.resident_id != scene.asker.id:
        return None
    return (case, receipt) if case.stage in ("answered", "confirmed") else None


def _explain(connection: sa.Connection, deed: Explain, scene: Scene) -> None:
    receipt = receipts.find(connection, deed.code)
    case = cases.find_last(connection, receipt.case_id) if receipt else None
    if receipt is None or case is None or receipt.resident_id != scene.asker.id:
        return
    if case.stage == "asked":
        cases.change(connection, case, resume(office_of(scene.house, scene.now), case))
    line = Happening(case.id, scene.now, "added", deed.text, receipt_id=receipt.id)
    happenings.add(connection, [line])


# --- everything goes ------------------------------------------------------------------------


def _erase(connection: sa.Connection, deed: Erase, scene: Scene) -> None:
    """The words go out of every table, and with them whose they were; the counts stay.

    The answer that says so is still to be sent: `storage.retention.purge` takes its address away.
    """
    who = scene.asker.id
    mine = receipts.of_resident(connection, who, limit=10_000)
    held = cases.find_many(connection, [receipt.case_id for receipt in mine])
    keeping = [r.id for r in mine if deed.leaves_words and _may_stay(r, held)]
    gone = [receipt for receipt in mine if receipt.id not in keeping]
    receipts.let_go(connection, who, keeping)
    happenings.forget(connection, [receipt.id for receipt in gone])
    for case_id in cases.family(connection, sorted({receipt.case_id for receipt in gone})):
        _reword(connection, case_id, {title_of(r.text) for r in gone}, scene=scene)
    questions.forget(connection, who)
    dialogue_questions.forget(connection, who)
    attendances.forget(connection, who)
    outbox.forget(connection, scene.channel, scene.address, but=scene.inbox_id, now=scene.now)
    attachments.forget(connection, scene.channel, scene.address, scene.now)
    inbox.forget(connection, scene.channel, scene.address, until=scene.inbox_id)
    residents.forget(connection, who, scene.now)


def _may_stay(receipt: ReceiptRow, held: Mapping[int, CaseRow]) -> bool:
    return receipt.openness == "open" and held[receipt.case_id].stage in cases.OPEN


def _reword(connection: sa.Connection, case_id: int, titles: set[str], *, scene: Scene) -> None:
    """The case is called by the words of somebody who is still in it, or by its topic."""
    case = cases.find(connection, case_id)
    assert case is not None
    rest = [r.text for r in receipts.of_case(connection, case_id) if r.text]
    topic = scene.house.library.topics.get(case.topic)
    called = title_of(rest[0]) if rest else topic.title if topic else ""
    title = called if case.title in titles else case.title
    cases.reword(connection, case_id, title=title, words="\n".join(map(fold, rest)))
