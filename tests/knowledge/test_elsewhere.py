"""What residents ask elsewhere stands beside the cards, and is never an answer itself."""

from pathlib import Path

import pytest

from handlers.talk import Talk
from handlers.turn import House
from knowledge.elsewhere import read_elsewhere
from knowledge.source import ContentError


def test_the_examples_cover_other_services_near_policies_and_talk(house: House) -> None:
    kinds = [entry.kind for entry in house.library.elsewhere]
    assert {kind: kinds.count(kind) >= 10 for kind in set(kinds)} == dict.fromkeys(
        ("service", "near", "talk"), True
    )


def test_no_example_is_answered_and_none_is_shown_as_a_choice(house: House) -> None:
    answered: list[str] = []
    for entry in house.library.elsewhere:
        for question in entry.questions:
            ending = Talk(house).hear(question)
            if ending.card:
                answered.append(f"{question}: {ending.card}")
            assert not any(card.startswith("elsewhere") for card, _ in ending.candidates)
    asked = sum(len(entry.questions) for entry in house.library.elsewhere)
    assert len(answered) <= 0.01 * asked, answered


def test_a_policy_near_ours_goes_to_an_official_and_talk_is_refused(house: House) -> None:
    told: list[tuple[str, bool]] = []
    for entry in house.library.elsewhere:
        statuses = {Talk(house).hear(question).status for question in entry.questions[:3]}
        assert "answered" not in statuses, entry.id
        told.append((entry.kind, "queued" in statuses or "clarifying" in statuses))
    near = [passed_on for kind, passed_on in told if kind == "near"]
    talk = [passed_on for kind, passed_on in told if kind == "talk"]
    assert sum(near) >= 0.85 * len(near)
    assert sum(talk) <= 0.25 * len(talk)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- id: a-b\n  kind: moon\n  title: T\n  questions: []\n", "kind"),
        (
            "- &one {id: a-b, kind: talk, title: T, questions: [a, b, c, d, e, f, g, h]}\n" * 2,
            "twice",
        ),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "elsewhere.yaml"
    path.write_text(text.replace("&one ", ""), "utf-8")
    with pytest.raises(ContentError, match=problem):
        read_elsewhere(path)
