"""A visit: one request of a signed-in official, and what a page needs to answer it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.console.looks import Looks
from bot.console.words import words_of
from bot.security import SECURITY_HEADERS
from bot.vault import Vault
from handlers.office import office_of
from handlers.officials.casework import Hand
from handlers.turn import VIETNAM, House
from storage.database import Connection, Database, Job, Result
from storage.officials import OfficialRow
from storage.sessions import SessionRow

HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    # Tabler draws its small signs from data: addresses in its own style sheet.
    "content-security-policy": SECURITY_HEADERS["content-security-policy"].replace(
        "img-src 'self'", "img-src 'self' data:"
    ),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page of the console has at hand; the house of now changes with the day."""

    database: Database
    house_of_now: Callable[[], House]
    looks: Looks
    vault: Vault
    public_url: str

    @property
    def house(self) -> House:
        """The house turns happen in now."""
        return self.house_of_now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request; pages run in a worker thread and may wait for the database.

    `form` and `query` hold every value of a name, in order. `csrf` stands in every form.
    `is_part`: htmx asks only for a part of the page.
    """

    desk: Desk
    official: OfficialRow
    session: SessionRow
    path: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    form: Mapping[str, Sequence[str]]
    csrf: str
    is_part: bool
    now: datetime

    @property
    def today(self) -> date:
        """The calendar day in Viet Nam."""
        return self.now.astimezone(VIETNAM).date()

    @property
    def hand(self) -> Hand:
        """The official at work, for what changes cases."""
        return Hand(self.official, office_of(self.desk.house, self.now))

    def read(self) -> AbstractContextManager[Connection]:
        """A connection that changes nothing."""
        return self.desk.database.read()

    def write(self, job: Job[Result]) -> Result:
        """Do it in one transaction; what it raises comes out."""
        return self.desk.database.write(job).result()

    def typed(self, name: str, longest: int = 2_000) -> str:
        """The form's last value of that name, trimmed and cut; "" when it is not there."""
        return (self.form.get(name) or ("",))[-1].strip()[:longest]

    def asked(self, name: str, longest: int = 200) -> str:
        """The address's last value of that name, trimmed and cut; "" when it is not there."""
        return (self.query.get(name) or ("",))[-1].strip()[:longest]

    def number(self, name: str) -> int:
        """A number in the path, as an id; anything else is a page that does not exist."""
        text = self.path.get(name, "")
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise HTTPException(404)
        return int(text)

    def phrase(self, name: str, **data: Any) -> str:
        """One of our sentences."""
        return self.desk.house.library.phrases.render(name, **data)

    def show(self, template: str, status: int = 200, **data: Any) -> Response:
        """A page for this official; `notice` and `problem` are sentences above it."""
        page: dict[str, Any] = {"notice": self.asked("notice"), "problem": "", **data}
        text = self.desk.looks.render(
            template,
            me=self.official,
            csrf=self.csrf,
            now=self.now,
            words=words_of(self.desk.house.library.phrases),
            library=self.desk.house.library,
            **page,
        )
        return HTMLResponse(text, status, HEADERS)

    def go(self, address: str, **query: str) -> Response:
        """See another page of ours, after something was changed."""
        return RedirectResponse(f"{address}?{urlencode(query)}" if query else address, 303)
