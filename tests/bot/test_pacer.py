"""The pacer, with a stopped clock: never over the limit in any second, and hardly under it."""

import random
from bisect import bisect_left
from itertools import pairwise

import pytest

from bot.pacer import MARGIN, Pacer

SECOND = 1_000_000
"""In ticks, which are microseconds."""


def times_of(per_second: float, seconds: float) -> list[int]:
    """When messages go if there are always more, on a clock that moves only while we wait."""
    now = 0
    pacer = Pacer(per_second, lambda: now)
    times: list[int] = []
    while now < seconds * SECOND:
        if pause := pacer.take_turn():
            now += int(pause * SECOND)
        else:
            times.append(now)
    return times


def most_in_a_second(times: list[int]) -> int:
    times = sorted(times)
    return max(at + 1 - bisect_left(times, time - SECOND + 1) for at, time in enumerate(times))


@pytest.mark.parametrize("per_second", [1, 5, 30, 100])
def test_never_more_than_the_limit_in_any_one_second(per_second: int) -> None:
    times = times_of(per_second, 60)
    assert most_in_a_second(times) == per_second
    assert len(times) >= 60 * per_second * 0.96


def test_messages_that_travel_for_different_times_still_keep_the_limit() -> None:
    chance = random.Random(1)
    late = [time + chance.randrange(MARGIN * 1000) for time in times_of(30, 60)]
    assert most_in_a_second(late) <= 30


def test_less_than_one_in_a_second() -> None:
    times = times_of(0.5, 60)
    assert min(two - one for one, two in pairwise(times)) >= 2 * SECOND
    assert len(times) >= 29


def test_without_a_limit_everything_goes_at_once() -> None:
    pacer = Pacer(0, lambda: 0)
    assert [pacer.take_turn() for _ in range(1000)] == [0.0] * 1000
