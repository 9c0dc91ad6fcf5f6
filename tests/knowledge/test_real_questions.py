"""The real cards against questions written apart from them: floors, and every miss in words."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from knowledge.library import load
from knowledge.search import Context, Findings, Search
from knowledge.words import load_words

FOLDER = Path(__file__).parent
LIBRARY = load().on(date(2026, 11, 24))
KNOWN = frozenset(LIBRARY.cards)
SEARCH = Search(tuple(LIBRARY.cards.values()), load_words(), elsewhere=LIBRARY.elsewhere)


def rows(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def cards_of(cell: str) -> frozenset[str]:
    return frozenset(cell.split("|")) & KNOWN


ASKED = [(manner, text, cards_of(cell)) for manner, text, cell in rows("real_questions.tsv")]
ANSWERABLE = [row for row in ASKED if row[2]]
UNANSWERABLE = [row for row in ASKED if not row[2]]
MANNERS = sorted({manner for manner, _, _ in ASKED})
REFUSED = rows("must_refuse.tsv")


def told(question: str, found: Findings) -> str:
    near = ", ".join(f"{c.card.id} {c.score:.2f}" for c in found.candidates[:3])
    return f"{found.verdict}: {question!r} ({' '.join(found.reading.toned)}) -> {near or 'nothing'}"


def share(part: Sequence[object], whole: Sequence[object]) -> float:
    return len(part) / len(whole) if whole else 0.0


def leads(found: Findings, cards: frozenset[str]) -> bool:
    return bool(found.candidates) and found.candidates[0].card.id in cards


def missed(manner: str = "") -> list[str]:
    asked = [row for row in ANSWERABLE if manner in ("", row[0])]
    found = [(text, cards, SEARCH.find(text)) for _, text, cards in asked]
    return [told(text, what) for text, cards, what in found if not leads(what, cards)]


def test_nine_questions_in_ten_lead_to_their_card() -> None:
    wrong = missed()
    assert share(wrong, ANSWERABLE) <= 0.10, "\n".join(wrong)


@pytest.mark.parametrize("manner", MANNERS)
def test_every_manner_of_asking_is_understood(manner: str) -> None:
    asked = [row for row in ANSWERABLE if row[0] == manner]
    wrong = missed(manner)
    assert share(wrong, asked) <= 0.25, "\n".join(wrong)


def test_a_sure_answer_is_hardly_ever_the_wrong_card() -> None:
    found = [(text, cards, SEARCH.find(text)) for _, text, cards in ANSWERABLE]
    wrong = [told(t, f) for t, cards, f in found if f.verdict == "sure" and not leads(f, cards)]
    assert share(wrong, ANSWERABLE) <= 0.05, "\n".join(wrong)


def test_the_right_card_is_among_those_shown() -> None:
    found = [(text, cards, SEARCH.find(text)) for _, text, cards in ANSWERABLE]
    lost = [
        told(text, what)
        for text, cards, what in found
        if not cards & {candidate.card.id for candidate in what.candidates[:3]}
    ]
    assert share(lost, ANSWERABLE) <= 0.07, "\n".join(lost)


def test_what_is_not_ours_is_hardly_ever_answered() -> None:
    found = [(text, SEARCH.find(text)) for _, text in REFUSED]
    wrong = [told(text, what) for text, what in found if what.verdict == "sure"]
    assert share(wrong, REFUSED) <= 0.02, "\n".join(wrong)


def test_other_services_and_talk_are_not_taken_for_policy() -> None:
    far = [(kind, text) for kind, text in REFUSED if kind != "near"]
    found = [(text, SEARCH.find(text)) for _, text in far]
    wrong = [told(text, what) for text, what in found if what.verdict != "none"]
    assert share(wrong, far) <= 0.05, "\n".join(wrong)


def test_questions_whose_card_is_not_written_are_seldom_answered() -> None:
    found = [(text, SEARCH.find(text)) for _, text, _ in UNANSWERABLE]
    wrong = [told(text, what) for text, what in found if what.verdict == "sure"]
    assert len(wrong) <= max(3, 0.15 * len(UNANSWERABLE)), "\n".join(wrong)


def test_follow_ups_stay_with_the_card_in_hand_or_its_neighbour() -> None:
    tried: list[str] = []
    wrong: list[str] = []
    for hand, text, cell, section, *new in rows("followups.tsv"):
        cards = cards_of(cell)
        if hand not in KNOWN or not cards:
            continue
        tried.append(text)
        found = SEARCH.find(text, Context(hand))
        right = found.verdict == "sure" and leads(found, cards)
        if section not in ("-", "new"):
            right = right and found.section == section
        if not right or found.is_followup == (section == "new" or bool(new)):
            wrong.append(f"{hand}: {told(text, found)} section {found.section}")
    assert share(wrong, tried) <= 0.10, "\n".join(wrong)


def test_the_tables_are_large_enough_to_mean_something() -> None:
    assert len(ASKED) >= 150
    assert len(REFUSED) >= 80
    assert len(rows("followups.tsv")) >= 30
    assert Counter(manner for manner, _, _ in ASKED).keys() >= {"clean", "no-tone", "teencode"}
