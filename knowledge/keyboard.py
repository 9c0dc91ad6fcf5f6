"""What keyboard, chat and ear did to a syllable: telex and VNI keys, chat letters, finals."""

from collections.abc import Iterator
from functools import lru_cache

from knowledge.text import fold_word, is_syllable

_TELEX_TONES = {"f": 1, "r": 2, "x": 3, "s": 4, "j": 5}
_VNI_TONES = {"2": 1, "3": 2, "4": 3, "1": 4, "5": 5}
_HATS = {"a": "â", "e": "ê", "o": "ô"}
_HORNS = {"u": "ư", "o": "ơ", "a": "ă"}
_VNI_SHAPES = {"6": _HATS, "7": {"u": "ư", "o": "ơ"}, "8": {"a": "ă"}, "9": {"d": "đ"}}
_TONED = {
    row[0]: row
    for row in (
        "aàảãáạ ăằẳẵắặ âầẩẫấậ eèẻẽéẹ êềểễếệ iìỉĩíị oòỏõóọ ôồổỗốộ ơờởỡớợ uùủũúụ ưừửữứự yỳỷỹýỵ"
    ).split()
}
_VOWELS = frozenset(_TONED)
_OLD_STYLE = {
    new + tone: old
    for new, olds in (("o", "aòa ỏa õa óa ọa"), ("o", "eòe ỏe õe óe ọe"), ("u", "yùy ủy ũy úy ụy"))
    for tone, old in zip(_TONED[olds[0]][1:], olds[1:].split(), strict=True)
}
_CHAT_LETTERS = (
    ("w", "qu"), ("f", "ph"), ("z", "d"), ("z", "gi"), ("j", "gi"), ("dz", "d"), ("dz", "v"),
    ("k", "c"), ("c", "k"), ("ck", "ch"), ("nk", "nh"), ("tk", "th"), ("pk", "ph"), ("gk", "gh"),
    ("ng", "ngh"), ("g", "gh"), ("q", "qu"), ("b", "v"),
)  # fmt: skip
_CHAT_ENDS = (("j", "i"), ("g", "ng"), ("k", "ch"), ("h", "nh"), ("iu", "ieu"), ("ing", "inh"),
              ("un", "uon"), ("ut", "uoc"))  # fmt: skip

_SOUTHERN_ENDS = (("ng", "n"), ("n", "ng"), ("c", "t"), ("t", "c"))


@lru_cache(maxsize=8192)
def old_style(syllable: str) -> str:
    """The tone where the old spelling puts it (hoà → hòa), so that both spellings are one."""
    if syllable.startswith("qu"):
        return syllable
    return syllable[:-2] + _OLD_STYLE.get(syllable[-2:], syllable[-2:])


def from_telex(typed: str) -> str:
    """The syllable whose telex keys were typed ("hooj" → "hộ"), or "" when they are none."""
    letters: list[str] = []
    tone = 0
    for key in typed:
        if key in _TELEX_TONES and _has_vowel(letters):
            tone = _TELEX_TONES[key]
        elif not _shape(letters, key):
            letters.append(key)
    return _finish(letters, tone, typed)


def from_vni(typed: str) -> str:
    """The syllable whose VNI keys were typed ("ho65" → "hộ"), or "" when they are none."""
    letters: list[str] = []
    tone = 0
    for key in typed:
        if key in _VNI_TONES:
            tone = _VNI_TONES[key]
        elif key in _VNI_SHAPES:
            letters = [_VNI_SHAPES[key].get(letter, letter) for letter in letters]
        else:
            letters.append(key)
    return _finish(letters, tone, typed)


def without_repeats(typed: str) -> str:
    """Letters held down become one ("vayyyy" → "vay")."""
    return "".join(b for a, b in zip(" " + typed, typed, strict=False) if a != b)


def from_chat(folded: str) -> Iterator[str]:
    """Syllables chat letters may stand for ("cko" → "cho", "wen" → "quen")."""
    for typed, said in _CHAT_LETTERS:
        if folded.startswith(typed):
            yield said + folded[len(typed) :]
    for typed, said in _CHAT_ENDS:
        if folded.endswith(typed):
            yield folded[: -len(typed)] + said


def southern(syllable: str) -> Iterator[str]:
    """The syllable with the final that sounds the same in the south ("hạng" → "hạn")."""
    for end, other in _SOUTHERN_ENDS:
        if syllable.endswith(end):
            yield syllable[: -len(end)] + other
            return


def _has_vowel(letters: list[str]) -> bool:
    return any(letter in _VOWELS for letter in letters)


def _shape(letters: list[str], key: str) -> bool:
    """Whether the key reshaped a letter already typed, as telex does, instead of adding one."""
    if key == "w":
        return _horn(letters)
    if key == "d" and letters[:1] == ["d"]:
        letters[0] = "đ"
        return True
    if key in _HATS and key in letters:
        letters[letters.index(key)] = _HATS[key]
        return True
    return False


def _horn(letters: list[str]) -> bool:
    reached = [at for at, letter in enumerate(letters) if letter in _HORNS]
    if not reached:
        letters.append("ư")
        return True
    pair = letters[reached[0] : reached[0] + 2] in (["u", "o"], ["u", "a"])
    for at in reached if pair and letters[reached[-1]] == "o" else reached[:1]:
        letters[at] = _HORNS[letters[at]]
    return True


def _finish(letters: list[str], tone: int, typed: str) -> str:
    spelled = "".join(letters)
    if spelled == typed or not is_syllable(fold_word(spelled)):
        return ""
    return _put_tone(spelled, tone) if tone else spelled


def _put_tone(syllable: str, tone: int) -> str:
    start = 2 if syllable.startswith(("qu", "gi")) and len(syllable) > 2 else 0
    spots = [at for at in range(start, len(syllable)) if syllable[at] in _VOWELS]
    spots = spots or [at for at, letter in enumerate(syllable) if letter in _VOWELS]
    if not spots:
        return syllable
    at = _tone_spot(syllable, spots)
    return old_style(syllable[:at] + _TONED[syllable[at]][tone] + syllable[at + 1 :])


def _tone_spot(syllable: str, spots: list[int]) -> int:
    marked = [at for at in spots if syllable[at] in "êôơâăư"]
    if marked:
        return marked[-1]
    closed = spots[-1] < len(syllable) - 1
    return spots[-1] if closed else spots[max(0, len(spots) - 2)]
