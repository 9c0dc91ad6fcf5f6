"""A turn: the handling of one Incoming; it decides, and one commit remembers what it decided."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from handlers.casebook import Casebook, NoCases
from handlers.deeds import Deed
from handlers.message import Choice, Incoming, Message
from handlers.switchboard import Stopped, Switchboard
from knowledge.bursts import Bursts, find_corrected
from knowledge.card import Card
from knowledge.library import Library
from knowledge.personal import besides
from knowledge.recognise import Recognised, Recogniser
from knowledge.search import Context, Findings, Search
from storage.cases import Kind
from storage.switches import SwitchRow

NOTICE_VERSION = 1
"""The privacy notice in content/phrases.yaml; raise it when its meaning changes."""
CONSENT_VERSION = 1
"""What is said before the first opinion (`opinion_consent`); raise it when its meaning changes."""
FORGET_AFTER = timedelta(hours=2)
"""After this silence a conversation starts afresh."""
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Tells the time: `now` in UTC, `ticks` in microseconds of no particular origin."""

    def now(self) -> datetime: ...
    def ticks(self) -> int: ...


def today(clock: Clock) -> date:
    """The calendar day in Viet Nam."""
    return clock.now().astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True)
class House:
    """What every turn has at hand."""

    library: Library
    search: Search
    recogniser: Recogniser
    bursts: Bursts
    clock: Clock
    switches: Switchboard = field(default_factory=Switchboard)


class Draft(msgspec.Struct, omit_defaults=True):
    """An opinion that is being said; nothing of it is kept before it is sent.

    `inbox_id`: the message on which its attachments hang; `joins`: the open case whose askers say
    the same; `done`: what was answered or skipped, and is neither asked nor guessed again.
    """

    text: str = ""
    kind: Kind = "suggestion"
    topic: str = "feedback"
    area: str = ""
    hamlet: str = ""
    inbox_id: int = 0
    joins: int = 0
    done: list[str] = []


class Conversation(msgspec.Struct, omit_defaults=True):
    """Where we are with a resident.

    `awaits`: the step that gets the next free text; `offered`: the values of the choices last
    shown, by number; `card`: the card in hand; `leaning`: the best of the cards last offered to
    choose from; `shown`: the sections already read; `asked`: the question we could not settle;
    `draft`: the opinion being said; `judging`: the code whose answer is called wrong;
    `meeting`: the code of the dialogue that is asked at, `question`: what is not sent yet;
    `checking`: what the household answered to learn what it may get.
    """

    awaits: str = ""
    offered: list[str] = []
    card: str = ""
    leaning: str = ""
    shown: list[str] = []
    asked: str = ""
    draft: Draft | None = None
    judging: str = ""
    meeting: str = ""
    question: str = ""
    checking: list[str] = []


@dataclass(frozen=True, slots=True)
class Asker:
    """What is kept of the resident: their number (0: not yet known) and where they live."""

    id: int = 0
    has_consented: bool = False
    area: str = ""
    hamlet: str = ""


@dataclass(slots=True)
class Turn:
    """One Incoming, what we know of the resident, and what the step decides.

    `is_newcomer`: the privacy notice in force was not shown yet; `is_welcomed`: this turn
    shows it. `was_stopped`: something it would have said is stopped. `deeds` and `rating` (card,
    was it right) are carried out by the commit. `linking`: the code by which an official ties
    this chat to their account; the commit looks it up and answers. `casebook` reads what it is
    asked for and no more. `inbox_id`: of the Incoming, 0 without one.
    """

    house: House
    incoming: Incoming
    conversation: Conversation
    is_newcomer: bool = False
    is_welcomed: bool = False
    said: list[Message] = field(default_factory=list[Message])
    deeds: list[Deed] = field(default_factory=list[Deed])
    rating: tuple[str, bool] | None = None
    was_stopped: bool = False
    linking: str = ""
    asker: Asker = field(default_factory=Asker)
    casebook: Casebook = field(default_factory=NoCases)
    inbox_id: int = 0

    @property
    def stopped(self) -> Stopped:
        """What officials have stopped."""
        return self.house.switches.at(self.house.clock.now())

    @property
    def today(self) -> date:
        """The calendar day in Viet Nam."""
        return today(self.house.clock)

    @property
    def library(self) -> Library:
        """What we know, by the rules of today."""
        return self.house.library.on(self.today)

    @property
    def argument(self) -> str:
        """What follows the step's name in the pressed choice ("card:x") or link ("card_x")."""
        return self.pressed.partition(":")[2] or self.link.partition("_")[2]

    @property
    def link(self) -> str:
        """What the link carries by which the resident opened the bot ("card_x"), else ""."""
        command, _, carried = self.incoming.text.partition(" ")
        return carried.strip() if command == "/start" else ""

    @property
    def pressed(self) -> str:
        """The choice pressed, or meant by typing its number; "" when neither."""
        if self.incoming.choice:
            return self.incoming.choice
        number = _number(self.incoming.text)
        offered = self.conversation.offered
        return offered[number - 1] if 0 < number <= len(offered) else ""

    @property
    def words(self) -> str:
        """What was said; what came without words is named."""
        incoming = self.incoming
        if incoming.text or not (incoming.attachments or incoming.place):
            return incoming.text
        return self.phrase("sent", attachments=incoming.attachments, place=incoming.place)

    def recognise(self) -> Recognised:
        """What manner of message this is."""
        return self.house.recogniser.recognise(self.incoming.text)

    def find(self) -> Findings:
        """What the search finds, with the card in hand as context; a last correction wins."""
        text = besides(self.incoming.text) if self.incoming.is_masked else self.incoming.text
        corrected = self.house.bursts.split(text)
        if corrected:
            return find_corrected(self.house.search, corrected, self._context())
        return self.house.search.find(text, self._context())

    def _context(self) -> Context:
        leaning = self.conversation.leaning
        return Context(leaning, is_sure=False) if leaning else Context(self.conversation.card)

    def find_each(self) -> list[Findings]:
        """What the search surely finds for each of several needs in the message."""
        is_corrected = self.house.bursts.split(self.incoming.text) is not None
        return [] if is_corrected else self.house.search.find_each(self.incoming.text)

    def phrase(self, name: str, /, **data: Any) -> str:
        """One of our sentences."""
        return self.house.library.phrases.render(name, **data)

    def choice(self, name: str, value: str) -> Choice:
        """A choice whose label is a phrase."""
        return Choice(self.phrase(name), value)

    def say(
        self,
        name: str,
        /,
        *,
        heading: str = "",
        choices: tuple[Choice, ...] = (),
        in_place: bool = False,
        **data: Any,
    ) -> None:
        """Say a phrase; its choices are the ones numbers mean from now on.

        What it says of a `card` that is stopped is not said, but why.
        `in_place`: where a channel can, instead of the message whose button was pressed; not
        when something was said before it, which would then stand below.
        """
        card = data.get("card")
        switch = self.stopped.card(card) if isinstance(card, Card) else None
        if switch is not None:
            self.say_stopped(switch)
            return
        replaces = self.incoming.pressed_on if in_place and not self.said else ""
        self.said.append(Message(self.phrase(name, **data), heading, choices, replaces))
        if choices:
            self.conversation.offered = [choice.value for choice in choices]

    def say_stopped(self, switch: SwitchRow) -> None:
        """What an official wants said instead of what they stopped, and a person to ask."""
        self.was_stopped = True
        self.conversation.asked = self.incoming.text or self.conversation.asked
        if switch.sentence not in [message.text for message in self.said]:
            ways = (self.choice("label_official", "official"), self.choice("label_menu", "menu"))
            self.said.append(Message(switch.sentence, choices=ways))
            self.conversation.offered = [choice.value for choice in ways]

    def wait_for(self, step: str) -> None:
        """The next free text goes to this step."""
        self.conversation.awaits = step

    def hold(self, card: str) -> None:
        """This card is in hand now: follow-ups are about it."""
        self.conversation.leaning = self.conversation.asked = ""
        if self.conversation.card != card:
            self.conversation.card = card
            self.conversation.shown = []


def _number(text: str) -> int:
    """The number a resident typed to choose ("2", "2.", "số 2"), else 0."""
    typed = text.strip().lower().removeprefix("số").removeprefix("so").strip(" .)")
    return int(typed) if len(typed) == 1 and typed in "123456789" else 0
