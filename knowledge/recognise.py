"""Recognises what a message is before it is searched for: an emergency, a greeting, an opinion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from knowledge.card import Data, Text
from knowledge.keyboard import from_chat, from_telex, from_vni, old_style, without_repeats
from knowledge.pattern import Heard, PatternError, Patterns
from knowledge.source import Source, read_one
from knowledge.text import SYLLABLES, fold_word, is_syllable, nfc, words
from knowledge.words import FOLDER as WORDS_FOLDER
from knowledge.words import read_outside, read_spellings

FILE = Path(__file__).parent / "content" / "recognise.yaml"
LONGEST_TEXT = 2_000
_MOST_WORDS = 400
_LONGEST_WORD = 40
_REPEATS = 8

Kind = Literal[
    "emergency", "greeting", "thanks", "goodbye", "own_case", "opinion", "official", "eligibility",
    "menu", "help", "former_unit", "insult_or_spam", "unreadable", "elsewhere", "question",
]  # fmt: skip
Emergency = Literal["suicide", "violence", "child_abuse", "fire", "drowning", "medical", "crime"]
Ruled = Literal[
    "own_case", "opinion", "official", "eligibility", "menu", "help", "thanks", "goodbye",
    "greeting", "insult_or_spam", "former_unit",
]  # fmt: skip


class EmergencyRule(Data):
    """One kind of emergency; `always` when words of policy do not make it a mere question."""

    which: Emergency
    always: bool = False
    any: tuple[Text, ...] = Field(min_length=1)
    but: tuple[Text, ...] = ()


class KindRule(Data):
    """One kind of message; with `whole`, hardly anything else may be said (that many words)."""

    kind: Ruled
    exact: bool = False
    whole: Annotated[int, Field(ge=0)] | None = None
    any: tuple[Text, ...] = Field(min_length=1)
    but: tuple[Text, ...] = ()
    unless: tuple[Text, ...] = ()


class RuleFile(Data):
    """recognise.yaml."""

    groups: dict[str, tuple[Text, ...]]
    policy: tuple[Text, ...]
    urgent: tuple[Text, ...]
    emergency: tuple[EmergencyRule, ...]
    kinds: tuple[KindRule, ...]
    small_words: tuple[Text, ...]
    readable: tuple[Text, ...]
    links: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule file with the word lists it leans on."""

    file: RuleFile
    spellings: Mapping[str, tuple[tuple[str, ...], ...]]
    outside: tuple[str, ...]
    ours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a message is; `which` only for an emergency; `because` is the line that matched."""

    kind: Kind
    which: Emergency | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    any: Patterns
    but: Patterns
    unless: Patterns


def load_rules(file: Path = FILE, words_folder: Path = WORDS_FOLDER) -> Rules:
    """The rules; raises ContentError with file and line for the first mistake."""
    source = Source(file)
    rules, mistakes = read_one(source, RuleFile)
    if rules is None:
        raise mistakes[0]
    outside, ours = read_outside(words_folder)
    found = Rules(rules, read_spellings(words_folder), outside, ours)
    _check(source, rules)
    return found


def _check(source: Source, file: RuleFile) -> None:
    for name, rules in (("emergency", file.emergency), ("kinds", file.kinds)):
        for number, rule in enumerate(rules):
            for place, line in enumerate(rule.any):
                try:
                    Patterns((line,), file.groups)
                except PatternError as error:
                    mend = "write plain words, '...' between words, and {group} by its name"
                    where = (name, number, "any", place)
                    raise source.error(f"'{line}': {error}.", mend, *where) from error


class Recogniser:
    """Built once from the rules; `recognise` is pure and bounded whatever is sent."""

    def __init__(self, rules: Rules) -> None:
        file = rules.file
        self._spellings = rules.spellings
        self._readable = frozenset(file.readable)
        self._small = frozenset(word for small in file.small_words for word in words(small))
        self._links = tuple(file.links)
        self._policy = Patterns(file.policy, {})
        self._urgent = Patterns(file.urgent, {})
        self._outside = Patterns(rules.outside, {})
        self._ours = Patterns(rules.ours, {})
        self._emergencies = [(rule, _built(rule, (), file)) for rule in file.emergency]
        self._kinds = [(rule, _built(rule, rule.unless, file)) for rule in file.kinds]

    def recognise(self, text: str) -> Recognised:
        """What the message is; only the first LONGEST_TEXT characters are looked at."""
        typed = nfc(text[:LONGEST_TEXT]).lower()
        tokens = [token[:_LONGEST_WORD] for token in words(typed)][:_MOST_WORDS]
        heard = self._hear(tokens)
        return (
            self._emergency(heard)
            or self._unreadable(tokens)
            or self._spam(typed, tokens, heard)
            or self._ruled(heard)
            or self._elsewhere(heard)
            or Recognised("question")
        )

    def _hear(self, tokens: Sequence[str]) -> Heard:
        toned: list[str] = []
        for token in tokens:
            spelled = self._spellings.get(token)
            toned += spelled[0] if spelled else (self._spell(token),)
        return Heard(tuple(toned), tuple(map(fold_word, toned)))

    def _spell(self, token: str) -> str:
        if is_syllable(fold_word(token)) or token.isdigit():
            return old_style(token)
        keyed = from_telex(token) or from_vni(token)
        short = without_repeats(token)
        if keyed or short != token:
            return keyed or old_style(short)
        return next(filter(is_syllable, from_chat(fold_word(token))), token)

    def _emergency(self, heard: Heard) -> Recognised | None:
        asks = self._policy.first(heard) is not None and self._urgent.first(heard) is None
        for rule, built in self._emergencies:
            if asks and not rule.always:
                continue
            hit = built.any.first(heard, built.but)
            if hit is not None:
                return Recognised("emergency", rule.which, hit.line)
        return None

    def _unreadable(self, tokens: Sequence[str]) -> Recognised | None:
        if any(map(self._can_be_read, tokens)):
            return None
        return Recognised("unreadable", because=" ".join(tokens[:5]))

    def _can_be_read(self, token: str) -> bool:
        if token in self._spellings or token in self._readable or token.isdigit():
            return True
        plain = fold_word(token)
        if len(set(plain)) <= 1:
            return False
        return is_syllable(plain) or bool(from_telex(token) or from_vni(token)) or _is_glued(plain)

    def _spam(self, typed: str, tokens: Sequence[str], heard: Heard) -> Recognised | None:
        link = next((link for link in self._links if link in typed), "")
        if link and self._ours.first(heard) is None:
            return Recognised("insult_or_spam", because=link)
        often = max((tokens.count(token) for token in set(tokens[:80])), default=0)
        if len(tokens) >= _REPEATS and often > 0.6 * len(tokens):
            return Recognised("insult_or_spam", because=f"{often} times the same word")
        return None

    def _ruled(self, heard: Heard) -> Recognised | None:
        for rule, built in self._kinds:
            hit = built.any.first(heard, built.but)
            if hit is None or built.unless.first(heard) is not None:
                continue
            if (
                rule.whole is None
                or self._left(built.any.strike(built.but.strike(heard))) <= rule.whole
            ):
                return Recognised(rule.kind, because=hit.line)
        return None

    def _left(self, heard: Heard) -> int:
        return sum(1 for word in heard.toned if word and word not in self._small)

    def _elsewhere(self, heard: Heard) -> Recognised | None:
        hit = self._outside.first(heard)
        if hit is None or self._ours.first(heard) is not None:
            return None
        return Recognised("elsewhere", because=hit.line)


def _built(rule: EmergencyRule | KindRule, unless: Sequence[str], file: RuleFile) -> _Rule:
    exact = isinstance(rule, KindRule) and rule.exact
    patterns = Patterns(rule.any, file.groups, exact=exact)
    return _Rule(patterns, Patterns(rule.but, {}), Patterns(unless, {}))


def _is_glued(plain: str) -> bool:
    """Whether a word can be cut into Vietnamese syllables of two letters and more."""
    if not 4 <= len(plain) <= _LONGEST_WORD:
        return False
    reached = {0}
    for end in range(2, len(plain) + 1):
        starts = range(max(0, end - 7), end - 1)
        if any(start in reached and plain[start:end] in SYLLABLES for start in starts):
            reached.add(end)
    return len(plain) in reached
