"""`doithoai hygiene`: what to mend in the base so that the search finds more of it."""

from rich.console import Console
from rich.table import Table

from bot.app import build_house
from bot.settings import Settings
from handlers.turn import House, today
from knowledge.hygiene import FEW, examine
from knowledge.words import load_words
from storage import questions
from storage.database import Database
from storage.migrate import migrate

_out = Console(highlight=False, soft_wrap=True, width=110)


def run(settings: Settings, limit: int) -> None:
    """Print the lists, the most urgent first."""
    house = build_house()
    _print_base(house, limit)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url_of_database())
    try:
        migrate(database)
        with database.read() as connection:
            asked = questions.unsettled(connection, limit=limit)
    finally:
        database.close()
    table = Table("times", "question no card settled", "nearest card", title="worth adding")
    for row in asked:
        nearest = str(row.candidates[0][0]) if row.candidates else ""
        table.add_row(str(row.times), row.text, nearest)
    _out.print(table)


def _print_base(house: House, limit: int) -> None:
    cards = list(house.library.on(today(house.clock)).cards.values())
    found = examine(cards, load_words(), house.library.elsewhere)
    share = 100 * found.found / max(1, found.asked)
    told = f"{found.asked} ways of asking left out in turn"
    _out.print(f"{told}; {share:.1f} % still find their card")
    table = Table("times", "card", "found instead", "for example", title="cards that compete")
    for one in found.rivalries[:limit]:
        table.add_row(str(one.count), one.card, one.rival, one.example)
    _out.print(table)
    for card, count in found.few[:limit]:
        _out.print(f"{card}: asked in {count} ways only; make it {FEW} or more.")
