"""How sure the search may be: one score a card, and how probably the best one is the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt
from operator import mul
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from knowledge.card import Data
from knowledge.match import Match
from knowledge.source import Source, read_one

Verdict = Literal["sure", "close", "none"]
FILE = Path(__file__).parent / "content" / "weights.yaml"

FIT = (
    "likeness",
    "covered",
    "covered_at_once",
    "covers",
    "pairs",
    "body",
    "spelling",
    "whole",
    "lacks",
    "strays",
    "hand",
    "group",
    "related",
    "topic",
    "hand_thin",
    "kin_thin",
    "theme",
)
"""What speaks for and against a card, in the order of its evidence. From `hand` on: what it is to
the card in hand, the same where the question says little of its own, and how much it is about
what that card is about."""
TRUST = (
    "bias",
    "best",
    "margin",
    "share",
    "covered",
    "covered_at_once",
    "covers",
    "pairs",
    "body",
    "whole",
    "missing",
    "rivals",
    "outside",
    "elsewhere",
    "lacks",
    "strays",
    "talk",
    "hand",
    "kin",
)
"""What speaks for and against answering with the best card."""

TOPIC, RELATED, GROUP, ITSELF = 1, 2, 3, 4
"""What a card may be to the one in hand."""
_WIDE = 3.0
_AS_WELL = 0.03
_MANY = 4
_THIN = 0.95
"""How near to being sure a question that says hardly anything, or names another office's business,
may come."""


class Weights(Data):
    """weights.yaml, written by `python -m tests.knowledge.fit`."""

    fit: dict[str, float]
    trust: dict[str, float]
    sure: Annotated[float, Field(gt=0, lt=1)]
    close: Annotated[float, Field(gt=0, lt=1)]


def load_weights(file: Path = FILE) -> Weights:
    """The weights; raises ContentError when the file is wrong."""
    source = Source(file)
    weights, mistakes = read_one(source, Weights)
    if weights is None:
        raise mistakes[0]
    for name, known in (("fit", FIT), ("trust", TRUST)):
        if set(getattr(weights, name)) != set(known):
            raise source.error(f"{name}: not the weights asked for.", "fit them again", name)
    return weights


class Fit(NamedTuple):
    """A match with its score: the higher, the more probably it is what was asked for."""

    match: Match
    score: float
    strays: float
    """Share of the households the card's title is for that the question does not name."""
    kinship: int = 0
    """What the card is to the one in hand: 4 itself, then as `followup.kin` says; 0 strangers."""
    thinness: float = 0.0
    """How little the question says of its own while a card is in hand: 1 hardly anything."""
    in_talk: float = 0.0
    """`whole` of the title of the card in hand: how much the card is about the same."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against answering at all."""

    missing: float
    """Share of the question's weight in the most telling syllable the best card does not use."""
    outside: bool
    """Another service or other talk is named, and the best card does not speak of it."""
    empty: bool
    """Nothing telling was asked: only stop words and the names of sections."""
    elsewhere: float
    """The score of the best of what is asked elsewhere; -inf when nothing of it is like it."""
    thin: bool
    """Hardly anything telling was asked ("lịch", "nộp hồ sơ"): enough to offer, never to answer."""


class Judge:
    """Scores cards and says how far the best one may be trusted, by fitted weights."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._fit = [weights.fit[name] for name in FIT]
        self._trust = [weights.trust[name] for name in TRUST]

    def score(self, fit: Fit) -> Fit:
        """The fit with its score."""
        return fit._replace(score=_product(self._fit, evidence(fit)))

    def trust(self, fits: Sequence[Fit], doubt: Doubt) -> float:
        """How probably the best fit answers the question, 0 to 1."""
        if not fits or doubt.empty:
            return 0.0
        weighed = _product(self._trust, grounds(fits, doubt))
        trusted = 1.0 / (1.0 + exp(-max(-30.0, min(30.0, weighed))))
        doubtful = doubt.thin or doubt.outside
        return min(trusted, _THIN * self.weights.sure) if doubtful else trusted

    def judge(self, trusted: float) -> Verdict:
        """Answer, ask which one is meant, or keep silent."""
        if trusted >= self.weights.sure:
            return "sure"
        return "close" if trusted >= self.weights.close else "none"


def evidence(fit: Fit) -> tuple[float, ...]:
    """The figures of FIT."""
    match, kinship, thin = fit.match, fit.kinship, fit.thinness
    return (
        match.likeness,
        match.covered,
        match.covered_at_once,
        match.covers,
        match.pairs,
        match.body,
        match.spelling,
        match.whole,
        match.lacks,
        fit.strays,
        float(kinship == ITSELF),
        float(kinship == GROUP),
        float(kinship == RELATED),
        float(kinship == TOPIC),
        thin if kinship == ITSELF else 0.0,
        thin if kinship in (GROUP, RELATED) else 0.0,
        fit.in_talk,
    )


def grounds(fits: Sequence[Fit], doubt: Doubt) -> tuple[float, ...]:
    """The figures of TRUST for the best of the fits."""
    best, match = fits[0], fits[0].match
    gaps = sorted([best.score - fit.score for fit in fits[1:]])
    beyond = best.score - doubt.elsewhere
    rivals = sum(fit.match.covered >= match.covered - _AS_WELL for fit in fits[1:])
    return (
        1.0,
        sqrt(max(0.0, best.score)),
        min(gaps[0] if gaps else _WIDE, _WIDE) / _WIDE,
        1.0 / (1.0 + sum([exp(-gap) for gap in (*gaps, max(beyond, -_WIDE))])),
        match.covered,
        match.covered_at_once,
        match.covers,
        match.pairs,
        match.body,
        match.whole,
        doubt.missing,
        min(rivals, _MANY) / _MANY,
        float(doubt.outside),
        max(-_WIDE, min(beyond, _WIDE)) / _WIDE,
        match.lacks,
        best.strays,
        float(best.thinness > 0),
        float(best.kinship == ITSELF),
        float(best.kinship in (GROUP, RELATED)),
    )


def _product(weights: Sequence[float], figures: Sequence[float]) -> float:
    return sum(map(mul, weights, figures))
