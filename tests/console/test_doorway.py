"""The doorway: who gets in, who does not, and for how long."""

import pytest
import sqlalchemy as sa

from bot.console.doorway import CODE, INVITATION, SIGN_IN
from bot.console.guard import COOKIE, own_address
from storage.audit import audit
from storage.officials import officials
from storage.sessions import sessions
from tests.console.hall import OURS, PASSWORD, Hall


def test_who_is_invited_signs_in_with_password_and_code(hall: Hall) -> None:
    an = hall.walk_in("lan")
    page = an.get("/console")
    assert page.status_code == 200
    assert "Chào Lan" in page.text
    with hall.database.read() as connection:
        did = connection.execute(sa.select(audit.c.did).order_by(audit.c.id)).scalars().all()
    assert did == ["official.add", "official.invite", "official.accept", "session.begin"]


def test_nothing_secret_lies_readable_in_the_database(hall: Hall) -> None:
    an = hall.walk_in("lan")
    token = an.browser.cookies[COOKIE]
    with hall.database.read() as connection:
        kept = str(connection.execute(sa.select(officials)).all())
        kept += str(connection.execute(sa.select(sessions)).all())
    assert an.secret not in kept
    assert token not in kept
    assert PASSWORD not in kept


def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_the_page(hall: Hall) -> None:
    answer = hall.browser().get("/console/audit?noun=case")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{SIGN_IN}?next=%2Fconsole%2Faudit%3Fnoun%3Dcase"


def test_the_password_alone_opens_no_page(hall: Hall) -> None:
    secret, _ = hall.accept(hall.add("lan"))
    browser = hall.browser()
    assert browser.post(SIGN_IN, data={"login": "lan", "password": PASSWORD}).status_code == 303
    assert browser.get("/console").headers["location"].startswith(SIGN_IN)
    assert browser.post(CODE, data={"code": "000000"}).status_code == 403
    before = browser.cookies[COOKIE]
    assert browser.post(CODE, data={"code": hall.code(secret)}).headers["location"] == "/console"
    assert browser.cookies[COOKIE] != before  # a token planted before the code is worth nothing
    assert browser.get("/console").status_code == 200


def test_a_code_works_once(hall: Hall) -> None:
    an = hall.walk_in("lan")
    code = hall.code(an.secret)
    for expected in (303, 403):
        browser = hall.browser()
        browser.post(SIGN_IN, data={"login": "lan", "password": PASSWORD})
        assert browser.post(CODE, data={"code": code}).status_code == expected


def test_a_recovery_code_works_once_in_place_of_the_phone(hall: Hall) -> None:
    _, codes = hall.accept(hall.add("lan"))
    assert len(set(codes)) == 8
    for expected in (303, 403):
        browser = hall.browser()
        browser.post(SIGN_IN, data={"login": "lan", "password": PASSWORD})
        assert browser.post(CODE, data={"code": codes[0].lower()}).status_code == expected


def test_wrong_passwords_are_refused_and_after_five_nobody_may_try(hall: Hall) -> None:
    secret, _ = hall.accept(hall.add("lan"))
    browser = hall.browser()
    for _ in range(5):
        answer = browser.post(SIGN_IN, data={"login": "lan", "password": "sai bét rồi"})
        assert answer.status_code == 403
        assert "chưa đúng" in answer.text
    answer = browser.post(SIGN_IN, data={"login": "lan", "password": PASSWORD})
    assert answer.status_code == 403
    assert "mười lăm phút" in answer.text
    hall.clock.move(minutes=16)
    assert browser.post(SIGN_IN, data={"login": "lan", "password": PASSWORD}).status_code == 303
    assert browser.post(CODE, data={"code": hall.code(secret)}).status_code == 303


def test_wrong_codes_count_too(hall: Hall) -> None:
    secret, _ = hall.accept(hall.add("lan"))
    browser = hall.browser()
    browser.post(SIGN_IN, data={"login": "lan", "password": PASSWORD})
    for _ in range(5):
        assert browser.post(CODE, data={"code": "000000"}).status_code == 403
    answer = browser.post(CODE, data={"code": hall.code(secret)})
    assert answer.status_code == 403
    assert "mười lăm phút" in answer.text


def test_an_unknown_login_reads_like_a_wrong_password(hall: Hall) -> None:
    hall.accept(hall.add("lan"))
    texts = {
        hall.browser().post(SIGN_IN, data={"login": login, "password": "sai bét rồi"}).text
        for login in ("lan", "bo")
    }
    assert len({text.replace('value="bo"', 'value="lan"') for text in texts}) == 1


@pytest.mark.parametrize(("hours", "kept"), [(3, True), (5, False)])
def test_a_session_nobody_uses_ends(hall: Hall, hours: int, kept: bool) -> None:
    an = hall.walk_in("lan")
    hall.clock.move(hours=hours)
    assert (an.get("/console").status_code == 200) is kept


def test_a_session_ends_after_twelve_hours_however_busy(hall: Hall) -> None:
    an = hall.walk_in("lan")
    statuses: list[int] = []
    for _ in range(13):
        hall.clock.move(hours=1)
        statuses.append(an.get("/console").status_code)
    assert statuses == [200] * 11 + [303] * 2


def test_signing_out_ends_the_session_not_only_the_cookie(hall: Hall) -> None:
    an = hall.walk_in("lan")
    token = an.browser.cookies[COOKIE]
    assert an.post("/console/sign-out").status_code == 303
    an.browser.cookies.set(COOKIE, token)
    assert an.get("/console").status_code == 303


def test_an_invitation_works_once_and_a_new_one_ends_the_old(hall: Hall) -> None:
    token = hall.add("lan")
    hall.accept(token)
    answer = hall.browser().get(f"{INVITATION}/{token}")
    assert answer.status_code == 403
    assert "đã dùng rồi" in answer.text
    assert hall.browser().get(f"{INVITATION}/x").status_code == 403


def test_an_invitation_grows_old(hall: Hall) -> None:
    token = hall.add("lan")
    hall.clock.move(days=8)
    assert hall.browser().get(f"{INVITATION}/{token}").status_code == 403


@pytest.mark.parametrize("password", ["ngắn", "aaaaaaaaaaaa"])
def test_a_weak_password_is_refused(hall: Hall, password: str) -> None:
    token = hall.add("lan")
    browser = hall.browser()
    page = browser.get(f"{INVITATION}/{token}").text
    secret = page.split("<code>")[1].split("</code>")[0]
    sealed = page.split('name="sealed" value="')[1].split('"')[0]
    form = {"sealed": sealed, "password": password, "code": hall.code(secret)}
    answer = browser.post(f"{INVITATION}/{token}", data=form)
    assert answer.status_code == 403
    assert "10 ký tự" in answer.text


def test_a_post_from_another_site_signs_nobody_in(hall: Hall) -> None:
    hall.accept(hall.add("lan"))
    browser = hall.browser()
    form = {"login": "lan", "password": PASSWORD}
    foreign = {**OURS, "sec-fetch-site": "cross-site"}
    assert browser.post(SIGN_IN, data=form, headers=foreign).status_code == 403


@pytest.mark.parametrize(
    ("wanted", "gone_to"),
    [
        ("/console/audit?noun=case", "/console/audit?noun=case"),
        ("https://evil.invalid/console", "/console"),
        ("//evil.invalid/console", "/console"),
        ("/\\evil.invalid", "/console"),
        ("/console\n.evil", "/console"),
        ("/elsewhere", "/console"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(wanted: str, gone_to: str) -> None:
    assert own_address(wanted) == gone_to
