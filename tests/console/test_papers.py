"""The page of papers: every role takes along what is printed, and nobody else."""

import pytest

from tests.console.hall import Hall

PATH = "/console/papers"


def test_a_cadre_takes_leaflets_and_the_pack_along(hall: Hall) -> None:
    cadre = hall.walk_in("lan", "cadre")
    page = cadre.get(PATH)
    assert "Sổ tay bỏ túi" in page.text
    assert "bản in chưa có mã QR" in page.text
    leaflet = cadre.get(f"{PATH}/cards/loan-poor-household/a5.pdf")
    assert leaflet.content.startswith(b"%PDF-")
    assert "attachment" in leaflet.headers["content-disposition"]
    assert cadre.get(f"{PATH}/topics/loan/a4.pdf").content.startswith(b"%PDF-")
    assert cadre.get(f"{PATH}/booklet.pdf").content.startswith(b"%PDF-")
    assert "Cho vay hộ nghèo" in cadre.get(f"{PATH}/pack.html").text
    aloud = cadre.get(f"{PATH}/cards/loan-poor-household/loudspeaker.txt").text
    assert "một trăm triệu đồng" in aloud


@pytest.mark.parametrize(
    "path", ["cards/x/a5.pdf", "cards/loan-poor-household/x", "topics/x/a5.pdf", "topics/loan/x"]
)
def test_what_is_not_there_is_404(hall: Hall, path: str) -> None:
    assert hall.walk_in("lan", "cadre").get(f"{PATH}/{path}").status_code == 404


def test_a_card_that_is_stopped_is_not_printed(hall: Hall) -> None:
    editor = hall.walk_in("lan", "editor")
    stop = {"what": "card:loan-poor-household", "hours": "24", "reason": "đã đổi"}
    assert editor.post("/console/switches", **stop).status_code == 303
    assert editor.get(f"{PATH}/cards/loan-poor-household/a5.pdf").status_code == 404
    assert 'id="loan-poor-household"' not in editor.get(f"{PATH}/pack.html").text


def test_a_stranger_is_asked_to_sign_in(hall: Hall) -> None:
    assert hall.browser().get(f"{PATH}/pack.html").status_code == 303
