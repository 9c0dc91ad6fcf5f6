"""A burst: which of a resident's waiting messages are one thought, answered by one turn.

A message waits at most PAUSE, and only when it looks unfinished; nobody waits who is understood.
What came in while the resident's turn before was under way is read together with the oldest, as
far as it goes on from there: a question that stands by itself is answered by itself, and so is
whatever is pressed, commanded, urgent, or awaited to be said alone.
"""

from collections.abc import Sequence
from datetime import timedelta

from handlers.message import Incoming
from handlers.router import AWAITED, SPOKEN, STOP_WORDS
from handlers.turn import Conversation, House, today
from knowledge.bursts import context_of
from knowledge.recognise import Kind
from knowledge.search import Context
from knowledge.text import fold
from storage.inbox import InboxRow

PAUSE = timedelta(milliseconds=600)
_GOES_ON: frozenset[Kind] = frozenset({"question", "elsewhere", "former_unit", "own_case"})
_OPENS: frozenset[Kind] = frozenset({*_GOES_ON, "greeting"})
_FRAGMENT = 4
"""Up to this many syllables a message is part of a question rather than one."""


def pause(house: House, incoming: Incoming) -> timedelta | None:
    """How long a message waits for the one after it; None for nearly all."""
    if incoming.kind != "text" or not house.bursts.is_unfinished(incoming.text):
        return None
    if _stands_apart(incoming.text) or _heard(house, incoming.text) != "question":
        return None
    library = house.library.on(today(house.clock))
    return None if library.topic_called(incoming.text) else PAUSE


def run_of(house: House, row: InboxRow, conversation: Conversation) -> list[InboxRow]:
    """The row and those of its followers that belong to it, in order."""
    run = [row]
    if not row.followers or not _may(house, row, conversation, opens=True):
        return run
    for follower in row.followers:
        if not _may(house, follower, conversation, opens=False):
            break
        if not conversation.awaits and _asks_anew(house, run, follower, conversation=conversation):
            break
        run.append(follower)
    return run


def text_of(run: Sequence[InboxRow]) -> str:
    """The messages of a run as one, a line each."""
    return "\n".join(row.text for row in run)


def _may(house: House, row: InboxRow, conversation: Conversation, *, opens: bool) -> bool:
    if row.is_masked or _stands_apart(row.text):
        return False
    heard = _heard(house, row.text)
    if conversation.awaits in AWAITED:
        # An opinion or a request is told as it comes, whatever it sounds like.
        return heard in _GOES_ON or heard == "opinion"
    return heard in (_OPENS if opens else _GOES_ON)


def _stands_apart(text: str) -> bool:
    """Numbers, commands and words of ours that mean a press."""
    plain = fold(text)
    if not plain or text.startswith("/") or plain in SPOKEN or plain in STOP_WORDS:
        return True
    return plain.removeprefix("so ").isdecimal()


def _heard(house: House, text: str) -> Kind:
    return house.recogniser.recognise(text).kind


def _asks_anew(
    house: House, run: Sequence[InboxRow], follower: InboxRow, *, conversation: Conversation
) -> bool:
    """Whether the follower is a question of its own, that leaves the run's behind."""
    if house.bursts.corrects(follower.text):
        return False
    so_far = text_of(run)
    asked = house.search.find(so_far, Context(conversation.card))
    alone = house.search.find(follower.text).verdict
    if asked.verdict != "sure":
        return alone == "sure" and not _is_part(house, so_far)
    is_worth_asking_back = alone == "close" and len(fold(follower.text).split()) > _FRAGMENT
    onwards = house.search.find(follower.text, context_of(asked)).verdict
    return "sure" in (alone, onwards) or is_worth_asking_back


def _is_part(house: House, so_far: str) -> bool:
    """Whether it asks nothing yet."""
    if len(fold(so_far).split()) <= _FRAGMENT or house.bursts.is_unfinished(so_far):
        return True
    return _heard(house, so_far) == "greeting"
