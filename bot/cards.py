"""`doithoai cards`: the base as a spreadsheet or as content files, out and in."""

from datetime import date
from pathlib import Path

from rich.console import Console

from bot.clock import SystemClock
from handlers.turn import today
from knowledge.exchange import export_cards, import_cards
from knowledge.library import CONTENT

_out = Console(highlight=False, soft_wrap=True)


def run_export(out: Path, content: Path | None) -> int:
    """Write the cards; the exit code."""
    _out.print(f"{export_cards(content or CONTENT, out)} cards in {out}")
    return 0


def run_import(source: Path, content: Path | None, day: date | None) -> int:
    """Take the cards in, or print row by row what is wrong; the exit code."""
    as_of = day or today(SystemClock())
    count, mistakes = import_cards(source, content or CONTENT, day=as_of)
    for wrong in mistakes:
        told = f"{wrong.sheet}, row {wrong.row}: {wrong.problem} Mend: {wrong.mend}."
        _out.print(told, markup=False)
    if mistakes:
        _out.print(f"{len(mistakes)} to mend; nothing was taken in.")
        return 1
    _out.print(f"{count} cards taken in")
    return 0
