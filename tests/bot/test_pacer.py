"""The pacer, with a stopped clock: never over the limit in any second, and hardly under it."""

import heapq
import random
from bisect import bisect_left
from itertools import pairwise

import pytest

from bot.pacer import Pacer, Turn

SECOND = 1_000_000
"""In ticks, which are microseconds."""


class Network:
    """A messenger at the end of a slow line, on a clock that moves only while we wait."""

    def __init__(self, per_second: float, slowest: float, seed: int = 1) -> None:
        self.now = 0
        self.arrived: list[int] = []
        self._pacer = Pacer(per_second, lambda: self.now)
        self._slowest = slowest
        self._chance = random.Random(seed)
        self._under_way: list[tuple[int, int, Turn]] = []

    def run(self, seconds: float) -> "Network":
        """There are always more messages to send."""
        while self.now < seconds * SECOND:
            turn = self._pacer.take_turn()
            if isinstance(turn, Turn):
                self._send(turn)
            else:
                self._wait(self.now + int(turn * SECOND) + 1)
        return self

    def most_in_a_second(self) -> int:
        times = sorted(self.arrived)
        return max(at + 1 - bisect_left(times, time - SECOND + 1) for at, time in enumerate(times))

    def _send(self, turn: Turn) -> None:
        there, back = sorted(self._chance.uniform(0, self._slowest) for _ in range(2))
        self.arrived.append(self.now + int(there * SECOND))
        ends_at = self.now + int(back * SECOND)
        heapq.heappush(self._under_way, (ends_at, len(self.arrived), turn))

    def _wait(self, until: int) -> None:
        while self._under_way and self._under_way[0][0] <= until:
            self.now, _, turn = heapq.heappop(self._under_way)
            turn.end()
        self.now = until


@pytest.mark.parametrize("per_second", [1, 5, 30, 100])
@pytest.mark.parametrize("slowest", [0.0, 0.02, 0.3, 0.9])
def test_never_more_than_the_limit_arrive_in_any_one_second(
    per_second: int, slowest: float
) -> None:
    network = Network(per_second, slowest).run(60)
    assert network.most_in_a_second() <= per_second
    assert len(network.arrived) >= 60 * per_second * 0.95 / (1 + slowest)


def test_a_messenger_that_answers_at_once_gets_nearly_all_it_allows() -> None:
    network = Network(30, 0.02).run(120)
    assert len(network.arrived) / 120 >= 29
    assert network.most_in_a_second() == 30


def test_a_messenger_that_never_answers_is_not_flooded_either() -> None:
    network = Network(30, 50.0).run(20)
    assert 20 * 25 <= len(network.arrived) <= 20 * 30


def test_less_than_one_in_a_second() -> None:
    arrived = Network(0.5, 0.0).run(60).arrived
    assert min(two - one for one, two in pairwise(arrived)) >= 2 * SECOND
    assert len(arrived) >= 29


def test_without_a_limit_everything_goes_at_once() -> None:
    pacer = Pacer(0, lambda: 0)
    assert all(isinstance(pacer.take_turn(), Turn) for _ in range(1000))
