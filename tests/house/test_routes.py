"""Every route has a named guard, and the guard holds; a route nobody thought of fails the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from bot.app import build
from bot.channels.telegram import Telegram
from bot.channels.web_chat.door import WebChat
from bot.channels.zalo_bot import ZaloBot
from bot.clock import SystemClock
from bot.serve import web_of
from handlers.turn import House
from tests.journeys.running import settings_for

PUBLIC = "public"
SAME_ORIGIN = "same origin"
OWN_SESSION = "own session"
SECRET = "secret"
DOORWAY = "before sign-in"
OFFICIAL = "official"

GUARDS = {
    ("GET", "/"): OWN_SESSION,
    ("POST", "/chat"): SAME_ORIGIN,
    ("POST", "/chat/messages"): SAME_ORIGIN,
    ("POST", "/chat/attachments"): SAME_ORIGIN,
    ("GET", "/chat/stream"): OWN_SESSION,
    ("GET", "/chat/history"): OWN_SESSION,
    ("POST", "/webhook/{channel}"): SECRET,
    ("GET", "/static/{version}/{name}"): PUBLIC,
    ("GET", "/health"): PUBLIC,
    ("GET", "/robots.txt"): PUBLIC,
    ("GET", "/console/static/{version}/{name}"): PUBLIC,
    ("GET", "/console/sign-in"): DOORWAY,
    ("POST", "/console/sign-in"): DOORWAY,
    ("GET", "/console/sign-in/code"): DOORWAY,
    ("POST", "/console/sign-in/code"): DOORWAY,
    ("GET", "/console/invitation/{token}"): SECRET,
    ("POST", "/console/invitation/{token}"): SECRET,
}


def routes_of(app: Starlette) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        assert isinstance(route, Route), f"{route} is guarded by nobody knows what"
        for method in (route.methods or set()) - {"HEAD"}:
            yield method, route.path


def guards_of(app: Starlette) -> dict[tuple[str, str], str]:
    """The table above, and every route the console's guard made (tests/console/test_guard.py)."""
    guarded = {
        (method, route.path): OFFICIAL
        for route in app.routes
        if isinstance(route, Route) and hasattr(route.endpoint, "roles")
        for method in (route.methods or set()) - {"HEAD"}
    }
    return GUARDS | guarded


def unguarded(app: Starlette) -> list[tuple[str, str]]:
    guards = guards_of(app)
    return [route for route in routes_of(app) if route not in guards]


@pytest.fixture
def web(house: House, tmp_path: Path) -> Starlette:
    now = SystemClock().now
    telegram = Telegram(
        "42:x", clock=now, secret="s3cret", webhook_url="https://bot.invalid/webhook/telegram",
        api="http://127.0.0.1:9",
    )  # fmt: skip
    zalo = ZaloBot("42:x", secret="s3cret-s3cret", webhook_url="https://bot.invalid/zalo")
    settings = settings_for(tmp_path, "")
    return web_of(build(settings, house, [WebChat(now), telegram, zalo]))


def test_every_route_has_a_named_guard(web: Starlette) -> None:
    assert unguarded(web) == []
    assert set(routes_of(web)) == set(guards_of(web))


def test_a_planted_route_is_found(web: Starlette) -> None:
    web.router.routes.append(Route("/secret-page", lambda _: PlainTextResponse("x")))
    assert unguarded(web) == [("GET", "/secret-page")]
    web.router.routes.append(Mount("/anything", Starlette()))
    with pytest.raises(AssertionError):
        unguarded(web)


@pytest.mark.parametrize("path", [p for (m, p), g in GUARDS.items() if g == SAME_ORIGIN])
def test_a_post_from_another_site_is_refused(web: Starlette, path: str) -> None:
    client = TestClient(web)
    headers = {"origin": "https://evil.invalid", "sec-fetch-site": "cross-site"}
    assert (
        client.post(path, json={"id": "abcdefgh", "text": "x"}, headers=headers).status_code == 403
    )


@pytest.mark.parametrize(
    ("channel", "header"),
    [
        ("telegram", "x-telegram-bot-api-secret-token"),
        ("zalo_bot", "x-bot-api-secret-token"),
    ],
)
def test_a_webhook_without_the_secret_is_refused(web: Starlette, channel: str, header: str) -> None:
    client, url = TestClient(web), f"/webhook/{channel}"
    assert client.post(url, content=b"{}").status_code == 401
    assert client.post(url, content=b"{}", headers={header: "guess"}).status_code == 401


@pytest.mark.parametrize("path", ["/", "/health", "/robots.txt", "/nothing", "/chat/history"])
def test_every_answer_carries_the_security_headers(house: House, tmp_path: Path, path: str) -> None:
    settings = settings_for(tmp_path, "")
    app = web_of(build(settings, house, [WebChat(SystemClock().now)]))
    with TestClient(app) as client:
        headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_one_session_never_sees_another(house: House, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "")
    app = web_of(build(settings, house, [WebChat(SystemClock().now)]))
    with TestClient(app) as client:
        client.get("/")
        body = {"id": "abcdefgh1", "text": "điều riêng của tui"}
        posted = client.post("/chat/messages", json=body, headers={"sec-fetch-site": "same-origin"})
        assert posted.is_success
        assert "điều riêng" in client.get("/chat/history").text
        client.cookies.clear()
        client.get("/")
        assert "điều riêng" not in client.get("/chat/history").text
