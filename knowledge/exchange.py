"""Cards out of a content folder and into it: nothing comes in while anything is wrong."""

import shutil
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from knowledge.card import Card
from knowledge.check import check
from knowledge.library import load
from knowledge.sheet import CARDS, RowError, SheetReading, read_sheet, write_sheet
from knowledge.source import ContentError
from knowledge.writing import write_card, write_yaml


def export_cards(content: Path, out: Path) -> int:
    """Write every card to a workbook (.xlsx) or to a folder of content files; how many."""
    cards = list(load(content).cards.values())
    if out.suffix == ".xlsx":
        out.parent.mkdir(parents=True, exist_ok=True)
        write_sheet(cards, out)
    else:
        write_files(cards, out)
    return len(cards)


def write_files(cards: Iterable[Card], folder: Path) -> None:
    """Each card as `<topic>/<id>.yaml`."""
    for card in cards:
        path = folder / card.topic / f"{card.id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_card(card), "utf-8")


def import_cards(source: Path, content: Path, *, day: date) -> tuple[int, list[RowError]]:
    """Add or replace the cards of a workbook or folder; how many, and what stands against it.

    They are tried in a copy of the content first: with any mistake the content stays as it was.
    """
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "content"
        shutil.copytree(content, trial)
        reading = _take_in(source, trial)
        mistakes = reading.mistakes or [
            _by_row(mistake, reading) for mistake in check(trial, day=day)
        ]
        if mistakes:
            return 0, mistakes
        cards = load(trial).cards
        _replace(content, [cards[name] for name in reading.rows])
    return len(reading.rows), []


def _take_in(source: Path, trial: Path) -> SheetReading:
    if source.is_dir():
        return _take_files(source, trial)
    reading = read_sheet(source)
    for name, data in reading.cards.items():
        path = trial / "cards" / str(data.get("topic", "none")) / f"{name}.yaml"
        _forget(trial, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_yaml(data), "utf-8")
    return reading


def _take_files(source: Path, trial: Path) -> SheetReading:
    reading = SheetReading()
    for path in sorted(source.glob("*/*.yaml")):
        _forget(trial, path.stem)
        target = trial / "cards" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        reading.rows[path.stem] = 1
    if not reading.rows:
        mend = "name a folder with <topic>/<id>.yaml files, or an .xlsx file"
        reading.mistakes.append(RowError(source.name, 1, "no cards here.", mend))
    return reading


def _replace(content: Path, cards: Iterable[Card]) -> None:
    kept = list(cards)
    for card in kept:
        _forget(content, card.id)
    write_files(kept, content / "cards")


def _forget(content: Path, name: str) -> None:
    for path in (content / "cards").glob(f"*/{name}.yaml"):
        path.unlink()


def _by_row(mistake: ContentError, reading: SheetReading) -> RowError:
    """A mistake of a card's file as one of the row it came from."""
    row = reading.rows.get(mistake.path.stem)
    problem = f"{mistake.path.stem}: {mistake.problem}"
    if row is None or not reading.cards:
        return RowError(mistake.path.name, mistake.line, problem, mistake.mend)
    return RowError(CARDS, row, problem, mistake.mend)
