"""Spoken: a text as somebody reads it over a loudspeaker: numbers, dates and signs in words."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from knowledge.source import Source

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn"))
_DATE = re.compile(r"(?:\bngày )?\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_MONTH = re.compile(r"(?:\btháng )?\b(\d{1,2})/(\d{4})\b(?!/)")
_LAW = re.compile(r"(?:\bsố )?\b(\d+)/(?:(\d{4})/[A-ZĐ][\w-]*|[A-ZĐ]+-[\w-]+)")
_FORM = re.compile(r"(?<=\d)/(?=[A-ZĐ])")
_PHONE = re.compile(
    r"\b(?:1[89]00[ .]?\d{2,6}|0\d{1,3}(?:[ .]?\d{3,4}){2}|11[1-5](?! (?:đồng|triệu|nghìn|ngày)))\b"
)
_PER = re.compile(r"(?<=[^\W\d])/(?=[^\W\d])")
_RANGE = re.compile(r"(?<=\d) ?[-–] ?(?=\d)")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_ASIDE = re.compile(r"(?:(?<!\s)\s+)?[()]\s*")
_PARTS = re.compile(r"(?<=[.!?;])\s+")


def speak(text: str, short: Mapping[str, str]) -> str:
    """The text in words alone; `short` says how abbreviations are read."""
    text = _DATE.sub(lambda d: _day(d.group(1), d.group(2), d.group(3)), text)
    text = _LAW.sub(lambda law: _law(law.group(1), law.group(2)), text)
    text = _MONTH.sub(lambda m: f"tháng {_whole(m.group(1))} năm {_whole(m.group(2))}", text)
    text = _PHONE.sub(lambda phone: digit_by_digit(phone.group()), text)
    for written, said in short.items():
        text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", said, text)
    text = _FORM.sub(" ", text)
    text = _PER.sub(" mỗi ", text.replace("%/", " % mỗi ").replace("%", " phần trăm "))
    text = _NUMBER.sub(lambda found: say(found.group()), _RANGE.sub(" đến ", text))
    return _tidy(text)


def sentences(text: str) -> list[str]:
    """What is read in one breath each."""
    return [part.strip() for part in _PARTS.split(text) if part.strip()]


def say(number: str) -> str:
    """A number as written in Vietnamese ("1.440.000", "6,24") in words."""
    whole, _, decimals = number.replace(".", "").partition(",")
    said = _whole(whole)
    return f"{said} phẩy {_decimals(decimals)}" if decimals else said


def digit_by_digit(number: str) -> str:
    """A telephone number, each digit for itself."""
    return " ".join(_DIGITS[int(sign)] for sign in number if sign.isdecimal())


@cache
def read_short(path: Path) -> Mapping[str, str]:
    """How abbreviations are read; raises ContentError when the file is wrong."""
    return {str(name): str(said) for name, said in Source(path).data.items()}


def _day(day: str, month: str, year: str) -> str:
    early = "mùng " if int(day) <= 10 else ""
    return f"ngày {early}{_whole(day)} tháng {_whole(month)} năm {_whole(year)}"


def _law(number: str, year: str | None) -> str:
    said = f"số {_whole(number)}"
    return f"{said} năm {_whole(year)}" if year else said


def _decimals(digits: str) -> str:
    if len(digits) == 2 and not digits.startswith("0"):
        return _whole(digits)
    return digit_by_digit(digits)


def _whole(text: str) -> str:
    value = int(text)
    if len(text) > 15:
        return digit_by_digit(text)
    return " ".join(_said(value)) if value else _DIGITS[0]


def _said(value: int) -> list[str]:
    for size, name in _GROUPS:
        if value >= size:
            head, rest = divmod(value, size)
            return [*_said(head), name, *(_follow(rest, size) if rest else ())]
    return _under_thousand(value, is_first=True)


def _follow(rest: int, size: int) -> list[str]:
    """What comes after a bigger group: its hundreds are named even when there are none."""
    if size == 1000:
        return _under_thousand(rest, is_first=False)
    return _said(rest)


def _under_thousand(value: int, *, is_first: bool) -> list[str]:
    hundreds, rest = divmod(value, 100)
    said = [_DIGITS[hundreds], "trăm"] if hundreds or not is_first else []
    return [*said, *_under_hundred(rest, has_hundreds=bool(said))]


def _under_hundred(value: int, *, has_hundreds: bool) -> list[str]:
    tens, ones = divmod(value, 10)
    if not tens:
        lone = ["lẻ"] if has_hundreds and ones else []
        return [*lone, _DIGITS[ones]] if ones else []
    said = ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if not ones:
        return said
    after = {1: "mốt"} if tens > 1 else {}
    return [*said, {**after, 5: "lăm"}.get(ones, _DIGITS[ones])]


def _tidy(text: str) -> str:
    text = re.sub(r"\s*,\s*([.,;:])", r"\1", _ASIDE.sub(", ", text))
    text = re.sub(r"\s+([.,;:])", r"\1", re.sub(r"\s+", " ", text))
    return text.strip(" ,")
