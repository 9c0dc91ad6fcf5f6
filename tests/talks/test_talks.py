"""Every golden talk is what the bot says today, word for word; together they cover it all."""

from pathlib import Path

import pytest

from bot.golden import CARD, STATUS, TURNS, read_golden, replay
from handlers.router import PRESSED
from handlers.status import STATUSES
from handlers.turn import House
from tests.talks.cast import new_talk

TALKS = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_the_bot_says_what_the_golden_talk_says(path: Path, house: House) -> None:
    talk = read_golden(path)
    assert replay(house, talk, new_talk(house)) == talk


def test_there_are_enough_talks_and_they_end_in_every_status() -> None:
    endings = {turn[STATUS] for path in TALKS for turn in read_golden(path)[TURNS]}
    assert len(TALKS) >= 25
    # A turn fails only by a bug: tests/handlers/test_answering.py plants one.
    assert endings == set(STATUSES) - {"failed"}


def test_the_talks_speak_of_every_named_field(house: House) -> None:
    cards = {turn[CARD] for path in TALKS for turn in read_golden(path)[TURNS] if CARD in turn}
    topics = {house.library.cards[card].topic for card in cards}
    assert topics >= {"loan", "tuition", "health", "legalaid", "training", "overseas", "poverty"}


def test_every_step_that_can_be_pressed_is_in_a_talk() -> None:
    text = "\n".join(path.read_text("utf-8") for path in TALKS)
    assert [name for name in PRESSED if f"bấm: {name}" not in text] == []
