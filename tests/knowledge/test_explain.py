"""An answer can be explained: every figure has a name officials read, and the points add up."""

import pytest

from handlers.turn import House
from knowledge.confidence import FIT, TRUST
from knowledge.explain import explain
from knowledge.search import Context


def test_every_figure_has_a_name_officials_read(house: House) -> None:
    lines = house.library.phrases.render("why_names").splitlines()
    names = dict(line.split("=", 1) for line in lines)
    assert set(FIT) | set(TRUST) <= set(names)
    assert all(names.values())


@pytest.mark.parametrize("question", ["hộ nghèo được vay bao nhiêu", "lam ho chieu o dau", "?"])
def test_the_points_of_a_card_are_the_sum_of_what_speaks_for_it(
    house: House, question: str
) -> None:
    told = explain(house.search, question, Context("loan-poor-household"))
    for card in told.candidates:
        assert sum(part.points for part in card.parts) == pytest.approx(card.points)
    scores = [card.points for card in told.candidates]
    assert scores == sorted(scores, reverse=True)


def test_what_was_read_and_decided_is_told(house: House) -> None:
    told = explain(house.search, "hn vay dc bn")
    assert told.typed == "hn vay dc bn"
    assert told.meant == "hộ nghèo vay được bao nhiêu"
    assert told.folded == "ho ngheo vay duoc bao nhieu"
    assert told.candidates[0].card == "loan-poor-household"
    assert (told.trust >= told.sure) == (told.verdict == "sure")
