"""Saved lists: an official keeps a list of cases under a name of their own."""

from datetime import datetime

import sqlalchemy as sa

from handlers.officials.casework import Hand
from handlers.refusal import Refusal
from storage import audit, views
from storage.audit import AuditLine


def save(connection: sa.Connection, hand: Hand, *, name: str, query: str) -> None:
    """Keep a list; `query` is what follows the "?" in its address."""
    if not name:
        raise Refusal("view_no_name")
    views.add(connection, hand.official.id, name=name, query=query)
    _note(connection, hand, "view.save", name, at=hand.office.now)


def forget(connection: sa.Connection, hand: Hand, view_id: int) -> bool:
    """Keep it no more; False when it is none of the official's."""
    is_gone = views.remove(connection, view_id, official_id=hand.official.id)
    if is_gone:
        _note(connection, hand, "view.remove", str(view_id), at=hand.office.now)
    return is_gone


def _note(connection: sa.Connection, hand: Hand, did: str, name: str, *, at: datetime) -> None:
    audit.note(connection, [AuditLine(at, hand.official.id, did, "view", name)])
