"""`python -m tests.bench.search`: is the right card found, beside five other search engines?

Our own base is asked the held half of the question bank, each question as it is and with four kinds
of typing noise (noise.py); with --data also public sets of Vietnamese questions, most of which are
not ours to give away (data/README.md). Each engine runs in a process of its own with one thread,
one after the other. R@1, R@3 and MRR@10 are in percent, over at most ten named cards; p50 is the
mean of the conditions' medians and p99 the worst of theirs; build is from cards to ready; MB is
what the process grew by. The refusal curve says what a threshold on the trust of our best card
lets through. An engine too slow for every question within --seconds says how many it got through,
and is not compared with.

    python -m tests.bench.search --data PATH --queries 300 --out FILE
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from tests.bench.noise import CONDITIONS
from tests.bench.search_measure import Job, Measured, measure_apart, trust_apart
from tests.bench.search_ours import OURS, parting, refusal_curve
from tests.bench.search_peers import PEERS, is_installed
from tests.bench.search_sets import OWN, SAMPLE, Ask, BenchSet, read_set, sample, set_names
from tests.bench.search_tables import (
    Sheet,
    against_sheet,
    curve_sheet,
    markdown,
    print_sheet,
    set_sheet,
)

_told = Console(stderr=True, highlight=False)


def run(given: argparse.Namespace) -> None:
    """Every set in turn, then the comparison and the refusal curve."""
    start = time.perf_counter()
    engines = [OURS, *(name for name in given.engines if name != OURS and _is_here(name))]
    out = Out(given.out)
    out.say(_conditions_of_run(given))
    left_out = [name for name in given.engines if name not in engines and name != OURS]
    if left_out:
        out.say(f"Not installed, left out: {', '.join(left_out)}.")
    sets: dict[str, Sequence[Measured]] = {}
    for name in given.sets or set_names(given.data):
        bench = read_set(name, given.data)
        asks = sample(bench.asks, given.queries, given.seed)
        sets[name] = [_measured(engine, bench, asks, given=given) for engine in engines]
        out.show(set_sheet(_title(bench, asks), sets[name]))
        if name == OWN:
            _show_curve(bench, asks, given, out=out)
    out.show(against_sheet(sets))
    out.say(f"Took {time.perf_counter() - start:.0f} s.")


class Out:
    """Says and shows everything twice: in the terminal, and in a file when one is named."""

    def __init__(self, path: Path | None) -> None:
        self._console = Console(highlight=False, soft_wrap=True, width=200)
        self._path = path
        if path:
            path.write_text("", "utf-8")

    def say(self, text: str) -> None:
        """A sentence."""
        self._console.print(text, markup=False)
        self._write(text + "\n\n")

    def show(self, sheet: Sheet) -> None:
        """A table."""
        print_sheet(sheet, self._console)
        self._write(markdown(sheet) + "\n")

    def _write(self, text: str) -> None:
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)


def _measured(
    engine: str, bench: BenchSet, asks: tuple[Ask, ...], *, given: argparse.Namespace
) -> Measured:
    _told.print(f"{bench.name}: {engine} …", end=" ")
    start = time.perf_counter()
    measured = measure_apart(Job(engine, bench, asks, given.seed, given.seconds))
    _told.print(f"{time.perf_counter() - start:.0f} s")
    return measured


def _show_curve(
    bench: BenchSet, asks: Sequence[Ask], given: argparse.Namespace, *, out: Out
) -> None:
    """For questions as they are and for all conditions together."""
    _told.print("own: refusal curve …")
    trusted = trust_apart(bench, asks, given.seed)
    as_is = [one for one in trusted if one.condition == CONDITIONS[0]]
    for name, part in (("as_is", as_is), ("all five conditions", trusted)):
        outside = sum(not one.in_scope for one in part)
        title = f"own, {name}: {outside} must be refused, {len(part) - outside} in scope"
        out.show(curve_sheet(f"{title}; AUROC right-against-wrong {parting(part):.3f}",
                             refusal_curve(part)))  # fmt: skip


def _title(bench: BenchSet, asks: Sequence[Ask]) -> str:
    return f"{bench.name}: {len(bench.cards)} cards, {len(asks)} of {len(bench.asks)} questions"


def _is_here(name: str) -> bool:
    here = is_installed(name)
    if not here:
        _told.print(f"{name} is not installed: left out")
    return here


def _conditions_of_run(given: argparse.Namespace) -> str:
    return (
        f"At most {given.queries or 'all'} questions a set, seed {given.seed}, "
        f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}. "
        "Cells: R@1 / R@3 / MRR@10 in percent."
    )


def _read(arguments: Iterable[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Formatter)
    parser.add_argument("--data", type=Path, default=SAMPLE, help="folder of the public sets")
    parser.add_argument("--sets", nargs="+", help="only these; 'own' is our base")
    parser.add_argument("--engines", nargs="+", default=list(PEERS), choices=(OURS, *PEERS))
    parser.add_argument("--queries", type=int, default=300, help="at most, per set; 0 for all")
    parser.add_argument("--seconds", type=float, default=8, help="at most, per condition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a markdown file for the tables")
    return parser.parse_args(None if arguments is None else list(arguments))


_Formatter = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    run(_read())
