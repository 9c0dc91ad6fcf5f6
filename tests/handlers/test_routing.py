"""Routing: each topic has a unit in each commune, before and after the mergers, and a person."""

from datetime import UTC, date, datetime

import pytest

from handlers.routing import Route, area_on, person_for, route_for, unit_for, unit_on
from handlers.turn import House
from knowledge.rota import Routing
from storage.officials import OfficialRow

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
THEN = datetime(2026, 1, 1, tzinfo=UTC)
MATRIX = {
    # The bank's counters in the communes have stood all along.
    "loan": ("nhcsxh", "nhcsxh"),
    "tuition": ("phong-gddt-huyen", "phong-vhxh-xa"),
    "health": ("phong-y-te-huyen", "phong-vhxh-xa"),
    "legalaid": ("phong-tu-phap-huyen", "vp-ubnd-xa"),
    "training": ("phong-ldtbxh-huyen", "phong-vhxh-xa"),
    "job": ("phong-ldtbxh-huyen", "phong-vhxh-xa"),
    "overseas": ("phong-ldtbxh-huyen", "phong-vhxh-xa"),
    "poverty": ("phong-ldtbxh-huyen", "phong-kinh-te-xa"),
    "social": ("phong-ldtbxh-huyen", "phong-vhxh-xa"),
    "housing": ("phong-ktht-huyen", "phong-kinh-te-xa"),
    "electricity": ("phong-ldtbxh-huyen", "ubnd-xa"),
    "livelihood": ("phong-nnptnt-huyen", "phong-kinh-te-xa"),
    "programme": ("phong-ldtbxh-huyen", "phong-kinh-te-xa"),
    "feedback": ("phong-kinh-te-xa", "ubnd-xa"),
}


def official(number: int, **more: object) -> OfficialRow:
    given = {
        "id": number, "login": f"o{number}", "name": f"Cán bộ {number}", "role": "officer",
        "unit": "phong-vhxh-xa", "areas": [], "topics": [], "deputy_id": None, "channel": None,
        "address": None, "created_at": THEN, "disabled_at": None,
    }  # fmt: skip
    return OfficialRow(**{**given, **more})


def test_the_matrix_knows_every_topic(house: House) -> None:
    assert set(MATRIX) == set(house.library.topics)


@pytest.mark.parametrize("area", ["", "xa-my-tho", "xa-gao-giong-cu", "phuong-cao-lanh"])
@pytest.mark.parametrize("topic", MATRIX)
def test_each_topic_has_its_unit_of_the_day(house: House, topic: str, area: str) -> None:
    units = (
        unit_for(house.library, topic, area=area, day=BEFORE),
        unit_for(house.library, topic, area=area, day=AFTER),
    )
    assert units == MATRIX[topic]


def test_what_nobody_has_goes_to_the_coordinating_unit(house: House) -> None:
    assert (
        unit_for(house.library, "fishing", day=AFTER)
        == house.library.casework.settings.coordinating_unit
    )


def test_a_commune_may_have_a_unit_of_its_own_for_a_topic(house: House) -> None:
    own = Routing(topic="social", duties=("health-station",), areas=("xa-my-tho",))
    settings = house.library.casework.settings
    wider = settings.model_copy(update={"routing": (*settings.routing, own)})
    assert wider.duties_of("social", "xa-my-tho") == ("health-station", "social-desk")
    assert wider.duties_of("social", "xa-my-hiep") == ("social-desk",)
    assert wider.duties_of("social", "") == ("social-desk",)


@pytest.mark.parametrize(
    ("area", "day", "today"),
    [
        ("xa-my-hoi-cu", AFTER, "xa-my-tho"),
        ("xa-my-hoi-cu", BEFORE, "xa-my-hoi-cu"),
        ("xa-gao-giong-cu", AFTER, "xa-phong-my"),  # went to two communes, most of it to this
        ("xa-my-tho", AFTER, "xa-my-tho"),
        ("nowhere", AFTER, ""),
    ],
)
def test_a_former_commune_is_part_of_one_of_today(
    house: House, area: str, day: date, today: str
) -> None:
    assert area_on(house.library, area, day) == today


@pytest.mark.parametrize(
    ("unit", "topic", "heir"),
    [
        ("phong-ldtbxh-huyen", "poverty", "phong-kinh-te-xa"),
        ("phong-ldtbxh-huyen", "social", "phong-vhxh-xa"),
        ("phong-ldtbxh-huyen", "legalaid", "phong-kinh-te-xa"),  # none of the heirs': the first
        ("mttq-huyen", "programme", "mttq-xa"),
        ("phong-vhxh-xa", "loan", "phong-vhxh-xa"),
        ("nowhere", "loan", "nhcsxh"),
    ],
)
def test_what_was_with_a_merged_office_is_with_its_heir(
    house: House, unit: str, topic: str, heir: str
) -> None:
    assert unit_on(house.library, unit, topic, day=AFTER) == heir


def test_who_names_topic_and_commune_comes_before_who_has_them_all() -> None:
    everyone = [
        official(1),
        official(2, areas=["xa-my-tho"]),
        official(3, topics=["health"]),
        official(4, topics=["health"], areas=["xa-my-tho"]),
        official(5, topics=["social"], areas=["xa-my-tho"]),
        official(6, role="leader", topics=["health"], areas=["xa-my-tho"]),
        official(7, unit="nhcsxh", topics=["health"], areas=["xa-my-tho"]),
    ]

    def who(topic: str, area: str) -> int | None:
        found = person_for(everyone, "phong-vhxh-xa", topic=topic, area=area)
        return found and found.id

    assert who("health", "xa-my-tho") == 4
    assert who("health", "xa-my-hiep") == 3
    assert who("tuition", "xa-my-tho") == 2
    assert who("tuition", "") == 1
    assert person_for(everyone, "so-y-te", topic="health") is None


def test_an_officer_comes_before_a_coordinator_who_has_as_much() -> None:
    coordinator, officer = official(1, role="coordinator"), official(2)
    assert person_for([coordinator, officer], "phong-vhxh-xa", topic="health") == officer
    assert person_for([coordinator], "phong-vhxh-xa", topic="health") == coordinator


def test_the_deputy_stands_in_for_who_was_let_go() -> None:
    gone = {"disabled_at": THEN, "topics": ["health"]}
    everyone = [
        official(1, deputy_id=2, **gone),
        official(2, deputy_id=3, **{**gone, "topics": ["social"]}),
        official(3, unit="ubnd-xa", topics=["social"]),
        official(4),
    ]
    found = person_for(everyone, "phong-vhxh-xa", topic="health")
    assert found is not None
    assert found.id == 3


def test_deputies_who_were_let_go_too_leave_it_to_the_next() -> None:
    gone = {"disabled_at": THEN, "topics": ["health"]}
    circle = [official(1, deputy_id=2, **gone), official(2, deputy_id=1, **gone)]
    assert person_for(circle, "phong-vhxh-xa", topic="health") is None
    found = person_for([*circle, official(3)], "phong-vhxh-xa", topic="health")
    assert found is not None
    assert found.id == 3


def test_a_route_is_the_unit_and_the_person(house: House) -> None:
    mine = official(1, topics=["health"], areas=["xa-my-tho"])
    route = route_for(house.library, [mine], topic="health", area="xa-my-hoi-cu", day=AFTER)
    assert route == Route("phong-vhxh-xa", mine)
    nobody = route_for(house.library, [mine], topic="health", area="xa-my-hiep", day=AFTER)
    assert nobody == Route("phong-vhxh-xa", None)
