"""Golden talks look on every messenger as their reviewed files say, within its limits."""

import unicodedata
from pathlib import Path

import pytest

from bot.golden import TURNS, read_golden
from handlers.message import Choice, Message
from handlers.turn import House
from tests.fakes.bot_api_rules import units
from tests.talks.doors import DOORS, Bubble, View
from tests.talks.render import RENDERED, TALKS, exchanges, path_of, render

ON_EVERY_DOOR = pytest.mark.parametrize("view", DOORS, ids=lambda view: view.channel)
EVERY_TALK = pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)


def wrong_with(bubble: Bubble, view: View) -> list[str]:
    """What the door's messenger would refuse, or show otherwise than meant."""
    able = view.abilities
    size = units(bubble.text) if able.counts == "utf16" else len(bubble.text)
    buttons = [button for row in bubble.rows for button in row]
    wrong = {
        "no word": not bubble.text.strip(),
        "too long": size > able.text_limit,
        "not in one unicode form": not unicodedata.is_normalized("NFC", bubble.text),
        "blank ends": bubble.text != bubble.text.strip(),
        "too many buttons": len(buttons) > able.buttons,
        "a button's value": any(not 1 <= len(value.encode()) <= 64 for _, value in buttons),
        "a button's label": any(not label.strip() for label, _ in buttons),
    }
    return [name for name, is_so in wrong.items() if is_so]


def on_phone(message: Message, view: View) -> str:
    """All that is read of a message, buttons too, without spaces and line ends."""
    bubbles = view.lay_out(message)
    labels = [label for bubble in bubbles for row in bubble.rows for label, _ in row]
    return "".join("".join([*(bubble.text for bubble in bubbles), *labels]).split())


@ON_EVERY_DOOR
@EVERY_TALK
def test_a_talk_looks_as_its_reviewed_file_says(path: Path, view: View, house: House) -> None:
    reviewed = path_of(path, view).read_text("utf-8")
    assert render(house, read_golden(path), view) == reviewed


@ON_EVERY_DOOR
@EVERY_TALK
def test_every_part_of_a_talk_is_within_the_limits_of_the_door(
    path: Path, view: View, house: House
) -> None:
    said = [message for turn in exchanges(house, read_golden(path), view) for message in turn.said]
    bubbles = [bubble for message in said for bubble in view.lay_out(message)]
    assert len(bubbles) >= len(said) > 0
    assert [(wrong_with(b, view), b.text) for b in bubbles if wrong_with(b, view)] == []


@ON_EVERY_DOOR
@EVERY_TALK
def test_every_word_and_every_choice_is_on_the_phone(path: Path, view: View, house: House) -> None:
    for turn in exchanges(house, read_golden(path), view):
        for message in turn.said:
            shown = on_phone(message, view)
            choices = [f"{n}. {choice.label}" for n, choice in enumerate(message.choices, start=1)]
            for told in (message.heading, message.text, *choices):
                assert "".join(unicodedata.normalize("NFC", told).split()) in shown


@EVERY_TALK
def test_a_number_means_on_one_door_what_a_press_means_on_another(path: Path, house: House) -> None:
    talk = read_golden(path)
    by_button, by_number = (
        [turn.said for turn in exchanges(house, talk, view)] for view in DOORS[:2]
    )
    assert [view.abilities.buttons > 0 for view in DOORS[:2]] == [True, False]
    assert by_number == by_button
    assert len(by_number) == len(talk[TURNS])


def test_there_is_a_file_for_every_talk_on_every_door_and_no_other() -> None:
    wanted = {path_of(talk, view) for view in DOORS for talk in TALKS}
    assert set(RENDERED.rglob("*.txt")) == wanted
    assert len(TALKS) >= 25


@pytest.mark.parametrize(
    ("bubble", "wrong"),
    [
        (Bubble(" ", " "), ["no word", "blank ends"]),
        (Bubble("a" * 2001, ""), ["too long"]),
        (Bubble("o\u0323", ""), ["not in one unicode form"]),
        (Bubble("a", "a", [[("1. Có", "có" * 30)]]), ["too many buttons", "a button's value"]),
        (Bubble("a" * 2000, ""), []),
    ],
)
def test_a_planted_fault_is_found(bubble: Bubble, wrong: list[str]) -> None:
    assert wrong_with(bubble, DOORS[1]) == wrong


@ON_EVERY_DOOR
def test_the_longest_answer_that_could_be_is_within_the_limits_too(view: View) -> None:
    text = "\n\n".join("Một câu dài vừa phải của máy. " * 20 for _ in range(30))
    choices = tuple(Choice(f"Mục số {n}", f"x:{n}") for n in range(1, 31))
    bubbles = view.lay_out(Message(text, heading="Đề mục", choices=choices))
    assert len(bubbles) > 3
    assert [wrong_with(bubble, view) for bubble in bubbles if wrong_with(bubble, view)] == []
