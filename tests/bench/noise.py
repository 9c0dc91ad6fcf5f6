"""Typing noise: the same question as it comes from a cracked phone, in five conditions.

Written from general knowledge of how Vietnamese people type, and never from the normaliser's own
tables (knowledge/keyboard.py, knowledge/content/words), which it is there to test. The shares
below are guesses, the same for every engine. Seeded: one text, condition and seed give one output.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal, get_args

from tests.bench.keys import (
    NEIGHBOURS,
    TONE_KEYS,
    bare,
    keys_of,
    loose_keys,
    with_other_tone,
    without_tone,
)

Condition = Literal["as_is", "no_tone", "typos", "teencode", "all"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
CHAT_WORDS = Path(__file__).parent / "chat_words.tsv"

_WORDS_PER_SLIP = 6
_MOST_SLIPS = 4
_TRIES = 20
_SHORTENED = 0.6
_RESPELT = 0.12
_OPENED = 0.4
_ENDED = 0.5
_LETTERS = re.compile(r"[^\W\d_]+")
_RESPELLINGS = (
    (r"^gi(?=[^\W\d_])", "j"), (r"^ph", "f"), (r"^qu(?=[^\W\d_])", "w"), (r"^kh", "k"),
    (r"^c(?=[oôơaăâuư])", "k"), (r"^d(?=[^\W\d_])", "z"), (r"^v(?=[^\W\d_])", "z"),
    (r"ng$", "g"), (r"nh$", "h"), (r"ch$", "k"), (r"(?<=[^\W\d_])c$", "k"), (r"i$", "j"),
    (r"ôi$", "ui"), (r"iê", "i"), (r"uô", "u"), (r"ươ", "ư"),
)  # fmt: skip

Slip = Callable[[str, Random], str]


@dataclass(frozen=True, slots=True)
class ChatWords:
    """chat_words.tsv: spellings by standard phrase, and what a message begins and ends with."""

    spellings: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    endings: tuple[str, ...]
    pattern: re.Pattern[str]


def noisy(text: str, condition: Condition, seed: str) -> str:
    """The text as typed under a condition; `seed` is best the question's id and the run's."""
    chance = Random(f"{seed}/{condition}")
    typed = unicodedata.normalize("NFC", text)
    if condition in ("teencode", "all"):
        typed = _chatty(typed, chance)
    if condition in ("typos", "all"):
        typed = _slipped(typed, chance)
    if condition in ("no_tone", "all"):
        typed = bare(typed)
    return typed


def slips_in(text: str) -> int:
    """How many slips a text gets: one in a short one, then one in every six words."""
    return min(_MOST_SLIPS, 1 + len(text.split()) // _WORDS_PER_SLIP)


@cache
def chat_words(path: Path = CHAT_WORDS) -> ChatWords:
    """The chat spellings of a file; longer phrases are looked for first."""
    rows: dict[str, tuple[str, ...]] = {}
    for line in path.read_text("utf-8").splitlines():
        phrase, _, spelled = line.partition("\t")
        if spelled and not line.startswith("#"):
            rows[phrase] = tuple(one.replace("_", " ") for one in spelled.split())
    openings, endings = rows.pop(">"), rows.pop("<")
    longest_first = sorted(rows, key=lambda phrase: -len(phrase))
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")
    return ChatWords(rows, openings, endings, pattern)


def _chatty(text: str, chance: Random) -> str:
    """Small letters, no full stop, shortened and respelt words, a greeting, a sigh."""
    words = chat_words()
    typed = words.pattern.sub(
        lambda met: (
            chance.choice(words.spellings[met[0]]) if chance.random() < _SHORTENED else met[0]
        ),
        text.lower().rstrip(" .?!"),
    )
    typed = _LETTERS.sub(lambda met: _respelt(met[0], chance), typed)
    opening = chance.choice(words.openings) + " " if chance.random() < _OPENED else ""
    ending = " " + chance.choice(words.endings) if chance.random() < _ENDED else ""
    if opening + typed + ending == text:
        ending = " " + chance.choice(words.endings)
    return opening + typed + ending


def _respelt(word: str, chance: Random) -> str:
    """Some of the words that can be: f for ph, j for gi, z for d and v, a final g dropped."""
    if len(word) < 3 or chance.random() > _RESPELT:
        return word
    ways = [new for old, to in _RESPELLINGS if (new := re.sub(old, to, word)) != word]
    return chance.choice(ways) if ways else word


def _slipped(text: str, chance: Random) -> str:
    """A few words mistyped, each once; glued words count as both."""
    words = text.split()
    left = [at for at, word in enumerate(words) if _LETTERS.search(word)]
    for _ in range(slips_in(text)):
        for _ in range(_TRIES if left else 0):
            at = chance.choice(left)
            if chance.random() < _GLUED and at + 1 in left and words[at][-1].isalpha():
                words[at] += words[at + 1]
                words[at + 1] = ""
                left = [one for one in left if one not in (at, at + 1)]
                break
            typed = _mistyped(words[at], chance)
            if typed != words[at]:
                words[at] = typed
                left.remove(at)
                break
    return " ".join(filter(None, words))


def _mistyped(word: str, chance: Random) -> str:
    slip = chance.choices(list(_SLIPS), weights=list(_SLIPS.values()))[0]
    return _LETTERS.sub(lambda met: slip(met[0], chance), word, count=1)


def _neighbour(word: str, chance: Random) -> str:
    """A key beside the right one; a letter with marks goes off with them."""
    at = chance.randrange(len(word))
    keys = NEIGHBOURS.get(bare(word[at].lower()))
    return word[:at] + chance.choice(keys) + word[at + 1 :] if keys else word


def _dropped(word: str, chance: Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at + 1 :] if len(word) > 2 else word


def _doubled(word: str, chance: Random) -> str:
    at = chance.randrange(len(word))
    return word[: at + 1] + word[at:]


def _swapped(word: str, chance: Random) -> str:
    if len(word) < 3:
        return word
    at = chance.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _raw_telex(word: str, chance: Random) -> str:
    """The keys as they fell: the input method was off or gave up."""
    return loose_keys(word.lower(), chance) if keys_of(word.lower()) != word.lower() else word


def _loose_tone(word: str, chance: Random) -> str:
    """The tone's key beside the word: pressed twice, or on a word that has no tone."""
    shaped, tone = without_tone(word.lower())
    return shaped + (tone or chance.choice(TONE_KEYS)) if len(word) > 1 else word


def _other_tone(word: str, _chance: Random) -> str:
    return with_other_tone(word)


def _unmarked(word: str, _chance: Random) -> str:
    return bare(word)


_GLUED = 0.1
_SLIPS: dict[Slip, int] = {
    _neighbour: 3,
    _dropped: 3,
    _doubled: 2,
    _swapped: 2,
    _raw_telex: 3,
    _loose_tone: 2,
    _other_tone: 2,
    _unmarked: 2,
}
