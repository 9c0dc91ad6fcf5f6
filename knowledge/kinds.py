"""Kinds of cases: what residents bring to an official, and how one hears it."""

from collections.abc import Mapping
from typing import Literal

from knowledge.card import Data, Text
from knowledge.pattern import Patterns, hear

OPINIONS = ("suggestion", "petition", "difficulty", "report", "praise")
"""The kinds a resident may choose from."""


class CaseKind(Data):
    """One kind; `words`: patterns by which it is suggested."""

    id: Literal["question", "suggestion", "petition", "difficulty", "report", "praise", "internal"]
    title: Text
    words: tuple[Text, ...] = ()


class KindHearer:
    """Hears which kind of opinion a text is."""

    def __init__(self, kinds: Mapping[str, CaseKind]) -> None:
        self._patterns = [(k.id, Patterns(k.words, {})) for k in kinds.values() if k.words]

    def suggest(self, text: str) -> str:
        """The first kind whose words are in the text; a suggestion when none is."""
        heard = hear(text)
        found = (kind for kind, patterns in self._patterns if patterns.first(heard) is not None)
        return next(found, "suggestion")
