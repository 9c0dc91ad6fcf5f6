"""Looking up: the cards an official opened last stand ready, and those they keep at hand."""

import sqlalchemy as sa

from handlers.officials.casework import Hand
from storage import audit, lookups
from storage.audit import AuditLine


def note_opened(connection: sa.Connection, hand: Hand, card: str) -> None:
    """The official reads the card; it stands among their last ones."""
    lookups.note_opened(connection, hand.official.id, card, hand.office.now)


def pin(connection: sa.Connection, hand: Hand, card: str, *, is_kept: bool) -> None:
    """Keep a card at hand, or no more."""
    now, me = hand.office.now, hand.official.id
    lookups.pin(connection, me, card, now=now, is_kept=is_kept)
    did = "card.pin" if is_kept else "card.unpin"
    audit.note(connection, [AuditLine(now, me, did, "card", card)])
