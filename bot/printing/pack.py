"""The pocket pack: one page with everything in it, its own style, script and policy."""

import base64
import hashlib
from typing import Any

import jinja2
from markupsafe import Markup

from bot.printing.press import TEMPLATES
from knowledge.leaflet import Leaflet, by_topic
from knowledge.text import fold

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def pack_of(leaflets: list[Leaflet], *, day: str, fingerprint: str) -> str:
    """The page; without its script every card is still there to read."""
    style, script = (
        (TEMPLATES / name).read_text(encoding="utf-8") for name in ("pack.css", "pack.js")
    )
    topics = by_topic({**leaflet, "key": _key(leaflet)} for leaflet in leaflets)
    data: dict[str, Any] = {
        "day": day,
        "fingerprint": fingerprint,
        "topics": topics,
        "count": len(leaflets),
        "style": Markup(style),  # noqa: S704 - a file of ours
        "script": Markup(script),  # noqa: S704 - a file of ours
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }
    return _environment.get_template("pack.html").render(**data)


def _key(leaflet: Leaflet) -> str:
    """What the search looks through: no tone marks, no capitals."""
    laws = " ".join(f"{law['name']} {law['number']}" for law in leaflet["law"])
    parts = [leaflet["title"], leaflet["short"], leaflet["who"], leaflet["topic"], laws]
    return fold(" ".join((*parts, *leaflet["papers"])))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
