"""Numbers and money as typed ("100tr", "1tr2", "500.000đ"), said in one way."""

import re

_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)([^\W\d_]*)(\d*)")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_MILLION = frozenset(["tr", "triệu", "trieu", "trịu", "củ", "m", "trđ", "trd"])
_THOUSAND = frozenset(["k", "ng", "nghìn", "ngàn", "nghin", "ngan", "ca"])
_BILLION = frozenset(["tỷ", "tỉ", "ty", "ti"])
_DONG = frozenset(["đ", "d", "vnd", "vnđ", "đồng", "dong"])


def say_number(typed: str) -> list[str]:
    """A token that begins with a digit, as syllables; an unknown ending stays a word of its own."""
    match = _NUMBER.match(typed)
    if match is None:
        return [typed]
    figure, unit, rest = match.groups()
    tail = [rest] if rest else []
    for names, said in ((_MILLION, "triệu"), (_THOUSAND, "nghìn"), (_BILLION, "tỷ")):
        if unit in names:
            return [_plain(figure), said, *tail]
    if _GROUPED.fullmatch(figure):
        return [*_rounded(figure), *([] if unit in _DONG or not unit else [unit]), *tail]
    return [_plain(figure), *([unit] if unit else []), *tail]


def _rounded(figure: str) -> list[str]:
    value = int(re.sub(r"\D", "", figure[:24]))
    for size, said in ((1_000_000_000, "tỷ"), (1_000_000, "triệu"), (1_000, "nghìn")):
        if value and value % size == 0:
            return [str(value // size), said]
    return [str(value)]


def _plain(figure: str) -> str:
    return figure.replace(".", ",").lstrip("0") or "0"
