"""A console with its database and a stopped clock, and officials who walk in."""

import re
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.fernet import Fernet
from pyotp.totp import TOTP
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console.console import console_routes
from bot.console.doorway import INVITATION, SIGN_IN
from bot.console.looks import Looks
from bot.console.visit import Desk
from bot.vault import Vault
from handlers.officials import staff
from handlers.officials.staff import Wanted
from handlers.switchboard import switchboard_of
from handlers.turn import House
from storage.database import Database
from tests.conftest import StoppedClock

PASSWORD = "đò ngang qua sông 9"
OURS = {"sec-fetch-site": "same-origin"}
KEY = Fernet.generate_key()


class Hall:
    """The console's routes alone, and whoever signs in."""

    def __init__(self, database: Database, house: House, clock: StoppedClock) -> None:
        self.database = database
        self.clock = clock
        self.house = replace(house, clock=clock, switches=switchboard_of(database))
        self.desk = Desk(database, lambda: self.house, Looks(), Vault(KEY), "")
        self.app = Starlette(routes=list(console_routes(self.desk)))

    def add(self, login: str, role: str = "officer", unit: str = "phong-kinh-te-xa") -> str:
        """Add an official; the token of the invitation."""
        wanted = Wanted(login.title(), role, unit, [], [])
        adding = partial(
            staff.add, login=login, wanted=wanted, library=self.house.library, by=None,
            now=self.clock.now(),
        )  # fmt: skip
        return self.database.write(adding).result()[1]

    def browser(self) -> TestClient:
        return TestClient(self.app, follow_redirects=False, headers=OURS)

    def accept(self, token: str) -> tuple[str, list[str]]:
        """Accept an invitation; the secret of the app for codes, and the recovery codes."""
        browser = self.browser()
        page = browser.get(f"{INVITATION}/{token}").text
        secret = _between(page, "<code>", "</code>")
        form = {
            "sealed": _between(page, 'name="sealed" value="', '"'),
            "password": PASSWORD,
            "code": self.code(secret),
        }
        answer = browser.post(f"{INVITATION}/{token}", data=form)
        assert answer.status_code == 200, answer.text
        codes = re.findall(r"<li>([0-9A-F]{5}-[0-9A-F]{5})</li>", answer.text)
        self.clock.move(minutes=1)
        return secret, codes

    def code(self, secret: str, at: datetime | None = None) -> str:
        return TOTP(secret).at(at or self.clock.now())

    def walk_in(self, login: str, role: str = "officer", **more: str) -> "Walker":
        """Add an official, accept for them, sign in."""
        secret, _ = self.accept(self.add(login, role, **more))
        walker = Walker(self, login, secret)
        assert walker.sign_in().headers["location"] == "/console"
        return walker


class Walker:
    """An official at a browser."""

    def __init__(self, hall: Hall, login: str, secret: str) -> None:
        self.hall = hall
        self.login = login
        self.secret = secret
        self.browser = hall.browser()

    def sign_in(self):
        form = {"login": self.login, "password": PASSWORD}
        answer = self.browser.post(SIGN_IN, data=form)
        assert answer.status_code == 303, answer.text
        answer = self.browser.post(f"{SIGN_IN}/code", data={"code": self.hall.code(self.secret)})
        self.hall.clock.move(minutes=1)
        return answer

    def get(self, path: str):
        return self.browser.get(path)

    def csrf(self) -> str:
        return _between(self.browser.get("/console").text, 'name="csrf" content="', '"')

    def post(self, path: str, **form: object):
        return self.browser.post(path, data={"csrf": self.csrf(), **form})


def _between(text: str, start: str, end: str) -> str:
    assert start in text, text[:2000]
    return text.split(start, 1)[1].split(end, 1)[0]


__all__ = ["OURS", "PASSWORD", "Hall", "Path", "Walker"]
