"""Personal numbers: found in what residents type, and masked before anything is stored."""

import re

from knowledge.text import fold

MASK = "•••"
# Eight digits and more, however they are grouped; not inside a longer word or a decimal.
_DIGITS = re.compile(r"(?<![\w.,])\d(?:[ .\-]?\d){7,18}(?![\w])")
_PHONE = re.compile(r"^(?:0|84)(?:2|3|5|7|8|9)\d{8,9}$|^(?:1800|1900)\d{4,6}$")
_NAMED = re.compile(r"\b(?:cccd|cmnd|can cuoc|chung minh|ma so|so the|stk|tai khoan|tk)\b")
_ROUND = re.compile(r"^[1-9]\d{0,3}0{5,}$")
_YEARS = re.compile(r"^(?:19|20)\d\d[ \-](?:19|20)\d\d$")
_GROUPED_MONEY = re.compile(r"^\d{1,3}(?:[.,]\d{3}){2,}$")
_MONEY_AFTER = re.compile(r"^\s*(?:d|đ|dong|đồng|vnd|vnđ)\b", re.IGNORECASE)
# What people write around such a number when the number is all they say.
_AROUND = frozenset(
    "so cccd cmnd can cuoc cong dan chung minh nhan thu dinh danh stk tk tai khoan ngan hang "
    "the bhyt ma cua em anh chi toi tui minh con la day ne ban gui a va voi o".split()
)


def mask(text: str) -> tuple[str, bool]:
    """The text with identity, card and bank account numbers masked, and whether any was.

    Phone numbers stay (a resident may want to be called back), and so do sums of money and spans
    of years.
    """
    pieces: list[str] = []
    end = before = 0
    for found in _DIGITS.finditer(text):
        # Only what stands since the last number may name this one.
        led_up = text[max(before, found.start() - 30) : found.start()]
        before = found.end()
        if _is_personal(found, fold(led_up), text[found.end() :]):
            pieces += [text[end : found.start()], MASK]
            end = found.end()
    return "".join((*pieces, text[end:])), bool(pieces)


def besides(masked: str) -> str:
    """What a masked text says besides the numbers and the words that lead up to them."""
    *led_up, rest = masked.split(MASK)
    return " ".join((*map(_without_end, led_up), rest)).strip(" .,;:")


def is_all_personal(masked: str) -> bool:
    """Whether a masked text says nothing besides the number."""
    return set(fold(besides(masked)).split()) <= _AROUND


def _without_end(text: str) -> str:
    words = text.split()
    while words and set(fold(words[-1]).split()) <= _AROUND:
        words.pop()
    return " ".join(words)


def _is_personal(found: "re.Match[str]", led_up: str, after: str) -> bool:
    digits = re.sub(r"\D", "", found.group())
    if _NAMED.search(led_up):
        return True
    if _PHONE.match(digits) or _ROUND.match(digits):
        return False
    if _GROUPED_MONEY.match(found.group()) or _YEARS.match(found.group()):
        return False
    return _MONEY_AFTER.match(after) is None
