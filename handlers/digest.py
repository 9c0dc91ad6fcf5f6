"""The daily digest: each official reads in their own chat what needs them today."""

from datetime import datetime, time, timedelta

import msgspec
import sqlalchemy as sa

from handlers.escalation import come_to
from handlers.message import Message
from handlers.office import Office
from handlers.officials.sight import sight_of
from handlers.turn import VIETNAM
from storage import deadlines, officials, outbox
from storage.officials import OfficialRow
from storage.outbox import OutboxEntry


def send_digests(connection: sa.Connection, office: Office, *, console: str) -> int:
    """Put today's digest of each official whose chat is known into the outbox; how many.

    `console`: the console's address. Whom nothing needs today is not written to.
    """
    everyone = officials.everyone(connection)
    late = deadlines.late(connection, office.now)
    entries: list[OutboxEntry] = []
    for official in everyone:
        if not official.channel or not official.address or official.disabled_at:
            continue
        come = come_to(official, late, office, everyone=everyone)
        text = _digest(connection, office, official, come=len(come), console=console)
        if text:
            body = msgspec.to_builtins(Message(text))
            account = official.channel, official.address
            entries.append(OutboxEntry(None, 0, *account, body, office.now, office.now))
    outbox.put(connection, entries)
    return len(entries)


def _digest(
    connection: sa.Connection,
    office: Office,
    official: OfficialRow,
    *,
    come: int,
    console: str,
) -> str:
    """What the official reads; "" when nothing needs them."""
    sight = sight_of(official)
    need = deadlines.need(
        connection,
        units=sight.units,
        areas=sight.areas,
        topics=sight.topics,
        now=office.now,
        end_of_day=datetime.combine(office.today + timedelta(days=1), time(), VIETNAM),
        besides=official.id,
    )
    if not any(need):
        return ""
    told = {"need": need, "come": come, "name": official.name, "today": office.today}
    return office.library.phrases.render("digest", console=console, **told)
