"""Every unit that is gone is found by its name, and leads to a unit of today."""

from datetime import date

import pytest

from handlers.talk import Talk
from handlers.turn import House
from knowledge.gazetteer import Gazetteer
from knowledge.library import load
from knowledge.text import fold
from knowledge.unit import Unit

TODAY = date(2026, 11, 24)
UNITS = load().units
GONE = [unit for unit in UNITS.values() if unit.valid_to and unit.valid_to < TODAY]
COMMUNES = [unit for unit in GONE if unit.kind == "commune"]
OFFICES = [unit for unit in GONE if unit.kind == "district-office"]


def test_the_plan_s_ten_offices_and_eighteen_communes_are_there() -> None:
    assert len(OFFICES) == 10
    old_district = [unit for unit in COMMUNES if unit.id.endswith("-cu")][:18]
    assert len(old_district) == 18


@pytest.mark.parametrize("unit", GONE, ids=lambda unit: unit.id)
def test_a_unit_that_is_gone_is_named_with_and_without_tones(unit: Unit) -> None:
    gazetteer = Gazetteer(UNITS, TODAY)
    for text in (f"hồi xưa {unit.name} đó", fold(f"cho hỏi {unit.name} nay đâu")):
        found = {gone.unit.id: gone.heirs for gone in gazetteer.named_in(text)}
        assert unit.id in found
        assert all(heir.is_valid(TODAY) for heir in found[unit.id])
        assert found[unit.id]


@pytest.mark.parametrize("unit", COMMUNES, ids=lambda unit: unit.id)
def test_where_an_old_commune_belongs_is_answered(house: House, unit: Unit) -> None:
    talk = Talk(house)
    name = unit.name.replace("(cũ)", "")
    ending = talk.hear(f"{name} giờ thuộc xã nào vậy")
    assert (ending.status, ending.card) == ("answered", "programme-commune-map")
    for heir in unit.successors:
        assert UNITS[heir].name in talk.said[-1].text


@pytest.mark.parametrize("unit", OFFICES, ids=lambda unit: unit.id)
def test_who_does_the_work_of_an_old_office_is_answered(house: House, unit: Unit) -> None:
    talk = Talk(house)
    ending = talk.hear(f"{unit.name} giờ ở đâu")
    assert (ending.status, ending.card) == ("answered", "programme-ten-offices")
    for heir in unit.successors:
        assert UNITS[heir].name in talk.said[-1].text


def test_a_name_that_is_not_gone_is_left_to_the_search() -> None:
    assert Gazetteer(UNITS, TODAY).named_in("xã Tân Long nay thuộc xã nào") == []
    assert Gazetteer(UNITS, date(2025, 6, 30)).named_in("xã Mỹ Hội nay thuộc xã nào") == []
