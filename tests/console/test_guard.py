"""The guard: every route times every role, forms that are meant, officials let go."""

import pytest
from starlette.routing import Route

from bot.console.guard import EVERYONE
from tests.console.hall import Hall

OPEN_TO_STRANGERS = {
    "/console/static/{version}/{name}",
    "/console/sign-in",
    "/console/sign-in/code",
    "/console/invitation/{token}",
}


def guarded(hall: Hall) -> list[Route]:
    routes = [route for route in hall.app.routes if isinstance(route, Route)]
    return [route for route in routes if hasattr(route.endpoint, "roles")]


def test_every_route_is_guarded_or_known_to_be_open(hall: Hall) -> None:
    with_guard = {route.path for route in guarded(hall)}
    every = {route.path for route in hall.app.routes if isinstance(route, Route)}
    assert every - with_guard == OPEN_TO_STRANGERS
    assert len(with_guard) >= 8


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_each_role_opens_its_pages_and_no_other(hall: Hall, role: str) -> None:
    who = hall.walk_in("lan", role)
    csrf = who.csrf()
    for route in guarded(hall):
        path = route.path.replace("{id}", "999999")
        for method in (route.methods or set()) - {"HEAD"}:
            if path == "/console/sign-out":
                continue
            answer = who.browser.request(method, path, data={"csrf": csrf})
            allowed = role in route.endpoint.roles
            assert (answer.status_code != 403) is allowed, (method, path, answer.status_code)


def test_a_stranger_opens_nothing(hall: Hall) -> None:
    browser = hall.browser()
    for route in guarded(hall):
        path = route.path.replace("{id}", "1")
        for method in (route.methods or set()) - {"HEAD"}:
            answer = browser.request(method, path, data={})
            assert answer.headers["location"].startswith("/console/sign-in"), (method, path)


@pytest.mark.parametrize("csrf", ["", "0" * 32])
def test_a_form_nobody_was_shown_changes_nothing(hall: Hall, csrf: str) -> None:
    admin = hall.walk_in("lan", "admin")
    for route in guarded(hall):
        if "POST" in (route.methods or ()):
            path = route.path.replace("{id}", "1")
            assert admin.browser.post(path, data={"csrf": csrf}).status_code == 403, path


def test_a_form_from_another_site_changes_nothing(hall: Hall) -> None:
    admin = hall.walk_in("lan", "admin")
    form = {"csrf": admin.csrf(), "login": "bo", "name": "Bo", "role": "admin"}
    headers = {"sec-fetch-site": "cross-site"}
    assert admin.browser.post("/console/officials", data=form, headers=headers).status_code == 403


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(hall: Hall) -> None:
    answer = hall.browser().get("/console", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/console/sign-in")


def test_pages_are_kept_by_nobody_and_run_no_foreign_script(hall: Hall) -> None:
    headers = hall.walk_in("lan").get("/console").headers
    assert headers["cache-control"] == "no-store"
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/console/officials/x", "/console/officials/9" + "9" * 30])
def test_what_is_no_id_is_no_page(hall: Hall, path: str) -> None:
    assert hall.walk_in("lan", "admin").get(path).status_code == 404
