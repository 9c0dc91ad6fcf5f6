"""A look-up finds what may be passed on: whole short answers with their source and their date."""

import re
from datetime import UTC, datetime

import pytest

from bot.app import build_house
from bot.channels.telegram_text import parts_of
from handlers.lookup import MOST_FOUND, look_up
from handlers.turn import House
from tests.conftest import StoppedClock


def test_a_look_up_finds_the_card_first(house: House) -> None:
    found = look_up(house, "vay von ho ngheo")
    assert found[0].id == "loan-poor-household"
    assert 1 < len(found) <= MOST_FOUND
    assert len({one.id for one in found}) == len(found)


def test_what_is_passed_on_is_the_whole_answer_with_its_source_and_date(house: House) -> None:
    first = look_up(house, "vay von ho ngheo")[0]
    card = house.library.on(house.clock.now().date()).cards[first.id]
    assert first.message.heading == first.title == card.title
    assert card.short in first.message.text
    assert "2553/QĐ-TTg" in first.message.text
    assert f"{card.checked_on:%d/%m/%Y}" in first.message.text


@pytest.mark.parametrize("topic", ["loan", "tuition", "health", "legalaid", "overseas"])
def test_the_name_of_a_field_finds_its_cards_in_their_order(house: House, topic: str) -> None:
    named = house.library.topics[topic]
    day = house.clock.now().date()
    current = [c.id for c in house.library.on(day).cards_of(topic) if c.is_current(day)]
    assert [one.id for one in look_up(house, named.title)] == current[:MOST_FOUND]


@pytest.mark.parametrize("text", ["", " ", "v", "bóng đá tối nay", "🙏", "a" * 256])
def test_what_we_do_not_know_finds_nothing(house: House, text: str) -> None:
    assert look_up(house, text) == []


def test_in_danger_the_number_to_call_is_found_before_anything_else(house: House) -> None:
    first, *others = look_up(house, "bị chồng đánh, bạo lực gia đình")
    assert "113" in first.message.text
    assert first.message.choices == ()
    assert 0 < len(others) < MOST_FOUND
    assert "114" in look_up(house, "cháy nhà rồi cứu với")[0].message.text


def test_every_card_that_is_found_fits_a_list_of_telegram_in_one_message(house: House) -> None:
    seen: set[str] = set()
    for card in house.library.cards.values():
        for found in look_up(house, card.title):
            seen.add(found.id)
            assert len(found.id.encode()) <= 64
            assert 0 < len(found.title) <= 100
            assert 0 < len(found.short) <= 400
            for link in found.message.choices:
                assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", link.value)
            assert len(parts_of(found.message)) == 1
    assert len(seen) > 200


def test_a_card_whose_rule_is_over_is_not_found() -> None:
    later = build_house(StoppedClock(datetime(2046, 1, 1, tzinfo=UTC)))
    day = later.clock.now().date()
    over = [c for c in later.library.on(day).cards.values() if not c.is_current(day)]
    assert over
    for card in over:
        assert card.id not in [found.id for found in look_up(later, card.title)]
