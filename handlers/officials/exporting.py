"""Exporting: lists leave the console only with a line in the audit, and without people for some."""

from collections.abc import Mapping

import sqlalchemy as sa

from handlers.officials.casework import HANDLERS, Hand
from storage import audit
from storage.audit import AuditLine
from storage.officials import OfficialRow


def sees_people(official: OfficialRow) -> bool:
    """Whether what residents said stands in the official's files."""
    return official.role in HANDLERS or official.role == "cadre"


def note(connection: sa.Connection, hand: Hand, filters: Mapping[str, str]) -> None:
    """The official took a list out."""
    line = AuditLine(
        hand.office.now, hand.official.id, "case.export", "case", "", data=dict(filters)
    )
    audit.note(connection, [line])
