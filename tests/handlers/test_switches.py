"""Switches: what is stopped is never served, residents are told so, and their question is kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers.lookup import look_up
from handlers.officials import switches as stopping
from handlers.officials.switches import Wish
from handlers.refusal import Refusal
from handlers.switchboard import Switchboard, switchboard_of
from handlers.talk import Talk
from handlers.turn import House
from storage import audit, officials, switches
from storage.database import Database
from storage.officials import NewOfficial, OfficialRow
from storage.switches import SwitchRow
from tests.conftest import StoppedClock

LOAN = "hộ nghèo được vay bao nhiêu"
SENTENCE = "Phần này cán bộ đang xem lại."
CARD = "loan-poor-household"


def row(kind: str, target: str, now: datetime, number: int = 1) -> SwitchRow:
    later = now + timedelta(hours=1)
    return SwitchRow(number, kind, target, SENTENCE, "sai số", 1, now, later, None)


def talk_with(house: House, *stopped: tuple[str, str]) -> Talk:
    clock = StoppedClock()
    rows = [row(kind, target, clock.at) for kind, target in stopped]
    return Talk(replace(house, clock=clock, switches=Switchboard(lambda now: rows)))


def said(talk: Talk) -> list[str]:
    return [message.text for message in talk.said]


@pytest.mark.parametrize("stopped", [("card", CARD), ("topic", "loan")])
def test_a_stopped_card_is_not_answered_from_and_the_question_waits(
    house: House, stopped: tuple[str, str]
) -> None:
    talk = talk_with(house, stopped)
    ending = talk.hear(LOAN)
    assert (ending.status, ending.card) == ("queued", CARD)
    assert said(talk) == [SENTENCE]
    assert talk.conversation.asked == LOAN
    assert talk.conversation.offered == ["official", "menu"]


@pytest.mark.parametrize("press", [f"card:{CARD}", f"part:papers:{CARD}", f"part:law:{CARD}"])
def test_no_button_leads_around_a_switch(house: House, press: str) -> None:
    talk = talk_with(house, ("card", CARD))
    assert talk.hear(choice=press).status == "queued"
    assert said(talk) == [SENTENCE]


def test_other_cards_go_on(house: House) -> None:
    talk = talk_with(house, ("card", "loan-near-poor-household"), ("topic", "health"))
    assert talk.hear(LOAN).status == "answered"
    assert SENTENCE not in said(talk)


def test_with_answering_stopped_only_danger_and_people_are_answered(house: House) -> None:
    talk = talk_with(house, ("answering", ""))
    for words in (LOAN, "vay vốn"):
        assert talk.hear(words).status == "queued"
        assert said(talk) == [SENTENCE]
    assert talk.hear(choice="menu").status == "queued"
    assert talk.hear("nhà tui đang cháy").status == "emergency"
    assert "114" in talk.said[0].text
    assert talk.hear("cảm ơn nhiều").status == "greeting"
    assert talk.hear("gặp cán bộ").status == "form"


def test_looking_up_finds_nothing_stopped(house: House) -> None:
    clock = StoppedClock()

    def found(*stopped: tuple[str, str]) -> list[str]:
        rows = [row(kind, target, clock.at) for kind, target in stopped]
        board = Switchboard(lambda now: rows)
        return [one.id for one in look_up(replace(house, clock=clock, switches=board), LOAN)]

    assert CARD in found()
    assert CARD not in found(("card", CARD))
    assert found(("card", CARD)) != []
    assert found(("answering", "")) == []


# --- the reader -----------------------------------------------------------------------------


def test_the_database_is_asked_at_most_every_two_seconds_or_when_told() -> None:
    clock = StoppedClock()
    asked: list[datetime] = []

    def read(now: datetime) -> list[SwitchRow]:
        asked.append(now)
        return [row("answering", "", clock.at)] if len(asked) > 1 else []

    board = Switchboard(read)
    for _ in range(19):
        assert board.at(clock.at).find("answering") is None
        clock.move(milliseconds=100)
    assert len(asked) == 1
    clock.move(milliseconds=100)
    assert board.at(clock.at).find("answering")
    assert len(asked) == 2
    board.forget()
    board.at(clock.at)
    assert len(asked) == 3


def test_what_expires_goes_on_at_that_moment() -> None:
    clock = StoppedClock()
    almost = clock.at + timedelta(seconds=1)
    board = Switchboard(lambda now: [row("answering", "", clock.at)._replace(expires_at=almost)])
    assert board.at(clock.at).find("answering")
    assert board.at(almost).find("answering") is None


def test_a_database_that_is_away_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    clock = StoppedClock()
    is_away: list[bool] = []

    def read(now: datetime) -> list[SwitchRow]:
        if is_away:
            raise ConnectionError("gone")
        return [row("answering", "", clock.at)]

    board = Switchboard(read)
    board.at(clock.at)
    is_away.append(True)
    clock.move(seconds=5)
    assert board.at(clock.at).find("answering")
    assert "could not be read" in caplog.text


# --- officials ------------------------------------------------------------------------------


def official(database: Database, role: str, now: datetime) -> OfficialRow:
    def add(connection):
        new = NewOfficial(role, role.title(), role, "ubnd-xa", [], [], now)
        return officials.find(connection, officials.add(connection, new))

    found = database.write(add).result()
    assert found is not None
    return found


def wish(**more: object) -> Wish:
    given = {
        "kind": "card", "target": CARD, "reason": "mức vay đã đổi",
        "lasts": timedelta(hours=4), "sentence": "",
    }  # fmt: skip
    return Wish(**{**given, **more})


def test_an_editor_stops_a_card_and_lets_it_go_on(database: Database, house: House) -> None:
    clock = StoppedClock()
    editor = official(database, "editor", clock.at)
    board = switchboard_of(database)

    def stop(one: Wish) -> None:
        database.write(
            lambda c: stopping.stop(c, one, library=house.library, by=editor, now=clock.at)
        ).result()

    stop(wish())
    stopped = board.at(clock.at).find("card", CARD)
    assert stopped is not None
    assert stopped.sentence == house.library.phrases.render("switched_off_card")
    assert stopped.expires_at == clock.at + timedelta(hours=4)
    with pytest.raises(Refusal, match="switch_already"):
        stop(wish())
    releasing = {"switch_id": stopped.id, "by": editor, "why": "đã sửa", "now": clock.at}
    database.write(lambda c: stopping.release(c, **releasing)).result()
    board.forget()
    assert board.at(clock.at).find("card", CARD) is None
    with pytest.raises(Refusal, match="switch_over"):
        database.write(lambda c: stopping.release(c, **releasing)).result()
    with database.read() as connection:
        lines = audit.page(connection, noun="switch")
    assert [(line.did, line.noun_id, line.why) for line in lines] == [
        ("switch.release", f"card:{CARD}", "đã sửa"),
        ("switch.stop", f"card:{CARD}", "mức vay đã đổi"),
    ]


@pytest.mark.parametrize(
    ("role", "more", "phrase"),
    [
        ("officer", {}, "switch_not_yours"),
        ("cadre", {}, "switch_not_yours"),
        ("editor", {"kind": "weather"}, "switch_of_nothing"),
        ("editor", {"target": "loan-nowhere"}, "switch_of_nothing"),
        ("editor", {"kind": "topic"}, "switch_of_nothing"),
        ("editor", {"kind": "answering"}, "switch_of_nothing"),
        ("leader", {"reason": " "}, "switch_why"),
        ("admin", {"lasts": timedelta()}, "switch_until"),
        ("admin", {"lasts": timedelta(days=91)}, "switch_until"),
    ],
)
def test_what_may_not_be_stopped_is_refused_and_nothing_is_written(
    database: Database, house: House, role: str, more: dict[str, object], phrase: str
) -> None:
    clock = StoppedClock()
    who = official(database, role, clock.at)
    stop = {"wish": wish(**more), "library": house.library, "by": who, "now": clock.at}
    with pytest.raises(Refusal, match=phrase):
        database.write(lambda c: stopping.stop(c, **stop)).result()
    with database.read() as connection:
        assert switches.in_force(connection, clock.at) == []
        assert audit.page(connection) == []
