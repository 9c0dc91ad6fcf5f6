"""The base as of a day: figures, laws and known changes take effect on their day."""

from datetime import date, timedelta

import pytest

from knowledge.card import Amount, Card, Citation, Later, Where
from knowledge.edition import Ground, card_on, changes_of
from knowledge.law import Dated, Document, Figure
from knowledge.library import load

TODAY = date(2026, 11, 24)
LIBRARY = load()
WAGE = Figure(
    id="wage",
    name="Lương",
    unit="đồng/tháng",
    values=(
        Dated(since=date(2024, 7, 1), value=2_000_000, law="1/NĐ"),
        Dated(since=date(2026, 7, 1), value=2_530_000, law="2/NĐ", until=date(2026, 12, 31)),
    ),
)
LAWS = {
    "9/LUẬT": Document(id="9/LUẬT", name="Luật", issued=date(2020, 5, 4)),
    "8/LUẬT": Document(id="8/LUẬT", name="Luật", until=date(2026, 9, 30)),
}
GROUND = Ground({"wage": WAGE}, LAWS)


def made(**more: object) -> Card:
    fields: dict[str, object] = {
        "id": "a-card",
        "topic": "loan",
        "title": "Thẻ",
        "questions": tuple(f"câu hỏi số {n}" for n in range(12)),
        "short": "Được {share} mỗi tháng.",
        "who": "Ai cũng được.",
        "benefit": (Amount(key="share", what="Phần", of="wage", times=0.3, unit="đồng/tháng"),),
        "where": Where(duties=("desk",), how="Mang theo {share}."),
        "law": (Citation(number="9/LUẬT"),),
        "in_force_from": date(2024, 1, 1),
        "owner": "office",
        "scope": "national",
        "confidence": "high",
        "checked_on": TODAY,
        "checked_by": "nhóm",
    }
    return Card.model_validate({**fields, **more})


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 6, 30), "600.000 đồng"),
        (date(2026, 7, 1), "759.000 đồng"),
        (date(2026, 12, 31), "759.000 đồng"),
    ],
)
def test_a_sum_follows_its_base_figure_from_the_day_it_changes(day: date, said: str) -> None:
    card = card_on(made(), day, GROUND)
    assert card.short == f"Được {said} mỗi tháng."
    assert card.where.how == f"Mang theo {said}."
    assert card.is_current(day)


def test_a_card_ends_with_the_last_day_of_a_figure_or_a_law_under_it() -> None:
    assert not card_on(made(), date(2027, 1, 1), GROUND).is_current(date(2027, 1, 1))
    old = made(law=(Citation(number="9/LUẬT"), Citation(number="8/LUẬT")))
    assert card_on(old, date(2026, 9, 30), GROUND).is_current(date(2026, 9, 30))
    assert not card_on(old, date(2026, 10, 1), GROUND).is_current(date(2026, 10, 1))


def test_what_is_known_to_change_changes_on_its_day() -> None:
    changes = {"short": "Nay khác.", "conditions": ["Điều mới."]}
    card = made(later=(Later(since=date(2026, 8, 1), changes=changes),))
    assert card_on(card, date(2026, 7, 31), GROUND).short != "Nay khác."
    after = card_on(card, date(2026, 8, 1), GROUND)
    assert (after.short, after.conditions) == ("Nay khác.", ("Điều mới.",))
    assert date(2026, 8, 1) in changes_of([card], GROUND)


def test_an_announced_rule_is_served_before_it_begins() -> None:
    card = made(in_force_from=date(2027, 1, 1), announced_on=date(2025, 12, 30))
    assert card.is_current(TODAY)
    assert not card.is_current(date(2025, 12, 29))


def test_a_citation_gets_the_name_and_the_day_of_its_document() -> None:
    law = card_on(made(), TODAY, GROUND).law[0]
    assert (law.name, law.issued) == ("Luật", date(2020, 5, 4))


def test_no_braces_are_left_on_any_day_on_which_something_changes() -> None:
    days = [TODAY, *changes_of(LIBRARY.cards.values(), LIBRARY.ground), date(2027, 2, 1)]
    for day in days:
        for card in LIBRARY.on(day).cards.values():
            told = card.model_dump_json(exclude={"later", "questions"})
            assert "{" not in card.short, (day, card.id)
            assert '"value":null' not in told, (day, card.id)


def test_editions_are_kept_between_the_days_of_change() -> None:
    assert LIBRARY.on(TODAY) is LIBRARY.on(TODAY + timedelta(days=1))
    assert LIBRARY.on(TODAY) is not LIBRARY.on(date(2027, 1, 1))


def test_the_poverty_line_of_next_year_takes_over_on_its_day() -> None:
    line = LIBRARY.cards["poverty-line-2026"]
    assert LIBRARY.on(date(2026, 12, 31)).cards[line.id].is_current(date(2026, 12, 31))
    assert not LIBRARY.on(date(2027, 1, 1)).cards[line.id].is_current(date(2027, 1, 1))
    assert line.successor == "poverty-line-2027-2030"
    assert LIBRARY.cards[line.successor].is_current(date(2027, 1, 1))


def test_every_need_of_residents_has_a_card(request: pytest.FixtureRequest) -> None:
    path = request.path.parent / "needs.tsv"
    needs = [line for line in path.read_text("utf-8").splitlines() if line[:1] != "#"]
    assert len(needs) == 221
    assert [need for need in needs if LIBRARY.card(need) is None] == []
