"""The page of switches: seen by those who may, with its refusals; residents' side at once."""

import pytest

from tests.console.hall import Hall

PATH = "/console/switches"
STOP = {"what": "card:loan-poor-household", "hours": "24", "reason": "mức vay <b>đã đổi</b>"}


def test_a_leader_stops_a_card_and_lets_it_go_on(hall: Hall) -> None:
    leader = hall.walk_in("lan", "leader")
    page = leader.get(PATH).text
    assert "Không có gì đang dừng" in page
    assert "loan-poor-household" in page
    board = hall.house.switches
    assert board.at(hall.clock.at).find("card", "loan-poor-household") is None
    assert leader.post(PATH, **STOP).headers["location"].startswith(f"{PATH}?notice=")
    assert board.at(hall.clock.at).find("card", "loan-poor-household")
    page = leader.get(PATH).text
    assert "mức vay &lt;b&gt;đã đổi&lt;/b&gt;" in page
    assert "Lan dừng lúc" in page
    number = page.split(f'action="{PATH}/')[1].split("/")[0]
    assert leader.post(f"{PATH}/{number}/release", why="xong").status_code == 303
    assert board.at(hall.clock.at).find("card", "loan-poor-household") is None
    assert "Không có gì đang dừng" in leader.get(PATH).text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"what": ""}, "Không có mục này"),
        ({"what": "card:x"}, "Không có mục này"),
        ({"reason": ""}, "Chưa ghi vì sao"),
        ({"hours": "0"}, "Thời gian dừng"),
        ({"hours": "99999"}, "Thời gian dừng"),
        ({"hours": "-4"}, "Thời gian dừng"),
    ],
)
def test_what_is_missing_is_said(hall: Hall, more: dict[str, str], told: str) -> None:
    editor = hall.walk_in("lan", "editor")
    answer = editor.post(PATH, **{**STOP, **more})
    assert answer.status_code == 409
    assert told in answer.text
    assert "Không có gì đang dừng" in editor.get(PATH).text


def test_the_page_stands_in_the_navigation_of_who_may(hall: Hall) -> None:
    assert f'href="{PATH}"' in hall.walk_in("lan", "editor").get("/console").text
    assert f'href="{PATH}"' not in hall.walk_in("binh", "officer").get("/console").text
