"""Looks: the console's templates and static files, read and compiled once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

from bot.assets import Asset, read_assets
from handlers.turn import VIETNAM
from knowledge.saying import say_date

_HERE = Path(__file__).parent
STATIC = "/console/static"


class Looks:
    """Renders the console's pages, everything escaped that is not in a template."""

    def __init__(self) -> None:
        self._assets = read_assets(_HERE / "static")
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters: Mapping[str, Callable[..., Any]] = {
            "asset": self._url_of,
            "at": _at,
            "day": _day,
            "date": say_date,
            "number": _number,
        }
        self._environment.filters.update(filters)

    def render(self, template: str, **data: Any) -> str:
        """A page, or a part of one, as HTML."""
        return self._environment.get_template(template).render(**data)

    def error(self, status: int) -> str:
        """What an official sees when something cannot be done, by the status of the answer."""
        return self._environment.get_template("error.html").render(status=status)

    def find_asset(self, name: str) -> Asset | None:
        """A static file by its plain name."""
        return self._assets.get(name)

    def _url_of(self, name: str) -> str:
        return f"{STATIC}/{self._assets[name].version}/{name}"


def _at(moment: datetime | None) -> str:
    """A moment as officials read it, in Vietnamese time."""
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if moment else ""


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y}" if moment else ""


def _number(value: float) -> str:
    """1234567 as 1.234.567, as it is written in Viet Nam."""
    return f"{value:,.0f}".replace(",", ".")
