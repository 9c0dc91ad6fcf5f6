"""Grouping: cases about the same are put together by a person, and taken apart again."""

from collections.abc import Sequence
from typing import cast

import sqlalchemy as sa

from handlers.office import title_of
from handlers.officials.casework import Hand, Sheet, change, held_open, write_down
from handlers.officials.sight import sight_of
from handlers.refusal import Refusal
from knowledge.alike import ALIKE, Rarity, likeness, telling
from storage import case_lists, cases, happenings, receipts
from storage.case_lists import Wanted
from storage.cases import OPEN, CaseRow, Kind, NewCase
from storage.happenings import Happening

MOST_OFFERED = 5


def similar(
    connection: sa.Connection, hand: Hand, case: CaseRow, *, rarity: Rarity
) -> list[tuple[CaseRow, float]]:
    """Open cases in the official's sight that are about the same, the most alike first."""
    words = cases.words(connection, case.id)
    first = words.split("\n", 1)[0]
    keys = telling(first, rarity, most=6)
    if not keys:
        return []
    wanted = sight_of(hand.official).within(Wanted(stages=OPEN))
    mine = frozenset(first.split())
    scored = [
        (other, max(likeness(mine, frozenset(line.split()), rarity) for line in said.split("\n")))
        for other, said in case_lists.alike(connection, keys, wanted=wanted)
        if other.id != case.id
    ]
    alike = sorted((pair for pair in scored if pair[1] >= ALIKE), key=_by_score, reverse=True)
    return alike[:MOST_OFFERED]


def _by_score(pair: tuple[CaseRow, float]) -> float:
    return pair[1]


def merge(connection: sa.Connection, hand: Hand, into: Sheet, others: Sequence[Sheet]) -> CaseRow:
    """Everybody in the other cases gets the answer of this one; their codes go on working."""
    case = held_open(connection, hand, into)
    if not others or any(sheet.case_id == case.id for sheet in others):
        raise Refusal("merge_nothing")
    merged = [held_open(connection, hand, sheet) for sheet in others]
    if any((one.kind == "internal") != (case.kind == "internal") for one in merged):
        raise Refusal("merge_internal")
    for one in merged:
        _put_into(connection, hand, one, case=case)
    values = {
        "asker_count": len(receipts.of_case(connection, case.id)),
        "words": "\n".join(receipts.keys_of(connection, case.id)),
        "is_sealed": case.is_sealed or any(one.is_sealed for one in merged),
        "due_at": min((c.due_at for c in (case, *merged) if c.due_at), default=None),
    }
    data = {"from": [one.id for one in merged]}
    return change(connection, hand, case, what="joined", values=values, data=data)


def _put_into(connection: sa.Connection, hand: Hand, one: CaseRow, *, case: CaseRow) -> None:
    moving = [receipt.id for receipt in receipts.of_case(connection, one.id)]
    receipts.move(connection, moving, case.id)
    values = {"stage": "merged", "merged_into": case.id, "closed_at": hand.office.now}
    change(connection, hand, one, what="merged", values=values, data={"into": case.id})


def split(
    connection: sa.Connection, hand: Hand, sheet: Sheet, *, receipt_ids: Sequence[int]
) -> CaseRow:
    """These people's words are another matter: a new case for them, with the same codes."""
    case = held_open(connection, hand, sheet)
    everybody = receipts.of_case(connection, case.id)
    leaving = [receipt for receipt in everybody if receipt.id in set(receipt_ids)]
    if not leaving or len(leaving) == len(everybody):
        raise Refusal("split_who")
    is_sealed = any(receipt.openness == "sealed" for receipt in leaving)
    new = NewCase(
        kind=cast(Kind, case.kind),
        topic=case.topic,
        area=case.area,
        hamlet=case.hamlet,
        unit=case.unit,
        channel=case.channel,
        is_sealed=is_sealed,
        title=title_of(leaving[0].text),
        words="",
        opened_at=hand.office.now,
        due_at=case.due_at,
    )
    new_id = cases.open_case(connection, new)
    receipts.move(connection, [receipt.id for receipt in leaving], new_id)
    opened = cases.find(connection, new_id)
    assert opened is not None
    opened = _count_again(connection, opened)
    line = Happening(new_id, hand.office.now, "opened", official_id=hand.official.id,
                     data={"from": case.id})  # fmt: skip
    happenings.add(connection, [line])
    rest = _count_again(connection, case)
    write_down(connection, hand, rest, what="split", data={"into": new_id, "askers": len(leaving)})
    return opened


def _count_again(connection: sa.Connection, case: CaseRow) -> CaseRow:
    there = receipts.of_case(connection, case.id)
    values = {
        "asker_count": len(there),
        "words": "\n".join(receipts.keys_of(connection, case.id)),
        "is_sealed": any(receipt.openness == "sealed" for receipt in there),
    }
    return cases.change(connection, case, values)
