"""A link to the bot opens what it names, or says plainly that it is old."""

import re

import pytest

from handlers.answering import decide
from handlers.message import Incoming, Message
from handlers.talk import Talk
from handlers.turn import Conversation, House, Turn


def test_every_card_in_force_can_be_opened_by_a_link(house: House) -> None:
    day = house.clock.now().date()
    current = [card for card in house.library.on(day).cards.values() if card.is_current(day)]
    assert len(current) > 200
    for card in current:
        carried = f"card_{card.id}"
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", carried), "Telegram carries no more"
        talk = Talk(house)
        ending = talk.hear(f"/start {carried}")
        assert (ending.status, ending.card) == ("answered", card.id)
        assert talk.said[-1].heading == card.title


def test_every_commune_of_today_greets_whoever_comes_from_its_poster(house: House) -> None:
    day = house.clock.now().date()
    communes = [u for u in house.library.units.values() if u.kind == "commune" and u.is_valid(day)]
    assert len(communes) >= 10
    for commune in communes:
        talk = Talk(house)
        assert len(f"commune_{commune.id}") <= 64
        assert talk.hear(f"/start commune_{commune.id}").status == "greeting"
        assert commune.name in talk.said[-1].text


@pytest.mark.parametrize(
    "carried",
    [
        "card_gone-long-ago",
        *("card_", "card", "card_x:y", "commune_", "commune_xa-my-hoi-cu", "commune_ubnd-xa"),
        *("x", "_", "a b", "menu", "official", "good_loan-poor-household", "đ" * 99),
    ],
)
def test_any_other_link_is_called_old_and_greeted(house: House, carried: str) -> None:
    talk = Talk(house)
    assert talk.hear(f"/start {carried}").status == "greeting"
    assert "đã cũ" in talk.said[-1].text
    assert talk.said[-1].choices


def test_a_code_that_nobody_can_look_up_is_told_so(house: House) -> None:
    talk = Talk(house)
    assert talk.hear("/start case_AB12CD").status == "command"
    assert "không biết mã" in talk.said[-1].text
    assert talk.said[-1].choices[0].value == "official"


def test_a_dialogue_that_is_not_there_leads_to_those_to_come(house: House) -> None:
    talk = Talk(house)
    assert talk.hear("/start dialogue_7").status == "command"
    assert "đã qua, hoặc không còn" in talk.said[-1].text
    assert talk.said[-1].choices


@pytest.mark.parametrize("text", ["/start", "/start ", "/start  \n"])
def test_the_start_button_only_greets(house: House, text: str) -> None:
    talk = Talk(house)
    assert talk.hear(text).status == "greeting"
    assert talk.said[-1].text == house.library.phrases.render("greeting")


def test_a_newcomer_who_comes_by_a_link_reads_first_what_is_kept(house: House) -> None:
    talk = Talk(house, is_newcomer=True)
    talk.hear("/start card_loan-poor-household")
    assert "quyền riêng tư" in talk.said[0].text
    assert "6,24 %/năm" in talk.said[-1].text


# In the place of what was pressed


def said_to(
    house: House, choice: str, *, pressed_on: str = "40", is_newcomer: bool = False
) -> list[Message]:
    incoming = Incoming(
        channel="telegram",
        address="1",
        external_id="1",
        sent_at=house.clock.now(),
        kind="choice",
        choice=choice,
        pressed_on=pressed_on,
    )
    turn = Turn(house, incoming, Conversation(), is_newcomer=is_newcomer)
    decide(turn)
    return turn.said


@pytest.mark.parametrize("choice", ["menu:1", "menu:2", "topic:loan:1", "topic:loan:3"])
def test_a_page_pressed_on_a_page_stands_in_its_place(house: House, choice: str) -> None:
    assert [message.replaces for message in said_to(house, choice)] == ["40"]


@pytest.mark.parametrize("choice", ["menu", "topic:loan", "card:loan-poor-household", "official"])
def test_what_was_said_before_is_never_replaced_by_something_else(
    house: House, choice: str
) -> None:
    assert [message.replaces for message in said_to(house, choice)] == [""]


def test_nothing_is_replaced_where_the_channel_does_not_say_what_was_pressed(house: House) -> None:
    assert [message.replaces for message in said_to(house, "menu:2", pressed_on="")] == [""]


def test_a_page_stays_below_what_was_said_before_it_in_the_same_turn(house: House) -> None:
    welcome, page = said_to(house, "menu:2", is_newcomer=True)
    assert (welcome.replaces, page.replaces) == ("", "")


def test_pages_lead_on_to_each_other_round_and_back(house: House) -> None:
    value, seen = "menu:1", list[str]()
    while value not in seen:
        seen.append(value)
        [page] = said_to(house, value)
        value = next(c.value for c in page.choices if c.value.startswith("menu:"))
    assert len(seen) > 1
    assert value == "menu:1"
    [page] = said_to(house, "topic:loan:2")
    assert page.choices[-1].value == "menu:1"
