"""A cadre's "tra" looks something up; a resident's is a question like any other."""

import pytest

from handlers.casebook import NoCases, StoredCases
from handlers.talk import Talk
from handlers.turn import House
from knowledge.law_number import law_named
from storage.database import Database
from storage.officials import NewOfficial, add, change
from tests.conftest import StoppedClock


class Cadres(NoCases):
    """Everybody is one."""

    def is_official(self, channel: str, address: str) -> bool:
        return True


def test_a_cadre_gets_the_ground_and_a_text_to_pass_on(house: House) -> None:
    talk = Talk(house, casebook=Cadres())
    assert talk.hear("tra vay vốn hộ nghèo").status == "command"
    assert "2553/QĐ-TTg" in talk.said[0].text
    assert talk.said[1].text.startswith("Hộ nghèo được vay tối đa")


def test_a_residents_tra_is_a_question(house: House) -> None:
    talk = Talk(house)
    assert talk.hear("tra vay vốn hộ nghèo").status != "command"
    assert talk.hear("trả nợ trễ thì sao").status != "command"


def test_a_cadre_in_danger_is_helped_at_once(house: House) -> None:
    assert Talk(house, casebook=Cadres()).hear("tra cháy nhà cứu với").status == "emergency"


def test_who_tied_the_chat_is_an_official_until_disabled(
    database: Database, clock: StoppedClock
) -> None:
    new = NewOfficial("lan", "Lan", "cadre", "ubnd-xa", [], [], clock.now())
    number = database.write(lambda c: add(c, new)).result()
    book = StoredCases(database)
    assert not book.is_official("web", "a")
    tied = {"channel": "web", "address": "a"}
    database.write(lambda c: change(c, number, tied)).result()
    assert book.is_official("web", "a")
    assert not book.is_official("telegram", "a")
    database.write(lambda c: change(c, number, {"disabled_at": clock.now()})).result()
    assert not book.is_official("web", "a")


@pytest.mark.parametrize(
    ("typed", "printed", "is_it"),
    [
        ("NĐ 335/2026", "335/2026/NĐ-CP", True),
        ("335/2026/NĐ-CP", "335/2026/NĐ-CP", True),
        ("nghị định 335", "335/2026/NĐ-CP", True),
        ("quyết định 335", "335/2026/NĐ-CP", False),
        ("NĐ 335/2025", "335/2026/NĐ-CP", False),
        ("luật 41/2024", "41/2024/QH15", True),
        ("2553/QĐ-TTg", "2553/QĐ-TTg", True),
    ],
)
def test_a_number_of_a_law_is_read_as_people_type_it(typed: str, printed: str, is_it: bool) -> None:
    named = law_named(typed)
    assert named
    assert named.is_of(printed) is is_it


@pytest.mark.parametrize("typed", ["vay 100 triệu", "100", "335", "hộ nghèo", ""])
def test_other_words_name_no_law(typed: str) -> None:
    assert law_named(typed) is None
