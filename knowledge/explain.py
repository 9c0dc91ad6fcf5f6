"""Why the search found what it found: how it read, what speaks for each card, what it decided."""

from dataclasses import dataclass

from knowledge.confidence import FIT, TRUST, Judge, Verdict, evidence, grounds
from knowledge.search import NO_CONTEXT, Context, Search

_MOST = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that speaks for (above 0) or against: its name in FIT or TRUST, figure, points."""

    name: str
    figure: float
    points: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card that was looked at, its points and the parts they are made of, weightiest first."""

    card: str
    points: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A question as typed, as meant and without tones; its telling words with their weight; the
    cards looked at; what speaks for trusting the best; and what was decided by which thresholds."""

    typed: str
    meant: str
    folded: str
    words: tuple[tuple[str, float], ...]
    candidates: tuple[Candidate, ...]
    grounds: tuple[Part, ...]
    elsewhere: str
    trust: float
    sure: float
    close: float
    verdict: Verdict


def explain(search: Search, question: str, context: Context = NO_CONTEXT) -> Explanation:
    """Everything that led to the decision on a question."""
    found = search.find(question, context)
    look = search.look(question, context)
    judge, reading = search.judge, found.reading
    weighed = zip(reading.toned, reading.folded, reading.weights, strict=True)
    rarity = search.rarity
    words = {toned: round(weight * rarity(word), 2) for toned, word, weight in weighed if weight}
    candidates = [
        Candidate(look.cards[fit.match.entry], fit.score, _parts(judge, FIT, evidence(fit)))
        for fit in look.fits[:_MOST]
    ]
    trusting = _parts(judge, TRUST, grounds(look.fits, look.doubt)) if look.fits else ()
    return Explanation(
        typed=reading.typed,
        meant=" ".join(reading.toned),
        folded=" ".join(reading.folded),
        words=tuple(sorted(words.items(), key=lambda item: -item[1])),
        candidates=tuple(candidates),
        grounds=trusting,
        elsewhere=look.cards[look.other.match.entry] if look.other else "",
        trust=judge.trust(look.fits, look.doubt),
        sure=judge.weights.sure,
        close=judge.weights.close,
        verdict=found.verdict,
    )


def _parts(judge: Judge, names: tuple[str, ...], figures: tuple[float, ...]) -> tuple[Part, ...]:
    weights = judge.weights.fit if names is FIT else judge.weights.trust
    parts = [
        Part(name, figure, weights[name] * figure)
        for name, figure in zip(names, figures, strict=True)
        if weights[name] * figure
    ]
    return tuple(sorted(parts, key=lambda part: -abs(part.points)))
