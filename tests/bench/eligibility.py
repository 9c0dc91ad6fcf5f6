"""`python -m tests.bench.eligibility`: how many taps a household needs, over random households.

Each answers one choice a question, as often as the content guesses, and one time in twenty
"không rõ". The households are the same on every run.
"""

import random
import statistics
import sys
import time
from datetime import date

from knowledge.library import load
from knowledge.questioning import Answer, Next, Questioning

DAY = date(2026, 11, 25)
_UNSURE = 0.05


def taps_of(questioning: Questioning, chance: random.Random) -> int:
    """The questions that one random household answers before it sees its result."""
    answers: list[Answer] = []
    while (asked := questioning.next(answers)) is not None:
        answers.append(_answer(asked, chance))
    return len(answers)


def _answer(asked: Next, chance: random.Random) -> Answer:
    likely = [option.likely for option in asked.question.choices]
    chosen = chance.choices(range(len(likely)), likely)[0]
    numbers = () if chance.random() < _UNSURE else (chosen,)
    return Answer(asked.question.id, asked.person, numbers)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    questioning = load().on(DAY).questioning
    assert questioning is not None
    chance, begun = random.Random(9), time.perf_counter()
    taps = sorted(taps_of(questioning, chance) for _ in range(count))
    took = time.perf_counter() - begun
    print(f"{count} households: median {statistics.median(taps):g} taps, worst {taps[-1]}")
    print(f"nine in ten: {taps[count * 9 // 10]}; {took / sum(taps) * 1e3:.1f} ms a question")


if __name__ == "__main__":
    main()
