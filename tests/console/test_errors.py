"""When something cannot be done, officials and residents each read words for them."""

from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.channels.web_chat.door import WebChat
from bot.console.console import console_routes, error_pages
from bot.console.guard import COOKIE, FORM_LIMIT
from bot.web import build_web
from tests.console.hall import OURS, Hall, Walker
from tests.fakes.desk import FakeDesk


async def broken(request: Request) -> Response:
    raise RuntimeError("a bug")


@pytest.fixture
def official(hall: Hall) -> TestClient:
    """An officer at the whole web app, as it is served."""
    walker: Walker = hall.walk_in("lan")
    chat = WebChat(hall.clock.now)
    routes = [*console_routes(hall.desk), Route("/console/broken", broken)]
    errors: Callable[[int], Response] = error_pages(hall.desk)
    app = build_web(FakeDesk(chat), chat, {}, more_routes=routes, console_error=errors)
    browser = TestClient(app, follow_redirects=False, headers=OURS, raise_server_exceptions=False)
    browser.cookies.set(COOKIE, walker.browser.cookies[COOKIE])
    return browser


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/console/officials", 403, "Không được phép"),
        ("/console/nothing", 404, "không thuộc đơn vị"),
        ("/console/broken", 500, "Máy đang gặp trục trặc"),
    ],
)
def test_an_official_is_told_in_an_officials_words(
    official: TestClient, path: str, status: int, told: str
) -> None:
    answer = official.get(path)
    assert answer.status_code == status
    assert told in answer.text
    assert "Anh chị" in answer.text or "anh chị" in answer.text
    assert "bà con" not in answer.text.lower()
    assert 'href="/console"' in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "img-src 'self' data:" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_form_too_large_is_said_to_be(official: TestClient) -> None:
    answer = official.post("/console/sign-out", content=b"x" * (FORM_LIMIT + 1))
    assert answer.status_code == 413
    assert "bớt chữ" in answer.text
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/nothing", "/consolery", "/chat/history"])
def test_residents_keep_their_own_words(official: TestClient, path: str) -> None:
    answer = official.get(path)
    assert answer.status_code in (401, 404)
    assert "Bà con" in answer.text
    assert "anh chị" not in answer.text.lower()
