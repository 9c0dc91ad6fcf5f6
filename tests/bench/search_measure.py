"""Measures one engine on one set: how often it is right, how long it takes, what it holds."""

import gc
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.bench.noise import CONDITIONS, Condition, noisy
from tests.bench.search_ours import OURS, Ours, Trusted, ask_for_trust
from tests.bench.search_peers import MOST, Engine, peer
from tests.bench.search_sets import Ask, BenchSet

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one condition: shares in percent, times in milliseconds; `asked` questions."""

    asked: int
    first: float
    in_three: float
    reciprocal: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine on one set; `is_whole`: it had the time for every question."""

    engine: str
    is_whole: bool
    build_seconds: float
    memory_mb: float
    figures: dict[Condition, Figures]


@dataclass(frozen=True, slots=True)
class Job:
    """What a measuring process is told; `seconds` limits each condition of a slow engine."""

    engine: str
    bench: BenchSet
    asks: tuple[Ask, ...]
    seed: int
    seconds: float


def measure_apart(job: Job) -> Measured:
    """In a process of its own, so that one engine's memory and threads are not another's."""
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, job).result()


def trust_apart(bench: BenchSet, asks: Sequence[Ask], seed: int) -> list[Trusted]:
    """How far our search trusts each question, worked out in another process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(ask_for_trust, bench, asks, seed).result()


def measure(job: Job) -> Measured:
    """Build, warm up, then every question in every condition, one after the other."""
    engine = Ours(job.bench.elsewhere) if job.engine == OURS else peer(job.engine)
    gc.collect()
    before, start = _resident_mb(), time.perf_counter()
    engine.build(job.bench.cards)
    seconds = time.perf_counter() - start
    gc.collect()
    memory = _resident_mb() - before
    for ask in job.asks[:_WARM_UP]:
        engine.find(ask.text)
    figures: dict[Condition, Figures] = {
        condition: _figures(engine, job, condition) for condition in CONDITIONS
    }
    is_whole = all(one.asked == len(job.asks) for one in figures.values())
    return Measured(job.engine, is_whole, seconds, memory, figures)


def _figures(engine: Engine, job: Job, condition: Condition) -> Figures:
    places: list[int] = []
    took: list[float] = []
    for ask in job.asks:
        question = noisy(ask.text, condition, f"{job.seed}/{ask.id}")
        start = time.perf_counter()
        found = engine.find(question)
        took.append(time.perf_counter() - start)
        places.append(_place(found, ask))
        if sum(took) > job.seconds:
            break
    return Figures(
        asked=len(places),
        first=_percent(place == 1 for place in places),
        in_three=_percent(1 <= place <= 3 for place in places),
        reciprocal=_percent(1 / place if place else 0 for place in places),
        p50=1000 * statistics.median(took),
        p99=1000 * statistics.quantiles(took, n=100, method="inclusive")[98],
    )


def _place(found: Sequence[str], ask: Ask) -> int:
    """Where the first right card stands, from 1; 0 when it is not named."""
    return next((at for at, name in enumerate(found[:MOST], 1) if name in ask.relevant), 0)


def _percent(values: Iterable[float]) -> float:
    return 100 * statistics.fmean(values)


def _resident_mb() -> float:
    """This process's memory; where there is no /proc, 0."""
    told = Path("/proc/self/statm")
    if not told.exists():
        return 0.0
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
