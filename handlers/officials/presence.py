"""Presence: officials who have the same case open see each other, and do not answer it twice."""

from datetime import timedelta

import sqlalchemy as sa

from handlers.officials.casework import Hand
from storage import looking, officials

_LASTS = timedelta(seconds=60)


def look(connection: sa.Connection, hand: Hand, case_id: int) -> list[str]:
    """The official has the case open now; the names of the others who have."""
    me, now = hand.official.id, hand.office.now
    looking.note(connection, case_id, me, now=now, forget_before=now - _LASTS)
    others = looking.others(connection, case_id, besides=me, since=now - _LASTS)
    return sorted(officials.names(connection, others).values())
