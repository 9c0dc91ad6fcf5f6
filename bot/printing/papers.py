"""Papers: everything that can be printed or handed on of the cards as they read today."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

import segno

from bot.printing.pack import pack_of
from bot.printing.press import to_pdf
from handlers.turn import House, today
from knowledge.card import Card
from knowledge.leaflet import by_topic, current_cards, fingerprint_of, leaflet_of
from knowledge.library import CONTENT, Library
from knowledge.saying import say_date
from knowledge.spoken import read_short, sentences, speak

Size = Literal["a5", "a4"]
SIZES: tuple[Size, ...] = ("a5", "a4")


@dataclass(frozen=True, slots=True)
class Papers:
    """What is printed today; `public_url` or `bot` (of Telegram) is where a QR code leads."""

    house: House
    public_url: str = ""
    bot: str = ""

    @property
    def day(self) -> date:
        """The calendar day in Viet Nam."""
        return today(self.house.clock)

    @property
    def library(self) -> Library:
        """The cards as they read today."""
        return self.house.library.on(self.day)

    def cards(self, topic: str = "") -> list[Card]:
        """What may be handed out today: current, and not stopped by an official."""
        stopped = self.house.switches.at(self.house.clock.now())
        if stopped.find("answering"):
            return []
        cards = current_cards(self.library, self.day, topic)
        return [card for card in cards if not stopped.card(card)]

    def find(self, name: str) -> Card | None:
        """A card that may be handed out today."""
        card = self.library.card(name)
        return card if card in self.cards(card.topic if card else "") else None

    def leaflet(self, card: Card, size: Size = "a5") -> bytes:
        """One card on one sheet, front and back at most times."""
        leaflet = self._leaflet(card)
        link = self.link(f"card_{card.id}", card.title)
        return to_pdf("leaflet.typ", self._sheet(leaflet, link) | {"size": size, "card": leaflet})

    def topic(self, name: str, size: Size = "a5") -> bytes:
        """The short answers of a whole topic."""
        topic = self.library.topics[name]
        leaflets = [self._leaflet(card) for card in self.cards(name)]
        sheet = self._sheet(leaflets, self.link("", topic.title))
        more = {"size": size, "title": topic.title, "hint": topic.hint, "cards": leaflets}
        return to_pdf("topic.typ", sheet | more)

    def booklet(self) -> bytes:
        """All cards of today, with a table of contents."""
        leaflets = [self._leaflet(card) for card in self.cards()]
        sheet = self._sheet(leaflets, self.link("", ""))
        return to_pdf("booklet.typ", sheet | {"topics": by_topic(leaflets)})

    def pack(self) -> str:
        """All cards of today as one page that needs no network."""
        leaflets = [self._leaflet(card) for card in self.cards()]
        return pack_of(leaflets, day=say_date(self.day), fingerprint=fingerprint_of(leaflets))

    def loudspeaker(self, card: Card) -> str:
        """What is read aloud of a card, a sentence a line."""
        units = self.library.units_for(card, self.day)
        text = self.library.phrases.render("loudspeaker", card=card, units=units)
        short = read_short(CONTENT / "spoken.yaml")
        said = (speak(line, short) for line in text.splitlines() if line.strip())
        return "\n".join(part for line in said for part in sentences(line)) + "\n"

    def link(self, start: str, words: str) -> str:
        """Where the code leads: our bot at that card, or our page with the words to send."""
        if self.bot:
            return f"https://t.me/{self.bot}" + (f"?start={start}" if start else "")
        if not self.public_url:
            return ""
        return f"{self.public_url.rstrip('/')}/" + (f"?hoi={quote(words)}" if words else "")

    def _leaflet(self, card: Card) -> dict[str, Any]:
        return leaflet_of(self.library, card, self.day)

    def _sheet(self, printed: Any, link: str) -> dict[str, Any]:
        return {
            "day": say_date(self.day),
            "fingerprint": fingerprint_of(printed),
            "qr": _qr(link) if link else "",
            "site": link.partition("?")[0].removeprefix("https://").rstrip("/"),
        }


def _qr(link: str) -> str:
    """A QR code as SVG that can still be read when a corner is torn."""
    return segno.make(link, error="m", micro=False).svg_inline(scale=1, border=2)
