"""Codes in what residents type: with spaces or without, in small letters, in the midst of words."""

import re

from knowledge.text import has_tones, nfc
from storage.receipts import ALPHABET, CODE_LENGTH

_SIGN = f"[{ALPHABET}{ALPHABET.lower()}]"
_WHOLE = re.compile(rf"{_SIGN}(?:[\s.\-]*{_SIGN}){{{CODE_LENGTH - 1}}}")
_IN_ONE = re.compile(rf"(?<![\w.,]){_SIGN}{{{CODE_LENGTH}}}(?![\w])")
_LIKE_IT = re.compile(r"(?<![\w.,])[A-Za-z0-9]{6}(?![\w])")
_FEW_WORDS = 6
"""In more words than this, what looks like a code is some other number unless it is called one."""
# Before a code nobody says anything but these; what is left must be the code alone.
_LEADS = "/ma", "case_", "code", "mã", "ma", "hồ sơ", "ho so"
_LEAD = re.compile(rf"^\W*(?:{'|'.join(_LEADS)})(?:\b|(?<=_))[\s:]*", re.IGNORECASE)
# Without tones "ma" may be another word, so that only a text wholly without them says it so.
_NAMED = re.compile(r"\b(?:mã|code)\b")
_NAMED_PLAIN = re.compile(r"\b(?:ma|code)\b")
_LONGEST = 300
"""Letters of a text that are looked through: whoever asks for a case says little else."""


def code_in(text: str, *, is_alone: bool = False) -> str:
    """The code a text holds, in capitals, else ""; `is_alone`: only one that is all of it.

    Every code has letters and digits. What a text calls a code and only looks like one is taken
    for one too, so that the answer is that nobody has it.
    """
    text = nfc(text[:_LONGEST]).strip()
    rest = text
    while lead := _LEAD.match(rest):
        rest = rest[lead.end() :].strip()
    names_it = (_NAMED if has_tones(text) else _NAMED_PLAIN).search(text.lower()) is not None
    whole = _WHOLE.fullmatch(rest.rstrip(" ?!."))
    found = [whole] if whole else []
    if not is_alone:
        # As we ask for it: the code first, then whatever there is to say.
        found += filter(None, [_IN_ONE.match(rest)])
    if not is_alone and (names_it or len(text.split()) <= _FEW_WORDS):
        found += _IN_ONE.finditer(rest)
    if names_it:
        found += _LIKE_IT.finditer(rest)
    codes = ("".join(filter(str.isalnum, one[0])).upper() for one in found)
    return next((code for code in codes if 0 < sum(map(str.isalpha, code)) < CODE_LENGTH), "")


def beside(text: str, code: str) -> str:
    """What a text says besides the code and the words that announce one; "" for nothing."""
    rest = nfc(text).strip()
    while lead := _LEAD.match(rest):
        rest = rest[lead.end() :].strip()
    signs = r"[\s.\-]*".join(code)
    rest = re.sub(rf"(?:\b(?:mã|ma|code)\s*)?{signs}", " ", rest, flags=re.IGNORECASE)
    return rest.strip(" ?!.,:;-") and " ".join(rest.split())
