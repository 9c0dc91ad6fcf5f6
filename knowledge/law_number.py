"""The number of a law as people type it: "NĐ 335/2026", "335/2026/NĐ-CP", "nghị định 335"."""

import re
from dataclasses import dataclass

from knowledge.text import fold

_KINDS = {
    "nghi dinh": "nd", "nd": "nd", "quyet dinh": "qd", "qd": "qd", "thong tu": "tt", "tt": "tt",
    "nghi quyet": "nq", "nq": "nq", "luat": "qh", "chi thi": "ct", "ct": "ct",
}  # fmt: skip
_TYPED = re.compile(
    rf"^(?:({'|'.join(_KINDS)}) )?(?:so )?(\d{{1,5}})"
    r"(?: (?:nam )?(\d{4}))?((?: [a-z0-9]+)*)$"
)
_PRINTED = re.compile(r"^(\d+)/(?:(\d{4})/)?(.+)$")


@dataclass(frozen=True, slots=True)
class LawNumber:
    """What was typed of a number; "" where it was left out. `kind` is without tones."""

    number: int
    year: str = ""
    kind: str = ""

    def is_of(self, printed: str) -> bool:
        """Whether a document's number, as printed, may be the one that was meant."""
        found = _PRINTED.match(printed)
        if found is None or int(found.group(1)) != self.number:
            return False
        is_same_year = not self.year or not found.group(2) or found.group(2) == self.year
        return is_same_year and fold(found.group(3)).replace(" ", "").startswith(self.kind)


def law_named(text: str) -> LawNumber | None:
    """The law that the whole text names by its number, else None.

    A number alone is none: with it stands a kind, or the year and a slash.
    """
    found = _TYPED.match(fold(text))
    if found is None:
        return None
    kind, number, year, rest = found.groups()
    if not kind and "/" not in text:
        return None
    tail = (rest or "").replace(" ", "")
    return LawNumber(int(number), year or "", _KINDS.get(kind or "", "") or tail)
