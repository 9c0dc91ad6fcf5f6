"""`python -m tests.bench.lookup`: how long the console's look-up takes with 10,000 cards.

The shipped cards are taken again and again under other communes' names until there are `--cards`
of them; then the page of the search box is asked `--times` times, through the whole server
(session, guard, search, template) but no network, and its middle, p95 and longest are printed.
"""

import argparse
import itertools
import random
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from bot.app import build_house
from handlers.turn import House
from knowledge.card import Card
from knowledge.library import CONTENT
from knowledge.search import Search
from knowledge.words import load_words
from storage.database import Database
from storage.migrate import migrate
from tests.conftest import StoppedClock
from tests.console.hall import Hall

TYPED = (
    "vay von", "vay vốn hộ nghèo", "hoc phi", "bhyt", "trợ cấp tuổi già", "xkld nhat",
    "NĐ 335/2026", "2553/QĐ-TTg", "mai táng", "tien dien ho ngheo", "nuoi bo",
    "hộ cận nghèo được hỗ trợ gì",
)  # fmt: skip


def many(cards: list[Card], count: int) -> list[Card]:
    """The cards, then again as those of other communes."""
    found = list(cards)
    for turn in itertools.count(1):
        for card in cards:
            if len(found) >= count:
                return found
            place = f"xã số {turn}"
            ways = tuple(f"{way} ở {place}" for way in card.questions)
            more = {"id": f"{card.id}-{turn}"[-48:], "questions": ways, "also": (), "group": ""}
            found.append(card.model_copy(update={**more, "title": f"{card.title} ({place})"}))
    return found


def crowded(house: House, count: int) -> House:
    """The house with so many cards."""
    day = house.clock.now().date()
    library = house.library.on(day)
    cards = many(list(library.cards.values()), count)
    search = Search(tuple(cards), load_words(CONTENT / "words"), elsewhere=library.elsewhere)
    by_id = MappingProxyType({card.id: card for card in cards})
    return replace(house, library=replace(library, cards=by_id, _editions={}), search=search)


def bench(count: int, times: int) -> None:
    clock = StoppedClock()
    start = time.perf_counter()
    house = crowded(build_house(clock), count)
    print(f"{len(house.library.cards)} cards, built in {time.perf_counter() - start:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrate(database)
        cadre = Hall(database, house, clock).walk_in("lan", "cadre").browser
        chance, took = random.Random(5), list[float]()
        for number in range(times + 20):
            typed = chance.choice(TYPED)
            begun = time.perf_counter()
            answer = cadre.get("/console/look-up", params={"q": typed})
            assert answer.status_code == 200
            if number >= 20:
                took.append((time.perf_counter() - begun) * 1000)
        database.close()
    p95 = statistics.quantiles(took, n=20)[-1]
    print(f"ms: middle {statistics.median(took):.1f}, p95 {p95:.1f}, longest {max(took):.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=300)
    given = parser.parse_args()
    bench(given.cards, given.times)


if __name__ == "__main__":
    main()
