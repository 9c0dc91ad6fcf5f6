"""The noticeboard: what a turn may look up about dialogues; nothing is read unless it asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from storage import attendances, dialogue_questions, dialogues
from storage.database import Database
from storage.dialogues import DialogueRow


class Notice(NamedTuple):
    """A dialogue that is announced, as residents may know it; `way`: how the asker takes part."""

    id: int
    code: str
    area: str
    title: str
    place: str
    chair: str
    held_at: datetime
    topics: tuple[str, ...]
    takes_questions: bool
    way: str = ""


class OthersQuestion(NamedTuple):
    """What somebody else wants answered, and how many ask it."""

    id: int
    text: str
    people: int


class Noticeboard(Protocol):
    """What a turn may ask; `asker` is the resident's number, 0 when we do not know them."""

    def coming(self, area: str, now: datetime) -> Sequence[Notice]: ...
    def notice(self, code: str, asker: int, *, now: datetime) -> Notice | None: ...
    def questions(self, dialogue_id: int, asker: int) -> Sequence[OthersQuestion]: ...


class EmptyBoard:
    """The noticeboard of talks that are held in memory: no dialogue is coming."""

    def coming(self, area: str, now: datetime) -> Sequence[Notice]:
        """None."""
        return ()

    def notice(self, code: str, asker: int, *, now: datetime) -> Notice | None:
        """There is none."""
        return None

    def questions(self, dialogue_id: int, asker: int) -> Sequence[OthersQuestion]:
        """None."""
        return ()


class StoredBoard(EmptyBoard):
    """The noticeboard of the database; each question is a short reading of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def coming(self, area: str, now: datetime) -> Sequence[Notice]:
        """What is announced for a commune, or when nothing is, anywhere; the next first."""
        with self._database.read() as connection:
            rows = dialogues.coming(connection, now, area=area)
            rows = rows or dialogues.coming(connection, now)
        return [_notice(row) for row in rows]

    def notice(self, code: str, asker: int, *, now: datetime) -> Notice | None:
        """The dialogue of a code, while it is announced and still to be held."""
        with self._database.read() as connection:
            row = dialogues.find_by_code(connection, code)
            if row is None or row.stage not in ("announced", "agenda") or row.held_at < now:
                return None
            way = attendances.way_of(connection, row.id, asker) if asker else ""
        return _notice(row)._replace(way=way)

    def questions(self, dialogue_id: int, asker: int) -> Sequence[OthersQuestion]:
        """The open questions of others, the most asked first."""
        with self._database.read() as connection:
            rows = dialogue_questions.others(connection, dialogue_id, but=asker)
        return [OthersQuestion(row.id, row.text, row.people) for row in rows]


def _notice(row: DialogueRow) -> Notice:
    return Notice(
        row.id,
        row.code,
        row.area,
        row.title,
        row.place,
        row.chair,
        row.held_at,
        tuple(row.topics),
        takes_questions=row.stage == "announced",
    )
