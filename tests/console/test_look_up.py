"""Looking up: by words and by the number of a law, what to pass on, recent, at hand, asked most."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from storage import audit, questions
from storage.inbox import InboxEntry, inbox, put
from storage.questions import Question
from storage.residents import residents
from tests.console.hall import Hall

PATH = "/console/look-up"
CARD = "loan-poor-household"


def test_a_cadre_finds_a_card_with_its_ground_and_what_to_pass_on(hall: Hall) -> None:
    page = hall.walk_in("lan", "cadre").get(f"{PATH}?q=vay von ho ngheo").text
    assert f'href="{PATH}/{CARD}"' in page
    assert "2553/QĐ-TTg" in page
    assert "Cán bộ lưu ý:" in page
    assert f'data-copy="text-{CARD}"' in page


@pytest.mark.parametrize(
    "typed", ["2553/QĐ-TTg", "QĐ 2553", "quyet dinh 2553", "nđ 78/2002", "78/2002/NĐ-CP"]
)
def test_a_law_is_found_by_its_number(hall: Hall, typed: str) -> None:
    page = hall.walk_in("lan", "cadre").browser.get(PATH, params={"q": typed}).text
    assert f"{PATH}/loan-" in page


def test_what_is_typed_is_never_markup(hall: Hall) -> None:
    page = hall.walk_in("lan", "cadre").browser.get(PATH, params={"q": "<b>zzz"}).text
    assert "<b>zzz" not in page
    assert "Không thấy mục nào" in page


def test_only_a_part_is_sent_while_typing(hall: Hall) -> None:
    cadre = hall.walk_in("lan", "cadre")
    part = cadre.browser.get(f"{PATH}?q=hoc+phi", headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert "<article" in part


def test_a_card_is_kept_at_hand_and_stands_among_the_last_ones(hall: Hall) -> None:
    cadre = hall.walk_in("lan", "cadre")
    assert "Mới xem" not in cadre.get(PATH).text
    assert "Ghim sẵn mục này" in cadre.get(f"{PATH}/{CARD}").text
    assert "Mới xem" in cadre.get(PATH).text
    assert cadre.post(f"{PATH}/{CARD}/pin", kept="1").status_code == 303
    assert "list-pinned" in cadre.get(PATH).text
    assert "Bỏ ghim" in cadre.get(f"{PATH}/{CARD}").text
    cadre.post(f"{PATH}/{CARD}/pin", kept="0")
    assert "list-pinned" not in cadre.get(PATH).text
    with hall.database.read() as connection:
        did = set(connection.execute(sa.select(audit.audit.c.did)).scalars())
    assert {"card.pin", "card.unpin"} <= did
    assert "Mới xem" not in hall.walk_in("binh", "cadre").get(PATH).text


def test_what_is_asked_most_stands_ready(hall: Hall) -> None:
    hall.database.write(lambda c: _ask(c, hall.clock.now())).result()
    page = hall.walk_in("lan", "cadre").get(PATH).text
    assert "Bà con hỏi nhiều gần đây" in page
    assert CARD in page.partition('id="list-asked"')[2]


def _ask(connection: sa.Connection, now: datetime) -> None:
    """Somebody asked, and the card answered."""
    person = sa.insert(residents).values(channel="web", address="a", first_seen_at=now)
    resident = connection.execute(person.returning(residents.c.id)).scalar_one()
    put(connection, [InboxEntry("web", "a", "1", "text", "x", "", False, now, now)])
    number = connection.execute(sa.select(inbox.c.id)).scalar_one()
    row = Question(number, resident, now, "x", "x", "answered", CARD, "loan", 1.0, [], 1)
    questions.add(connection, [row])


def test_a_card_that_is_not_there_or_stopped_is_404(hall: Hall) -> None:
    editor = hall.walk_in("lan", "editor")
    assert editor.get(f"{PATH}/no-such-card").status_code == 404
    stop = {"what": f"card:{CARD}", "hours": "24", "reason": "đã đổi"}
    assert editor.post("/console/switches", **stop).status_code == 303
    assert editor.get(f"{PATH}/{CARD}").status_code == 404
    assert f"{PATH}/{CARD}" not in editor.get(f"{PATH}?q=vay von ho ngheo").text
