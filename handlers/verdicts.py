"""Verdicts: who was answered is asked once, some workdays later, whether it came and is right."""

from datetime import date, datetime, time, timedelta

import msgspec
import sqlalchemy as sa

from handlers.message import Choice, Message
from handlers.office import Office, title_of
from handlers.turn import VIETNAM
from storage import outbox, receipts, residents
from storage.receipts import ToAsk

ASK_AFTER = 3
"""Workdays from the answer, or from the day that was promised, to the question."""


def ask_verdicts(connection: sa.Connection, office: Office) -> int:
    """Ask whoever is due, within waking hours; how many were asked. Each answer is asked of once.

    Wants to be called every day; a few hundred people are asked at a time.
    """
    last = _last_day(office)
    # Answered on that day or before it: before the next one began in Viet Nam.
    before = datetime.combine(last + timedelta(days=1), time(0), VIETNAM)
    due = receipts.to_ask(connection, answered_before=before, promised_until=last)
    found = residents.accounts(connection, [one.resident_id for one in due])
    due_at = office.waking()
    entries: list[outbox.OutboxEntry] = []
    for one in due:
        if one.resident_id in found:
            channel, address = found[one.resident_id]
            body = msgspec.to_builtins(_question(office, one))
            entry = outbox.OutboxEntry(None, 0, channel, address, body, office.now, due_at)
            entries.append(entry)
    outbox.put(connection, entries)
    # Who cannot be reached counts as asked: they are told by mouth.
    receipts.note_asked(connection, [one.id for one in due], office.now)
    return len(entries)


def _last_day(office: Office) -> date:
    """The latest day after which enough workdays have passed."""
    day = office.today
    while office.workdays.after(day, ASK_AFTER) > office.today:
        day -= timedelta(days=1)
    return day


def _question(office: Office, one: ToAsk) -> Message:
    phrases = office.library.phrases
    choices = tuple(
        Choice(phrases.render(f"label_{verdict}"), f"verdict:{verdict}:{one.code}")
        for verdict in ("received", "not_yet", "wrong")
    )
    words = title_of(one.text) if one.openness == "open" else ""
    return Message(phrases.render("verdict_ask", code=one.code, words=words), "", choices)
