"""Unanswered questions: grouped, answered once for all who asked, and made into a draft card."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from handlers.office import Saying, join_case, open_case
from handlers.officials.casework import Hand, Sheet
from handlers.officials.replying import Draft, check, reply
from handlers.refusal import Refusal
from knowledge.alike import Rarity, groups
from knowledge.writing import write_yaml
from storage import questions, residents
from storage.cases import CaseRow
from storage.questions import Unanswered

_LOOKED_AT = 2_000
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions about the same: `people` accounts asked; `ways` are their words, each once."""

    questions: tuple[Unanswered, ...]
    people: int
    ways: tuple[str, ...]
    topic: str


def queue(connection: sa.Connection, rarity: Rarity) -> list[Asked]:
    """What waits, the most asked first."""
    waiting = questions.unanswered(connection, limit=_LOOKED_AT)
    found = groups([one.text_key for one in waiting], rarity)
    asked = [_asked([waiting[place] for place in group]) for group in found]
    return sorted(asked, key=_people, reverse=True)[:MOST_SHOWN]


def _people(asked: Asked) -> int:
    return asked.people


def _asked(group: Sequence[Unanswered]) -> Asked:
    ways = dict.fromkeys(" ".join(one.text.split()) for one in group)
    topics = [one.topic for one in group if one.topic]
    topic = max(set(topics), key=topics.count) if topics else ""
    return Asked(tuple(group), len({one.resident_id for one in group}), tuple(ways), topic)


def answer(
    connection: sa.Connection, hand: Hand, *, ids: Sequence[int], topic: str, draft: Draft
) -> CaseRow:
    """One case with everybody who asked these, and its reply, by the rules of every reply."""
    check(hand, draft)
    waiting = questions.unanswered(connection, ids=ids)[::-1]
    if not waiting or len(waiting) != len(set(ids)):
        raise Refusal("questions_answered_already")
    if topic not in hand.office.library.topics:
        raise Refusal("question_no_topic")
    people = residents.accounts(connection, [one.resident_id for one in waiting])
    first, *rest = [
        Saying(
            text=one.text,
            kind="question",
            topic=topic,
            channel=people.get(one.resident_id, ("", ""))[0],
            resident_id=one.resident_id,
            inbox_id=one.inbox_id,
        )
        for one in waiting
    ]
    case, _ = open_case(connection, hand.office, first, unit=hand.official.unit)
    for saying in rest:
        join_case(connection, hand.office, saying, case_id=case.id)
    questions.note_case(connection, [one.id for one in waiting], case.id)
    return reply(connection, hand, Sheet(case.id, case.version), draft=draft)


def draft_card(hand: Hand, *, topic: str, ways: Sequence[str], number: int, short: str) -> str:
    """A card file to go on writing, with the questions as they were asked; marked as a draft.

    What nobody has found out yet is left empty, so that `check` asks for it.
    """
    data: dict[str, Any] = {
        "id": f"{topic or 'card'}-draft-{number}",
        "topic": topic,
        "title": "",
        "questions": list(ways),
        "short": short,
        "who": "",
        "where": {"duties": []},
        "law": [],
        "in_force_from": hand.office.today,
        "owner": hand.official.unit,
        "scope": "national",
        "confidence": "low",
        "unconfirmed": [],
        "checked_on": hand.office.today,
        "checked_by": hand.official.name,
    }
    return f"{hand.say('draft_card_head')}\n{write_yaml(data)}"
