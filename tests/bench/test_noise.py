"""The benchmark's typing noise: the same every time, of the kind it says, and still readable."""

import pytest
from rapidfuzz.distance import OSA, Indel

from knowledge.bank import read_bank
from tests.bench.keys import bare, keys_of, loose_keys
from tests.bench.noise import CONDITIONS, Condition, chat_words, noisy, slips_in
from tests.bench.search_sets import BANK

QUESTIONS = [asked.text for asked in read_bank(BANK) if asked.manner == "clean" and asked.card]
NOISY = [condition for condition in CONDITIONS if condition != "as_is"]
_LONGEST_TELEX = 4
"""More keys than letters without marks, in the longest syllables."""


def _all(condition: Condition, seed: str = "1") -> list[str]:
    return [noisy(text, condition, f"{seed}/{at}") for at, text in enumerate(QUESTIONS)]


def _keys(text: str) -> str:
    return "".join(map(keys_of, text.lower().split()))


def test_there_is_enough_to_make_noise_of() -> None:
    assert len(QUESTIONS) > 100
    assert len(chat_words().spellings) > 100


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_same_seed_types_the_same_and_another_does_not(condition: Condition) -> None:
    assert _all(condition) == _all(condition)
    if condition not in ("as_is", "no_tone"):
        other = zip(_all(condition), _all(condition, "2"), strict=True)
        assert sum(one != two for one, two in other) > 0.9 * len(QUESTIONS)


def test_as_is_changes_nothing() -> None:
    assert _all("as_is") == QUESTIONS


@pytest.mark.parametrize("condition", NOISY)
def test_each_condition_changes_every_question(condition: Condition) -> None:
    same = [one for one, two in zip(QUESTIONS, _all(condition), strict=True) if one == two]
    assert same == []


@pytest.mark.parametrize("condition", ["no_tone", "all"])
def test_without_tones_vietnamese_is_plain_ascii(condition: Condition) -> None:
    allowed = "–—…“”‘’"
    assert [
        t for t in _all(condition) if not t.translate(dict.fromkeys(map(ord, allowed))).isascii()
    ] == []


def test_without_tones_only_the_marks_are_lost() -> None:
    for text, typed in zip(QUESTIONS, _all("no_tone"), strict=True):
        assert typed == bare(text)
        assert [len(word) for word in typed.split()] == [len(word) for word in text.split()]


def test_typing_slips_are_few_and_each_a_few_keys_away() -> None:
    for text, typed in zip(QUESTIONS, _all("typos"), strict=True):
        slips = slips_in(text)
        lost = set(text.split()) - set(typed.split())
        assert len(lost) <= 2 * slips
        assert OSA.distance(_keys(text), _keys(typed)) <= _LONGEST_TELEX * slips


def test_a_chat_spelling_leads_back_to_its_words() -> None:
    """Read with the spellings of the words that were asked, most of the question is there."""
    kept = []
    for text, typed in zip(QUESTIONS, _all("teencode"), strict=True):
        plain = text.lower().rstrip(" .?!")
        meant = _read_back(typed, plain)
        kept.append(Indel.normalized_similarity(bare(plain), bare(meant)))
    assert min(kept) > 0.6
    assert sum(kept) / len(kept) > 0.85


def _read_back(typed: str, plain: str) -> str:
    """Each chat spelling as the first of its phrases that the question really says."""
    phrases: dict[str, list[str]] = {}
    for phrase, spellings in chat_words().spellings.items():
        for spelling in spellings:
            phrases.setdefault(spelling, []).append(phrase)
    said = (
        next((phrase for phrase in phrases.get(word, ()) if phrase in plain), word)
        for word in typed.split()
    )
    return " ".join(said)


@pytest.mark.parametrize(
    ("word", "keys"), [("được", "dduwowcj"), ("vấn", "vaans"), ("nghèo", "ngheof"), ("vay", "vay")]
)
def test_the_keys_of_a_word_are_those_of_telex(word: str, keys: str) -> None:
    class Never:
        """Chance that never happens."""

        def random(self) -> float:
            return 1.0

    assert keys_of(word) == keys
    assert loose_keys(word, Never()) == keys


def test_all_noise_together_is_worse_than_each_alone() -> None:
    def away(condition: Condition) -> float:
        pairs = zip(QUESTIONS, _all(condition), strict=True)
        return sum(Indel.normalized_distance(one.lower(), two.lower()) for one, two in pairs)

    assert away("all") > max(away("no_tone"), away("typos"), away("teencode"))
