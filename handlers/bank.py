"""The question bank, asked: how each question ends, and how many end as they should."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.status import Ending
from handlers.talk import Talk
from handlers.turn import House
from knowledge.bank import Asked, Conversation, Line

Outcome = Literal["right", "offered", "silent", "wrong"]
"""Answered by its card; its card among the choices; no answer; answered by another card.

For a message that must be refused: not answered is right, choices are offered."""

_ANSWERED = ("answered", "partly_answered", "followup_answered")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """A question of the bank and how it ended; `place` of its card among the candidates, from 1,
    0 when it is not there."""

    asked: Asked
    outcome: Outcome
    status: str
    card: str
    place: int


@dataclass(frozen=True, slots=True)
class Score:
    """How many of `asked` questions ended how; `first` and `in_three` count the card's place."""

    asked: int
    first: int
    in_three: int
    ended: Counter[str]

    def share(self, count: int) -> float:
        """A count as a percentage of the questions."""
        return 100 * count / self.asked if self.asked else 0.0


def try_all(house: House, bank: Iterable[Asked]) -> list[Tried]:
    """Ask every question of the bank, each in a conversation of its own."""
    return [_try(house, asked) for asked in bank]


def _try(house: House, asked: Asked) -> Tried:
    talk = Talk(house)
    if asked.context:
        talk.hear(asked.context)
    ending = talk.hear(asked.text)
    known = house.library.card(asked.card)
    wanted = known.id if known else asked.card
    names = [card for card, _ in ending.candidates]
    place = names.index(wanted) + 1 if wanted in names else 0
    return Tried(asked, _outcome(ending, wanted), ending.status, ending.card or "", place)


def _outcome(ending: Ending, wanted: str) -> Outcome:
    if ending.status in _ANSWERED:
        return "right" if ending.card == wanted else "wrong"
    if ending.status == "clarifying":
        shown = [card for card, _ in ending.candidates[:_SHOWN]]
        return "offered" if not wanted or wanted in shown else "silent"
    return "silent" if wanted else "right"


@dataclass(frozen=True, slots=True)
class Turned:
    """One line of a conversation, what it came to, and whether that is right."""

    line: Line
    status: str
    card: str
    is_right: bool


_WORDS = {
    "refuse": ("refused", "queued", "spam", "unreadable"),
    "greeting": ("greeting",),
    "own_case": ("own_case",),
    "opinion": ("opinion", "form"),
    "emergency": ("emergency",),
}
"""How a line may end that no card answers."""


def hold(house: House, conversation: Conversation) -> list[Turned]:
    """Hold a conversation; a choice that was offered rightly is pressed, as a resident would."""
    talk = Talk(house)
    return [_turned(house, talk, line) for line in conversation.lines]


def _turned(house: House, talk: Talk, line: Line) -> Turned:
    ending = talk.hear(line.text)
    wanted = {card.id for name in line.expected if (card := house.library.card(name))}
    card = ending.card or ""
    allowed = [status for name in line.expected for status in _WORDS.get(name, ())]
    is_right = card in wanted if wanted else ending.status in allowed
    if wanted and ending.status == "clarifying":
        offered = [name for name, _ in ending.candidates[:_SHOWN] if name in wanted]
        if offered:
            talk.hear(choice=f"card:{offered[0]}")
            is_right = True
    return Turned(line, ending.status, card, is_right)


def score(tried: Sequence[Tried]) -> Score:
    """The count of a group of questions."""
    return Score(
        asked=len(tried),
        first=sum(one.place == 1 for one in tried),
        in_three=sum(1 <= one.place <= _SHOWN for one in tried),
        ended=Counter(one.outcome for one in tried),
    )


def confusions(tried: Iterable[Tried]) -> list[tuple[str, str, int]]:
    """Which card was answered instead of which, most often first."""
    wrong = Counter((t.asked.card, t.card) for t in tried if t.outcome == "wrong")
    return [(wanted, got, count) for (wanted, got), count in wrong.most_common()]
