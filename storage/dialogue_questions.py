"""Dialogue questions: what people want answered at a dialogue, and who asks it with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, insert_new, metadata

dialogue_questions = sa.Table(
    "dialogue_questions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("dialogue_id", BigId, sa.ForeignKey("dialogues.id"), nullable=False),
    # None: spoken in the hall or on paper; then the cadre who wrote it down is known.
    sa.Column("resident_id", BigId, sa.ForeignKey("residents.id")),
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id")),
    # Who said it, as the cadre wrote it down.
    sa.Column("said_by", sa.String(80), nullable=False, server_default=""),
    # open: others read the words; nameless: only officials do.
    sa.Column("openness", sa.String(8), nullable=False, server_default="open"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("item_id", BigId, sa.ForeignKey("agenda_items.id")),
    # A person put it where it is: grouping leaves it alone.
    sa.Column("is_placed", sa.Boolean, nullable=False, server_default=sa.false()),
)
sa.Index("ix_dialogue_questions_dialogue", dialogue_questions.c.dialogue_id)
sa.Index("ix_dialogue_questions_resident", dialogue_questions.c.resident_id)
sa.Index("ix_dialogue_questions_item", dialogue_questions.c.item_id)

supporters = sa.Table(
    "dialogue_supporters",
    metadata,
    sa.Column("question_id", BigId, sa.ForeignKey("dialogue_questions.id"), primary_key=True),
    sa.Column("resident_id", BigId, sa.ForeignKey("residents.id"), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
)
sa.Index("ix_dialogue_supporters_resident", supporters.c.resident_id)


class NewQuestion(NamedTuple):
    """What is asked, by whom, and who wrote it down for them."""

    dialogue_id: int
    text: str
    asked_at: datetime
    resident_id: int | None = None
    official_id: int | None = None
    said_by: str = ""
    openness: str = "open"


class QuestionRow(NamedTuple):
    """A question with how many ask it: whoever said it, and their supporters."""

    id: int
    dialogue_id: int
    resident_id: int | None
    official_id: int | None
    said_by: str
    openness: str
    text: str
    asked_at: datetime
    item_id: int | None
    is_placed: bool
    people: int


class Reached(NamedTuple):
    """Somebody who asked a question or supported it."""

    question_id: int
    resident_id: int


def _counted() -> sa.Select[tuple[object, ...]]:
    mine = supporters.c.question_id == dialogue_questions.c.id
    count = sa.select(sa.func.count()).where(mine).correlate(dialogue_questions).scalar_subquery()
    columns = [dialogue_questions.c[name] for name in QuestionRow._fields[:-1]]
    return sa.select(*columns, (count + 1).label("people"))


def ask(connection: sa.Connection, new: NewQuestion) -> int:
    """Put down a question; its id."""
    inserting = sa.insert(dialogue_questions).returning(dialogue_questions.c.id)
    return connection.execute(inserting, new._asdict()).scalar_one()


def support(connection: sa.Connection, question_id: int, resident_id: int, at: datetime) -> None:
    """One more account asks the same; twice changes nothing, nor does one's own question."""
    own = sa.select(dialogue_questions.c.id).where(
        dialogue_questions.c.id == question_id, dialogue_questions.c.resident_id == resident_id
    )
    if connection.execute(own).first() is not None:
        return
    adding = insert_new(connection, supporters).on_conflict_do_nothing()
    values = {"question_id": question_id, "resident_id": resident_id, "at": at}
    connection.execute(adding, values)


def of_dialogue(connection: sa.Connection, dialogue_id: int) -> list[QuestionRow]:
    """All that is asked at a dialogue, as it came in."""
    found = _counted().where(dialogue_questions.c.dialogue_id == dialogue_id)
    rows = connection.execute(found.order_by(dialogue_questions.c.id))
    return [QuestionRow(*row) for row in rows]


def others(connection: sa.Connection, dialogue_id: int, *, but: int) -> list[QuestionRow]:
    """The open questions of others at a dialogue, the most asked first."""
    theirs = dialogue_questions.c.resident_id
    found = _counted().where(
        dialogue_questions.c.dialogue_id == dialogue_id,
        dialogue_questions.c.openness == "open",
        dialogue_questions.c.text != "",
        theirs.is_(None) | (theirs != but),
    )
    return [
        QuestionRow(*row)
        for row in connection.execute(
            found.order_by(sa.text("people DESC"), dialogue_questions.c.id).limit(50)
        )
    ]


def place(connection: sa.Connection, ids: Sequence[int], item_id: int, *, is_placed: bool) -> None:
    """These questions are answered in this item of the agenda."""
    if ids:
        change = sa.update(dialogue_questions).where(dialogue_questions.c.id.in_(ids))
        connection.execute(change.values(item_id=item_id, is_placed=is_placed))


def keep_in_place(connection: sa.Connection, ids: Sequence[int]) -> None:
    """A person left these where they are: grouping leaves them alone from now on."""
    change = sa.update(dialogue_questions).where(dialogue_questions.c.id.in_(ids))
    connection.execute(change.values(is_placed=True))


def reached(connection: sa.Connection, dialogue_id: int) -> list[Reached]:
    """Every account that asked or supported something, once for each question."""
    asked = sa.select(dialogue_questions.c.id, dialogue_questions.c.resident_id).where(
        dialogue_questions.c.dialogue_id == dialogue_id,
        dialogue_questions.c.resident_id.is_not(None),
    )
    helped = (
        sa.select(supporters.c.question_id, supporters.c.resident_id)
        .join(dialogue_questions, dialogue_questions.c.id == supporters.c.question_id)
        .where(dialogue_questions.c.dialogue_id == dialogue_id)
    )
    rows = connection.execute(sa.union(asked, helped)).all()
    return sorted(Reached(*row) for row in rows)


def counts(connection: sa.Connection, ids: Sequence[int]) -> dict[int, int]:
    """How many questions each of these dialogues has."""
    mine = dialogue_questions.c.dialogue_id
    found = sa.select(mine, sa.func.count()).where(mine.in_(ids)).group_by(mine)
    return dict(connection.execute(found).all()) if ids else {}


def forget(connection: sa.Connection, resident_id: int) -> None:
    """An account's words go, and whom it supported; that something was asked stays."""
    mine = dialogue_questions.c.resident_id == resident_id
    gone = sa.update(dialogue_questions).where(mine)
    connection.execute(gone.values(text="", resident_id=None))
    connection.execute(sa.delete(supporters).where(supporters.c.resident_id == resident_id))
