"""The switchboard: what officials have stopped, read anew at most every two seconds."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.card import Card
from storage import switches
from storage.database import Database
from storage.switches import SwitchRow

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=2)
"""How long another process' officials may wait until what they stopped is stopped here."""
Read = Callable[[datetime], Sequence[SwitchRow]]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What is stopped at one moment."""

    rows: tuple[SwitchRow, ...] = ()

    def card(self, card: Card) -> SwitchRow | None:
        """What stops this card, by itself or with its topic."""
        return self.find("card", card.id) or self.find("topic", card.topic)

    def find(self, kind: str, target: str = "") -> SwitchRow | None:
        """What stops this very thing."""
        return next((r for r in self.rows if (r.kind, r.target) == (kind, target)), None)


class Switchboard:
    """Tells what is stopped without asking the database for every message."""

    def __init__(self, read: Read = lambda _: ()) -> None:
        self._read = read
        self._known: tuple[datetime, tuple[SwitchRow, ...]] | None = None

    def at(self, now: datetime) -> Stopped:
        """What is stopped now, as of two seconds ago at most."""
        known = self._known
        if known is None or not known[0] <= now < known[0] + FRESH:
            known = self._known = now, self._look(now, known[1] if known else ())
        return Stopped(tuple(row for row in known[1] if row.expires_at > now))

    def forget(self) -> None:
        """Something was stopped or released just now: look again at once."""
        self._known = None

    def _look(self, now: datetime, before: tuple[SwitchRow, ...]) -> tuple[SwitchRow, ...]:
        """A database that is away changes nothing: what was stopped stays so."""
        try:
            return tuple(self._read(now))
        except Exception:
            log.exception("the switches could not be read")
            return before


def switchboard_of(database: Database) -> Switchboard:
    """The switchboard that reads this database."""

    def read(now: datetime) -> Sequence[SwitchRow]:
        with database.read() as connection:
            return switches.in_force(connection, now)

    return Switchboard(read)
