"""The web chat's page, error page and static files, read and compiled once."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import jinja2

from bot.assets import Asset, read_assets
from bot.channels.web_chat.bubbles import Bubble

_HERE = Path(__file__).parent


class Pages:
    """Renders the pages to HTML, everything escaped that is not in a template."""

    def __init__(self) -> None:
        self._assets = read_assets(_HERE / "static")
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["asset"] = self._url_of
        self._chat = environment.get_template("page.html")
        self._error = environment.get_template("error.html")

    def chat(
        self, bubbles: Sequence[Bubble], *, notice: str = "", draft: str = "", largest: int = 0
    ) -> str:
        """The chat page; after a refusal, `notice` says why and `draft` keeps what was written.

        `largest`: the bytes of the largest file that may be attached; 0: none may be.
        """
        return self._chat.render(
            bubbles=bubbles,
            after=max((bubble.id for bubble in bubbles if not bubble.mine), default=0),
            post_id=secrets.token_urlsafe(16),
            notice=notice,
            draft=draft,
            largest=largest,
        )

    def error(self, status: int) -> str:
        """What an HTTP status means for a resident."""
        return self._error.render(status=status)

    def find_asset(self, name: str) -> Asset | None:
        """A static file by its plain name."""
        return self._assets.get(name)

    def _url_of(self, name: str) -> str:
        return f"/static/{self._assets[name].version}/{name}"
