"""The keyboard under the thumb: which keys lie side by side, and what telex makes of letters."""

import unicodedata
from random import Random

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_TONE_KEYS = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_SHAPES = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
_SWAPPED_TONES = {"\u0309": "\u0303", "\u0303": "\u0309"}
TONE_KEYS = "sfrxj"


def _side_by_side() -> dict[str, str]:
    """Each row stands half a key to the right of the one above it."""
    places = {
        key: (row, at + row / 2) for row, keys in enumerate(_ROWS) for at, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (there, beside) in places.items()
            if other != key and abs(there - row) <= 1 and abs(beside - at) <= 1
        )
        for key, (row, at) in places.items()
    }


NEIGHBOURS = _side_by_side()


def bare(text: str) -> str:
    """The text without tones and marks, capitals kept."""
    apart = unicodedata.normalize("NFD", text)
    kept = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return unicodedata.normalize("NFC", kept).replace("đ", "d").replace("Đ", "D")


def without_tone(word: str) -> tuple[str, str]:
    """A syllable with its shapes (â, ơ, đ …) but no tone, and the key of the tone, "" for none."""
    apart = unicodedata.normalize("NFD", word)
    key = next((_TONE_KEYS[mark] for mark in apart if mark in _TONE_KEYS), "")
    kept = "".join(mark for mark in apart if mark not in _TONE_KEYS)
    return unicodedata.normalize("NFC", kept), key


def keys_of(word: str) -> str:
    """The keys of a small-letter syllable, its tone last."""
    shaped, tone = without_tone(word)
    return "".join(_SHAPES.get(letter, letter) for letter in shaped) + tone


def loose_keys(word: str, chance: Random) -> str:
    """The same, as fingers do it: the tone last or after its vowel, "uwow" or "uow"."""
    shaped, tone = without_tone(word)
    keys = keys_of(shaped)
    if chance.random() < 0.4:
        keys = keys.replace("uwow", "uow")
    if tone and chance.random() < 0.3:
        toned = [at for at, letter in enumerate(word) if without_tone(letter)[1]]
        head = keys_of(shaped[: toned[0] + 1])
        return head + tone + keys_of(shaped[toned[0] + 1 :])
    return keys + tone


def with_other_tone(word: str) -> str:
    """The falling-rising and the broken tone one for the other, as they are said in the south."""
    apart = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(_SWAPPED_TONES.get(m, m) for m in apart))
