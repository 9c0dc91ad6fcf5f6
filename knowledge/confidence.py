"""How sure the search may be: fits from matches, and a verdict that rests on coverage and margin."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

from knowledge.index import Match, Query

Verdict = Literal["sure", "close", "none"]

SURE = 0.62
CLOSE = 0.30
_NEAR = 0.55
"""A candidate is worth offering when its fit reaches this share of the best one's."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A match with its fused score, 0 to 1."""

    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against answering at all, each from 0 to 1."""

    unknown: float
    """Share of the question's weight in syllables no card asks with."""
    outside: bool
    """Another service or other talk is named, and the card does not speak of it."""
    empty: bool
    """Nothing telling was asked: only stop words and the names of sections."""


def fuse(match: Match) -> float:
    """One score from the figures of a match; weights from faqmix0, where no figure leads alone."""
    return (
        0.34 * match.likeness
        + 0.20 * match.covered
        + 0.15 * match.covered_at_once
        + 0.12 * match.covers
        + 0.08 * match.pairs
        + 0.10 * match.spelling
        + 0.02 * match.body
    )


def trust(fits: Sequence[Fit], query: Query, doubt: Doubt) -> float:
    """How probably the best fit answers the question, 0 to 1."""
    if not fits or doubt.empty:
        return 0.0
    best = fits[0]
    margin = best.score - (fits[1].score if len(fits) > 1 else 0.0)
    match = best.match
    evidence = (
        -7.6
        + 5.0 * best.score
        + 6.0 * min(margin, 0.25)
        + 3.2 * match.covered
        + 1.6 * match.covered_at_once
        + 1.2 * match.covers
        + 0.8 * match.pairs
        - 2.5 * doubt.unknown
        - (3.5 if doubt.outside else 0.0)
    )
    return 1.0 / (1.0 + exp(-evidence))


def judge(trusted: float) -> Verdict:
    """Answer, ask which one is meant, or keep silent."""
    if trusted >= SURE:
        return "sure"
    return "close" if trusted >= CLOSE else "none"


def worth_offering(fits: Sequence[Fit]) -> list[Fit]:
    """The fits near enough to the best one to be offered beside it."""
    return [fit for fit in fits if fit.score >= _NEAR * fits[0].score]
