"""Vietnamese text: one spelling per letter, tone-free words, syllables and alphabetical order."""

import re
import unicodedata
from functools import lru_cache

LONGEST_WORD = 64
_ROWS = {
    "a": "aàảãáạăằẳẵắặâầẩẫấậ",
    "e": "eèẻẽéẹêềểễếệ",
    "i": "iìỉĩíị",
    "o": "oòỏõóọôồổỗốộơờởỡớợ",
    "u": "uùủũúụưừửữứự",
    "y": "yỳỷỹýỵ",
    "d": "dđ",
}
_PLAIN = {ord(letter): base for base, row in _ROWS.items() for letter in row}
_ALPHABET = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(ord("A") + number) for number, letter in enumerate(_ALPHABET)}
_TONES = dict(zip("\u0300\u0309\u0303\u0301\u0323", "12345", strict=True))
_JOINERS = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WORD = re.compile(r"[^\W_]+")

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et enh ech i ia ich iec iem ien ieng
iep iet ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oat oay oc oe oen oeo oet oi
om on ong oong op ot u ua uan uang uanh uat uay uau uc ue uech uen uenh ui um un ung uo uoc uoi uom
uon uong uop uot uou up ut uu uy uya uych uyen uyet uynh uyt uyu y yem yen yet yeu
""".split()
_QU_RIMES = "a ac ach ai an ang anh ao at au ay e en eo et i o oc y ych yen yet ynh yt".split()
_SPELLED_OTHERWISE = {"k": "aou", "gh": "aouy", "ngh": "aouy", "c": "iey", "ng": "iey"}


def _all_syllables() -> frozenset[str]:
    plain = [onset.replace("đ", "d") for onset in _ONSETS if onset != "qu"]
    found = {onset + rime for onset in plain for rime in _RIMES} | set(_RIMES)
    for onset, wrong in _SPELLED_OTHERWISE.items():
        found -= {onset + rime for rime in _RIMES if rime[0] in wrong}
    return frozenset(found | {"qu" + rime for rime in _QU_RIMES} | {"gi", "gin", "gip", "git"})


SYLLABLES = _all_syllables()


def nfc(text: str) -> str:
    """The same text with one code per letter and without invisible joiners."""
    return text if text.isascii() else unicodedata.normalize("NFC", _JOINERS.sub("", text))


def words(text: str) -> list[str]:
    """The words of a text as typed, small letters: runs of letters and digits."""
    return _WORD.findall(nfc(text).lower())


@lru_cache(maxsize=16384)
def fold_word(word: str) -> str:
    """One small-letter word without tones and marks, đ as d; may be "" or several words."""
    plain = word.translate(_PLAIN)
    return plain if plain.isascii() else _fold_foreign(plain)


def fold(text: str) -> str:
    """The text in small letters without tones, marks and punctuation, words one space apart."""
    return " ".join(filter(None, map(_fold_any, words(text))))


def syllables(text: str) -> tuple[str, ...]:
    """The folded words of a text."""
    return tuple(fold(text).split())


def has_tones(text: str) -> bool:
    """Whether somebody typed Vietnamese marks in it: any letter that folding changes."""
    return any(ord(letter) > 127 and ord(letter) in _PLAIN for letter in nfc(text).lower())


def is_syllable(folded: str) -> bool:
    """Whether a folded word can be a Vietnamese syllable, known to the base or not."""
    return folded in SYLLABLES


def sort_key(text: str) -> tuple[tuple[str, str], ...]:
    """Orders Vietnamese alphabetically, syllable by syllable: letters first, tones after."""
    return tuple(_sort_syllable(word) for word in words(text))


def _fold_any(word: str) -> str:
    return fold_word(word) if len(word) <= LONGEST_WORD else _fold_long(word)


def _fold_long(word: str) -> str:
    plain = word.translate(_PLAIN)
    return plain if plain.isascii() else _fold_foreign(plain)


def _fold_foreign(text: str) -> str:
    """Letters of other alphabets and look-alikes, until folding again would change nothing."""
    while True:
        apart = unicodedata.normalize("NFKD", text).lower()
        kept = "".join(mark for mark in apart if not unicodedata.combining(mark))
        again = " ".join(_WORD.findall(nfc(kept).lower().translate(_PLAIN)))
        if again == text:
            return again
        text = again


def _sort_syllable(word: str) -> tuple[str, str]:
    letters: list[str] = []
    tone = "0"
    for letter in word:
        bare, mark = _take_tone(letter)
        letters.append(_RANK.get(bare, "~" + bare))
        tone = mark or tone
    return "".join(letters), tone


def _take_tone(letter: str) -> tuple[str, str]:
    parts = unicodedata.normalize("NFD", letter)
    mark = next((_TONES[part] for part in parts if part in _TONES), "")
    bare = "".join(part for part in parts if part not in _TONES)
    return unicodedata.normalize("NFC", bare), mark
