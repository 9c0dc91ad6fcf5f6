"""The web: what a resident's browser, a messenger and a monitor are promised."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from bot.channels.channel import ReadError
from bot.security import Brake
from bot.web import COOKIE, WEBHOOK_LIMIT, build_web
from handlers.message import Choice, Incoming, Message
from tests.bot.web_room import ANSWER, SESSION, Messenger, Room


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def browser(room: Room) -> Iterator[TestClient]:
    with room.browser() as client:
        yield client


def post(browser: TestClient, text: str, number: str = "abcd1234", **headers: str) -> int:
    body = {"id": number, "text": text}
    return browser.post("/chat/messages", json=body, headers=headers).status_code


# The page


def test_a_first_visit_greets_shows_samples_and_gives_a_session(room: Room) -> None:
    answer = room.browser(session="").get("/")
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 200
    assert answer.text.count('name="text" value=') == 6
    assert "Chào bà con" in answer.text
    assert re.match(rf"{COOKIE}=[\w-]{{43}};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=31536000" in cookie
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    ("base_url", "public_url"), [("https://hoi.vn", ""), ("http://hoi.vn", "https://hoi.vn")]
)
def test_over_https_the_session_is_never_sent_in_the_clear(
    room: Room, base_url: str, public_url: str
) -> None:
    answer = room.browser(base_url=base_url, public_url=public_url).get("/")
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("made_up", ["admin", "A" * 44, "../../etc/passwd", "A" * 42 + "%"])
def test_a_session_that_is_not_ours_is_replaced(room: Room, made_up: str) -> None:
    answer = room.browser(session=made_up).get("/")
    assert made_up not in answer.headers["set-cookie"]
    assert room.browser(session=made_up).get("/chat/stream").status_code == 401
    assert room.browser(session=made_up).get("/chat/history").status_code == 401


def test_the_page_shows_the_history_with_links_and_buttons(room: Room, browser: TestClient) -> None:
    assert post(browser, "vay được nhiêu") == 202
    page = browser.get("/").text
    assert "Chào bà con" not in page
    assert "vay được nhiêu" in page
    assert "<strong>Vay vốn</strong>" in page
    assert '<a href="tel:18001233">1800.1233</a>' in page
    assert 'name="choice" value="c:1"' in page
    assert 'data-after="2"' in page
    assert '<time datetime="2026-11-24T02:15:00Z">09:15</time>' in page


def test_nothing_on_the_page_needs_an_inline_script_a_style_or_another_site(
    room: Room, browser: TestClient
) -> None:
    post(browser, "a")
    page = browser.get("/").text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.S) == ["", "", ""]
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    own = [asset for asset in assets if asset.startswith(("/", "#", "tel:"))]
    assert own == assets


def test_every_file_the_page_names_is_there_and_kept_for_ever(browser: TestClient) -> None:
    for path in set(re.findall(r'"(/static/[^"]+)"', browser.get("/").text)):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        stale = browser.get(re.sub(r"/static/\w+/", "/static/old/", path))
        assert (stale.status_code, stale.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/static/x/none.css", "/static/x/..%2fpage.html", "/none"])
def test_what_is_not_there_is_a_vietnamese_404(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Không có trang này" in answer.text


@pytest.mark.parametrize("path", ["/", "/none", "/health", "/robots.txt", "/chat/history", "/bug"])
def test_every_answer_carries_the_security_headers(
    room: Room, browser: TestClient, path: str
) -> None:
    if path == "/bug":
        room.desk.failure = RuntimeError("a bug")
        answer = browser.post("/chat/messages", json={"id": "abcd1234", "text": "a"})
        assert answer.status_code == 500
        assert "trục trặc" in answer.text
    else:
        answer = browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "camera=()" in answer.headers["permissions-policy"]


def test_a_conversation_is_never_kept_by_the_browser_of_a_shared_phone(
    browser: TestClient,
) -> None:
    assert browser.get("/").headers["cache-control"] == "no-store"
    assert browser.get("/chat/history").headers["cache-control"] == "no-store"


def test_what_residents_and_we_write_is_shown_as_text(room: Room, browser: TestClient) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="alert(1)">'

    def answer(_: Incoming) -> list[Message]:
        return [Message(attack, attack, (Choice(attack, '"><i>'),))]

    room.desk.answer = answer
    post(browser, attack)
    page = browser.get("/").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("&lt;script&gt;alert(1)") == 4
    assert '"><i>' not in page


# Sending


def test_a_message_is_received_once_however_often_it_is_posted(
    room: Room, browser: TestClient
) -> None:
    assert [post(browser, "a"), post(browser, "a")] == [202, 202]
    assert [incoming.text for incoming in room.desk.received] == ["a"]


def test_the_history_is_only_ones_own(room: Room, browser: TestClient) -> None:
    post(browser, "a")
    assert [line["text"] for line in browser.get("/chat/history").json()["lines"]] == [
        "a",
        ANSWER.text,
    ]
    assert room.browser(session="B" * 43).get("/chat/history").json() == {"lines": []}


def test_a_refused_message_is_told_why_in_vietnamese(room: Room, browser: TestClient) -> None:
    answer = browser.post("/chat/messages", json={"id": "abcd1234", "text": "a" * 2001})
    assert answer.status_code == 413
    assert "2000 chữ" in answer.json()["error"]
    assert room.desk.received == []


def test_a_body_far_too_long_is_refused_before_it_is_read(browser: TestClient) -> None:
    assert post(browser, "a" * 70_000) == 413


def test_the_form_works_without_javascript(room: Room, browser: TestClient) -> None:
    page = browser.get("/").text
    (number,) = set(re.findall(r'name="id" value="([^"]+)"', page))
    for _ in range(2):
        answer = browser.post("/chat", data={"id": number, "text": "vay vốn"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/#moi")
    browser.post("/chat", data={"id": number, "choice": "c:1"})
    assert [(said.text, said.choice) for said in room.desk.received] == [
        ("vay vốn", ""),
        ("", "c:1"),
    ]
    assert browser.get("/").text.count('class="line mine"') == 2


def test_the_form_waits_for_the_answer_so_that_the_page_already_shows_it(room: Room) -> None:
    assert room.browser().post("/chat", data={"id": "x" * 22, "text": "a"}).status_code == 303
    assert room.chat.stream_count == 0


def test_a_form_refused_shows_the_page_with_the_reason_and_the_words_kept(
    browser: TestClient,
) -> None:
    answer = browser.post("/chat", data={"id": "x" * 22, "text": "b" * 2001})
    assert answer.status_code == 413
    assert "2000 chữ" in answer.text
    assert "b" * 2001 + "</textarea>" in answer.text


@pytest.mark.parametrize("body", [b"id=x&text=%ff%fe", b"text=\xff", b"&" * 5 + b"a=1&" * 30])
def test_a_form_that_cannot_be_read_is_refused(browser: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/chat", content=body, headers=headers).status_code == 400


def test_too_many_messages_in_a_minute_are_braked_gently(room: Room, browser: TestClient) -> None:
    assert [post(browser, "a", f"number-{n}") for n in range(21)] == [202] * 20 + [429]
    other = room.browser(session="B" * 43)
    assert post(other, "a") == 202
    room.now += timedelta(seconds=61)
    assert post(browser, "a", "number-21") == 202


def test_a_full_house_says_come_back_and_loses_nothing(room: Room, browser: TestClient) -> None:
    room.desk.failure = ReadError("full", 503)
    answer = browser.post("/chat/messages", json={"id": "abcd1234", "text": "a"})
    assert (answer.status_code, "chờ ít phút" in answer.json()["error"]) == (503, True)
    form = browser.post("/chat", data={"id": "x" * 22, "text": "giữ chữ này"})
    assert (form.status_code, "giữ chữ này</textarea>" in form.text) == (503, True)


def test_the_brake_forgets_the_oldest_when_it_knows_too_many() -> None:
    brake = Brake(limit=1, period=timedelta(seconds=60), keys=2)
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert [brake.may_pass(key, now) for key in ("a", "a", "b", "c", "a")] == [
        True,
        False,
        True,
        True,
        True,
    ]


# Other sites


@pytest.mark.parametrize("path", ["/chat", "/chat/messages"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.vn"},
        {"origin": "http://hoi.vn.evil.vn"},
        {"origin": "http://[evil"},
        {"sec-fetch-site": "cross-site", "origin": "http://hoi.vn"},
    ],
)
def test_a_post_from_another_site_is_refused(
    room: Room, browser: TestClient, path: str, headers: dict[str, str]
) -> None:
    answer = browser.post(path, content=b'{"id":"abcd1234","text":"a"}', headers=headers)
    assert answer.status_code == 403
    assert room.desk.received == []


@pytest.mark.parametrize(
    ("session", "headers", "status"),
    [
        (SESSION, {"sec-fetch-site": "same-origin"}, 202),
        ("", {"sec-fetch-site": "same-origin", "origin": "null"}, 202),
        (SESSION, {"origin": "http://hoi.vn"}, 202),
        (SESSION, {"origin": "https://cong.khai.vn"}, 202),
        (SESSION, {"origin": "null"}, 202),
        (SESSION, {}, 202),
        ("", {"origin": "null"}, 403),
        ("", {}, 403),
    ],
)
def test_an_old_browser_that_tells_little_needs_its_cookie(
    room: Room, session: str, headers: dict[str, str], status: int
) -> None:
    browser = room.browser(session=session, public_url="https://cong.khai.vn")
    if session:
        browser.headers["cookie"] = f"{COOKIE}={session}"
    answer = browser.post("/chat/messages", json={"id": "abcd1234", "text": "a"}, headers=headers)
    assert answer.status_code == status


# Machines


def test_a_webhook_is_answered_200_only_when_it_is_durable(room: Room, browser: TestClient) -> None:
    def deliver() -> int:
        headers = {"x-secret": "right"}
        return browser.post("/webhook/messenger", content=b"1 a", headers=headers).status_code

    room.desk.failure = RuntimeError("the disk is full")
    assert deliver() == 500
    room.desk.failure = ReadError("full", 503)
    assert deliver() == 503
    room.desk.failure = None
    assert [deliver(), deliver()] == [200, 200]
    assert [incoming.external_id for incoming in room.desk.received] == ["1"]


@pytest.mark.parametrize(
    ("path", "secret", "body", "status"),
    [
        ("/webhook/messenger", "wrong", b"1 a", 401),
        ("/webhook/none", "right", b"1 a", 404),
        ("/webhook/web", "right", b"1 a", 404),
        ("/webhook/messenger", "right", b"", 200),
        ("/webhook/messenger", "right", b"\xff", 500),
        ("/webhook/messenger", "right", b"1 " + b"a" * (WEBHOOK_LIMIT - 2), 200),
        ("/webhook/messenger", "right", b"1 " + b"a" * (WEBHOOK_LIMIT - 1), 413),
    ],
)
def test_a_webhook_gets_the_status_its_messenger_understands(
    browser: TestClient, path: str, secret: str, body: bytes, status: int
) -> None:
    answer = browser.post(path, content=body, headers={"x-secret": secret})
    assert answer.status_code == status


def test_a_webhook_of_unknown_length_is_cut_off_at_the_limit(room: Room) -> None:
    taken = 0

    async def pour() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b"a" * 100_000

    async def deliver() -> int:
        sent: list[int] = []
        chunks = pour()

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": await anext(chunks), "more_body": True}

        async def send(event: Mapping[str, object]) -> None:
            if event["type"] == "http.response.start":
                sent.append(int(str(event["status"])))

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/webhook/messenger",
            "query_string": b"",
            "headers": [(b"host", b"hoi.vn"), (b"x-secret", b"right")],
        }
        await build_web(room.desk, room.chat, {"messenger": Messenger()})(scope, receive, send)
        return sent[0]

    assert asyncio.run(deliver()) == 413
    assert taken == WEBHOOK_LIMIT // 100_000 + 1


def test_health_is_200_or_503_and_never_silent(room: Room, browser: TestClient) -> None:
    assert browser.get("/health").status_code == 200
    room.desk.state = {"ok": False, "inbox": 5}
    answer = browser.get("/health")
    assert (answer.status_code, answer.json()["inbox"]) == (503, 5)
    room.desk.failure = RuntimeError("no database")
    assert browser.get("/health").status_code == 503


def test_search_engines_find_the_page_and_nothing_else(browser: TestClient) -> None:
    assert "Disallow: /chat" in browser.get("/robots.txt").text
    assert browser.get("/webhook/messenger").status_code == 405
