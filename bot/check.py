"""`doithoai check`: what is wrong with the content files and the settings, in words."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.doors import doors_of
from bot.settings import Settings
from handlers.turn import today
from knowledge.check import check, notes
from knowledge.library import CONTENT, Library, read
from knowledge.recognise import load_rules
from knowledge.source import ContentError
from knowledge.words import load_words

_out = Console(highlight=False, soft_wrap=True)


def run(settings: Settings, content: Path | None, day: date | None) -> int:
    """Print every mistake, or what there is; the exit code."""
    folder, day = content or CONTENT, day or today(SystemClock())
    mistakes = [*check(folder, day=day), *_words(folder)]
    for mistake in mistakes:
        _out.print(f"{mistake.path}:{mistake.line}: {mistake.problem} Mend: {mistake.mend}.")
    problems = problems_of(settings)
    for problem in problems:
        _out.print(f"settings: {problem}")
    if mistakes or problems:
        _out.print(f"{len(mistakes) + len(problems)} to mend.")
        return 1
    reading = read(folder)
    for note in notes(reading, day):
        _out.print(f"note: {note}")
    _out.print(_table(reading.freeze()))
    return 0


def problems_of(settings: Settings) -> list[str]:
    """What is missing or contradictory in the settings."""
    lacking = (problem for door in doors_of(settings) if door.is_on for problem in door.lacks)
    return list(dict.fromkeys(lacking))


def _words(folder: Path) -> list[ContentError]:
    """The word lists of the search and the recogniser: the first mistake of each."""
    words = folder / "words"
    found: list[ContentError] = []
    for load in (lambda: load_words(words), lambda: load_rules(folder / "recognise.yaml", words)):
        try:
            load()
        except ContentError as mistake:
            found.append(mistake)
    return found


def _table(library: Library) -> Table:
    table = Table("topic", "cards", "ways of asking", "laws", "high", "medium", "low")
    for topic in library.topics.values():
        cards = library.cards_of(topic.id)
        levels = [
            sum(card.confidence == level for card in cards) for level in ("high", "medium", "low")
        ]
        asked = sum(len(card.questions) for card in cards)
        laws = {citation.number for card in cards for citation in card.law}
        counts = (len(cards), asked, len(laws), *levels)
        table.add_row(topic.title, *map(str, counts))
    return table
