"""The benchmark's figures as tables: in the terminal with rich, and in a markdown file."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.bench.noise import CONDITIONS, Condition
from tests.bench.search_measure import Figures, Measured
from tests.bench.search_ours import OURS, Point


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table before it is drawn; its first column is words, the others figures."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def set_sheet(title: str, measured: Sequence[Measured]) -> Sheet:
    """One set: R@1 / R@3 / MRR@10 in every condition, then times and sizes."""
    rows = [
        (
            _named(one),
            *(_quality(one.figures[condition]) for condition in CONDITIONS),
            f"{_middle(one):.2f} / {_slowest(one):.1f}",
            f"{one.build_seconds:.2f}",
            f"{one.memory_mb:.0f}",
        )
        for one in measured
    ]
    head = ("engine", *CONDITIONS, "p50 / p99 ms", "build s", "MB")
    return Sheet(title, head, tuple(rows))


def against_sheet(sets: dict[str, Sequence[Measured]]) -> Sheet:
    """R@1 of ours beside the best peer's, set by set."""
    rows = [
        (name, *(_against(measured, condition) for condition in CONDITIONS))
        for name, measured in sets.items()
    ]
    return Sheet("R@1: ours against the best peer", ("set", *CONDITIONS), tuple(rows))


def curve_sheet(title: str, points: Sequence[Point]) -> Sheet:
    """What each threshold of trust lets through."""
    head = ("trust from", "must refuse, answered %", "in scope, right %", "in scope, wrong %")
    rows = [
        (f"{p.threshold:.2f}", f"{p.refused_answered:.1f}", f"{p.right:.1f}", f"{p.wrong:.1f}")
        for p in points
    ]
    return Sheet(title, head, tuple(rows))


def print_sheet(sheet: Sheet, console: Console) -> None:
    """In the terminal."""
    table = Table(*sheet.head, title=sheet.title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    for row in sheet.rows:
        table.add_row(*row, style="bold" if row[0] == OURS else None)
    console.print(table)


def markdown(sheet: Sheet) -> str:
    """As a markdown table under its title."""
    lines = [f"### {sheet.title}", "", _line(sheet.head)]
    lines.append(_line(["---", *("---:" for _ in sheet.head[1:])]))
    lines += map(_line, sheet.rows)
    return "\n".join([*lines, ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _quality(figures: Figures) -> str:
    return f"{figures.first:.1f} / {figures.in_three:.1f} / {figures.reciprocal:.1f}"


def _middle(measured: Measured) -> float:
    return sum(one.p50 for one in measured.figures.values()) / len(measured.figures)


def _slowest(measured: Measured) -> float:
    return max(one.p99 for one in measured.figures.values())


def _named(measured: Measured) -> str:
    """With how many of the questions a slow engine got through, where it was not all."""
    least = min(one.asked for one in measured.figures.values())
    return measured.engine if measured.is_whole else f"{measured.engine} (first {least})"


def _against(measured: Sequence[Measured], condition: Condition) -> str:
    ours = [one.figures[condition].first for one in measured if one.engine == OURS]
    peers = [
        (one.figures[condition].first, one.engine)
        for one in measured
        if one.engine != OURS and one.is_whole
    ]
    if not ours or not peers:
        return "–"
    best, name = max(peers)
    return f"{ours[0]:.1f} ({ours[0] - best:+.1f}, {name})"
