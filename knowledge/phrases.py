"""Phrases: every sentence the bot speaks, each a Jinja2 template in content/phrases.yaml."""

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2

from knowledge.saying import say_amount, say_date
from knowledge.source import Source


class Phrases:
    """The phrases by name; a phrase used but not written, or given too little, is an error."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = dict(texts or {})
        self._environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            loader=jinja2.DictLoader(self._texts),
        )
        self._environment.filters.update(
            date=say_date,
            amount=say_amount,
            opening=_opening,
        )
        self._templates = {name: self._environment.get_template(name) for name in self._texts}
        # Most phrases are always the same, and every answer carries some six of them.
        self._fixed = {n: _clean(text) for n, text in self._texts.items() if "{" not in text}

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def render(self, name: str, /, **data: Any) -> str:
        """The phrase in NFC, without blank lines at its ends."""
        fixed = self._fixed.get(name)
        return _clean(self._templates[name].render(**data)) if fixed is None else fixed


def _opening(text: str) -> str:
    """The text as a sentence begins: only its first letter made large."""
    return text[:1].upper() + text[1:]


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def read_phrases(path: Path) -> Phrases:
    """The phrases of a file; raises ContentError for a template that cannot be read."""
    source = Source(path)
    for name, text in source.data.items():
        if not isinstance(text, str):
            raise source.error(f"{name}: not a text.", "put the sentence between quotes", name)
        try:
            jinja2.Environment().parse(text)
        except jinja2.TemplateSyntaxError as error:
            raise source.error(
                f"{name}: {error.message}.", "correct the {{ }} part", name
            ) from error
    return Phrases(source.data)
