"""How sure the search may be: a score per match, and a trust resting on coverage and margin."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

from knowledge.index import Match

Verdict = Literal["sure", "close", "none"]

SURE = 0.68
"""Of 835 questions of 86 cards, each left out in turn and asked, 164 were trusted so far and 142 of
those answered rightly; most of the others got a twin of their card."""
CLOSE = 0.22
NEAR = 0.60
"""A card is worth offering beside the best when its score reaches this share of the best one's."""
_SCALE = 14.8
_WIDE = 3.0
_AS_WELL = 0.03
_MANY = 4
_THIN = 0.6
_LACKING = 0.85
_STRAYING = 0.95


@dataclass(frozen=True, slots=True)
class Fit:
    """A match with its fused score, 0 to 1."""

    match: Match
    score: float
    lacks: bool
    """The question says whom or what it is for (contrast.yaml), and the card does not."""
    strays: bool
    """The card's title says whom or what it is for, and the question does not."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against answering at all."""

    missing: float
    """Share of the question's weight in the most telling syllable the best card does not use."""
    outside: bool
    """Another service or other talk is named, and the best card does not speak of it."""
    empty: bool
    """Nothing telling was asked: only stop words and the names of sections."""
    thin: bool
    """Hardly anything telling was asked ("lịch", "nộp hồ sơ"): enough to offer, never to answer."""


def fit(match: Match, lacks: bool, strays: bool) -> Fit:
    """A match with its score."""
    share = (_LACKING if lacks else 1.0) * (_STRAYING if strays else 1.0)
    return Fit(match, share * fuse(match), lacks, strays)


def fuse(match: Match) -> float:
    """One score from the figures of a match; weights fitted listwise on FAQs of other bots and on
    the cards' own questions left out one by one."""
    evidence = (
        1.7 * match.likeness
        + 6.0 * match.covered
        + 3.0 * match.covered_at_once
        + 4.3 * match.covers
        + 1.5 * match.pairs
        + 6.0 * match.body
        - 1.7 * match.spelling
    )
    return min(1.0, max(0.0, evidence / _SCALE))


def trust(fits: Sequence[Fit], doubt: Doubt) -> float:
    """How probably the best fit answers the question, 0 to 1; a logistic regression fitted with
    a quarter of the cards taken away, so that it has seen questions without an answer."""
    if not fits or doubt.empty:
        return 0.0
    best, match = fits[0], fits[0].match
    rest = [_SCALE * (best.score - fit.score) for fit in fits[1:]]
    rivals = sum(fit.match.covered >= match.covered - _AS_WELL for fit in fits[1:])
    margin = min(rest[0] if rest else _WIDE, _WIDE) / _WIDE
    share = 1.0 / (1.0 + sum([exp(-gap) for gap in rest]))
    evidence = (
        -5.2
        + 2.1 * best.score
        + 0.8 * margin
        + 2.2 * share
        + 0.4 * match.covered_at_once
        + 2.2 * match.covers
        + 0.6 * match.pairs
        + 1.0 * match.body
        - 1.6 * doubt.missing
        - 1.0 * min(rivals, _MANY) / _MANY
        - (3.5 if doubt.outside else 0.0)
        - (2.0 if best.lacks else 0.0)
        - (0.6 if best.strays else 0.0)
    )
    trusted = 1.0 / (1.0 + exp(-evidence))
    return min(trusted, _THIN) if doubt.thin else trusted


def judge(trusted: float) -> Verdict:
    """Answer, ask which one is meant, or keep silent."""
    if trusted >= SURE:
        return "sure"
    return "close" if trusted >= CLOSE else "none"


def worth_offering(fits: Sequence[Fit]) -> list[Fit]:
    """The fits near enough to the best one to be offered beside it."""
    return [fit for fit in fits if fit.score >= NEAR * fits[0].score]
