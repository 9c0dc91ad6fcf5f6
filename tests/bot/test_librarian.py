"""What the librarian promises: a house of today, swapped whole, and never a broken one."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app import build, build_house
from bot.channels.terminal import Terminal
from bot.librarian import Librarian
from handlers.turn import House, today
from knowledge.library import CONTENT
from knowledge.recognise import Recognised
from storage.database import Database
from tests.conftest import StoppedClock
from tests.journeys.running import settings_for, until_quiet

NEW_YEARS_EVE = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
"""A minute before midnight in Viet Nam; the poverty line is another from the next day on."""


@pytest.fixture(scope="module")
def eve() -> House:
    return build_house(StoppedClock(NEW_YEARS_EVE))


def keeper(house: House, content: Path = CONTENT) -> tuple[Librarian, list[House]]:
    given: list[House] = []
    rebuild = partial(build_house, house.clock, content)
    return Librarian(house, build=rebuild, give=given.append, content=content), given


def test_at_midnight_the_cards_that_change_are_searched_as_they_read_then(eve: House) -> None:
    clock = StoppedClock(NEW_YEARS_EVE)
    librarian, given = keeper(replace(eve, clock=clock))
    assert not librarian.look()
    clock.move(minutes=2)
    assert librarian.look()
    assert not librarian.look()
    (house,) = given
    found = house.search.find("chuẩn nghèo là bao nhiêu").candidates[0].card
    assert found == house.library.on(today(clock)).cards[found.id]
    assert found != eve.library.on(NEW_YEARS_EVE.date()).cards[found.id]


def test_a_day_on_which_no_card_changes_brings_no_new_house(eve: House) -> None:
    clock = StoppedClock(datetime(2026, 12, 29, 16, 59, tzinfo=UTC))
    librarian, given = keeper(replace(eve, clock=clock))
    clock.move(minutes=2)
    assert not librarian.look()
    assert given == []


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def test_an_edited_card_is_read_once_nobody_is_writing_it_any_more(
    eve: House, content: Path
) -> None:
    librarian, given = keeper(eve, content)
    card = content / "cards" / "loan" / "loan-poor-household.yaml"
    text = card.read_text("utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    card.write_text(text.replace(title, 'title: "Vay vốn cho hộ nghèo bản mới"'), "utf-8")
    assert not librarian.look()
    assert librarian.look()
    assert not librarian.look()
    assert given[0].library.cards["loan-poor-household"].title == "Vay vốn cho hộ nghèo bản mới"


def test_content_that_is_wrong_changes_nothing_until_it_is_mended(
    eve: House, content: Path, caplog: pytest.LogCaptureFixture
) -> None:
    librarian, given = keeper(eve, content)
    card = content / "cards" / "loan" / "loan-poor-household.yaml"
    text = card.read_text("utf-8")
    card.write_text(text + "\nnonsense: [", "utf-8")
    assert [librarian.look() for _ in range(4)] == [False] * 4
    assert len(caplog.records) == 1
    assert "loan-poor-household.yaml" in caplog.text
    card.write_text(text + "\n", "utf-8")
    assert [librarian.look() for _ in range(3)] == [False, True, False]
    assert len(given) == 1


class Counting:
    """A search that counts how often it is asked."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self.asked = 0

    def find(self, *given: Any) -> Any:
        self.asked += 1
        return self._whole.find(*given)

    def find_each(self, question: str) -> Any:
        return self._whole.find_each(question)


class Moving:
    """A recogniser during whose work the house is swapped."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self.then: Callable[[], None] = lambda: None

    def recognise(self, text: str) -> Recognised:
        self.then()
        return self._whole.recognise(text)


def test_a_turn_under_way_keeps_its_house_and_the_next_has_the_new_one(
    eve: House, database: Database, tmp_path: Path
) -> None:
    first, second = Counting(eve.search), Counting(eve.search)
    moving: Any = Moving(eve.recogniser)
    old = replace(eve, search=first, recogniser=moving)
    new = replace(eve, search=second)

    async def talk() -> None:
        terminal = Terminal(lambda message: None, eve.clock.now)
        settings = settings_for(tmp_path, "sqlite://")
        app = build(settings, old, [terminal], database)
        moving.then = partial(app.worker.move_into, new)
        await app.start()
        for count in (1, 2):
            typed = terminal.read("hộ nghèo vay được bao nhiêu".encode(), {"x-session": "s"})
            await app.reception.receive(typed)
            await until_quiet(app, "terminal", "s")
            assert (first.asked, second.asked) == (1, count - 1)
        await app.stop()

    asyncio.run(talk())
    assert second.asked == 1
