"""Officials are added, changed, invited and let go; the account ends its own sessions."""

from tests.console.hall import Hall, Walker

NEW = {"login": "binh", "name": "Bình <b>", "role": "officer", "unit": "phong-kinh-te-xa"}


def test_an_admin_adds_an_official_who_then_signs_in(hall: Hall) -> None:
    admin = hall.walk_in("lan", "admin")
    answer = admin.post("/console/officials", **NEW, areas="xa-my-tho", topics="loan")
    assert answer.status_code == 200
    token = answer.text.split("/console/invitation/")[1].split("<")[0]
    secret, _ = hall.accept(token)
    assert Walker(hall, "binh", secret).sign_in().headers["location"] == "/console"
    listed = admin.get("/console/officials").text
    assert "Bình &lt;b&gt;" in listed
    assert "Bình <b>" not in listed


def test_what_is_wrong_with_a_new_official_is_said_and_nothing_is_added(hall: Hall) -> None:
    admin = hall.walk_in("lan", "admin")
    wrong = [
        ({"login": "LAN"}, "đã có người dùng"),
        ({"login": "a b"}, "chữ thường không dấu"),
        ({"role": "king"}, "Vai trò"),
        ({"unit": "nowhere"}, "không có trong danh mục"),
        ({"name": " "}, "họ tên"),
    ]
    for change, said in wrong:
        answer = admin.post("/console/officials", **{**NEW, **change})
        assert answer.status_code == 409
        assert said in answer.text
    assert "<td>binh</td>" not in admin.get("/console/officials").text


def test_who_is_let_go_is_out_at_once(hall: Hall) -> None:
    admin, binh = hall.walk_in("lan", "admin"), hall.walk_in("binh")
    assert binh.get("/console").status_code == 200
    page = admin.get("/console/officials").text
    number = page.split("Binh</a>")[0].rsplit("/", 1)[1].split('"')[0]
    assert admin.post(f"/console/officials/{number}/disable").status_code == 303
    assert binh.get("/console").status_code == 303
    again = binh.browser.post("/console/sign-in", data={"login": "binh", "password": "x"})
    assert again.status_code == 403


def test_an_admin_neither_ends_nor_lowers_themselves(hall: Hall) -> None:
    admin = hall.walk_in("lan", "admin")
    assert admin.post("/console/officials/1/disable").status_code == 409
    form = {"name": "Lan", "role": "officer", "unit": "phong-kinh-te-xa"}
    assert admin.post("/console/officials/1", **form).status_code == 409


def test_an_official_ends_another_of_their_sessions_and_no_one_elses(hall: Hall) -> None:
    an, binh = hall.walk_in("lan"), hall.walk_in("binh")
    elsewhere = Walker(hall, "lan", an.secret)
    elsewhere.sign_in()
    page = an.get("/console/account").text
    number = page.split("/console/account/sessions/")[1].split("/")[0]
    assert binh.post(f"/console/account/sessions/{number}/end").status_code == 404
    assert elsewhere.get("/console").status_code == 200
    assert an.post(f"/console/account/sessions/{number}/end").status_code == 303
    assert elsewhere.get("/console").status_code == 303
    assert an.get("/console").status_code == 200


def test_the_audit_tells_who_did_it(hall: Hall) -> None:
    admin = hall.walk_in("lan", "admin")
    admin.post("/console/officials", **NEW)
    page = admin.get("/console/audit?noun=official").text
    assert "official.add" in page
    assert "người vận hành máy" in page or "máy" in page
