"""The dialogues' pages: from the plan to results that are published, by those who may."""

import re

from storage import dialogue_questions
from tests.console.hall import Hall, Walker

PATH = "/console/dialogues"
PLAN = {
    "title": "Đối thoại <b>giảm nghèo</b>",
    "area": "xa-my-tho",
    "place": "Nhà văn hóa ấp 3",
    "chair": "Chủ tịch xã",
    "held_at": "2026-12-11T08:00",
    "topics": "loan",
    "capacity": "100",
}
ROAD = "Đường vô ấp 3 lầy lội khi nào đổ đá"


def version(walker: Walker, page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', walker.get(page).text)
    assert found
    return found[1]


def press(walker: Walker, page: str, deed: str, **form: object) -> None:
    answer = walker.post(f"{page}/{deed}", version=version(walker, page), **form)
    assert answer.status_code == 303, answer.text


def test_a_dialogue_is_run_by_its_pages(hall: Hall) -> None:
    lan, hai = hall.walk_in("lan", "coordinator"), hall.walk_in("hai", "leader")
    assert "Chưa có buổi đối thoại nào" in lan.get(PATH).text
    page = lan.post(PATH, **PLAN).headers["location"].split("?")[0]
    assert "Đối thoại &lt;b&gt;giảm nghèo&lt;/b&gt;" in lan.get(PATH).text
    assert "chưa xác nhận" in lan.get(PATH).text
    press(lan, page, "announce")
    press(lan, page, "write", text=ROAD, said_by="Bà Tư")
    press(lan, page, "write", text="Hộ cận nghèo vay nuôi bò được bao nhiêu", said_by="")
    assert ROAD in lan.get(f"{page}/screen").text
    press(lan, page, "close")
    press(lan, page, "agenda")
    printed = lan.get(f"{page}/print").text
    assert ROAD in printed
    assert "Bà Tư" not in printed
    with hall.database.read() as connection:
        items = [q.item_id for q in dialogue_questions.of_dialogue(connection, 1)]
    press(lan, page, "show", item=items[0])
    hall.clock.move(days=18)
    for walker in (lan, hai):
        walker.sign_in()
    press(lan, page, "check-in", name="Bà Tư")
    said = {"outcome": "promised", "text": "Đổ đá", "owner": "Xã", "due_on": "2026-12-31"}
    press(lan, page, "answer", item=items[0], **said)
    assert "Trả lời: Đổ đá" in lan.get(f"{page}/screen").text
    # Whoever mends an answer finds its promise as it was.
    assert 'type="date" value="2026-12-31"' in lan.get(page).text
    press(lan, page, "answer", item=items[1], outcome="done", text="Tối đa theo thẻ")
    assert "Có mặt theo danh sách điểm danh: 1" in lan.get(page).text
    press(lan, page, "minutes", text="Biên bản buổi họp")
    press(hai, page, "sign", number="1")
    press(hai, page, "publish")
    assert "đã công khai" in lan.get(page).text
    assert "Cam kết chưa xong" in lan.get(page).text


def test_what_may_not_be_done_is_said_and_not_offered(hall: Hall) -> None:
    lan, cadre = hall.walk_in("lan", "coordinator"), hall.walk_in("tuoi", "cadre")
    answer = lan.post(PATH, **{**PLAN, "held_at": "hôm qua"})
    assert answer.status_code == 409
    assert "Ngày giờ họp" in answer.text
    page = lan.post(PATH, **PLAN).headers["location"].split("?")[0]
    assert "Báo cho bà con</button>" not in cadre.get(page).text
    assert cadre.post(PATH, **PLAN).status_code == 403
    assert cadre.post(f"{page}/announce", version="1").status_code == 403
    assert lan.post(f"{page}/announce", version="9").status_code == 409
    assert lan.get(f"{PATH}/999").status_code == 404
