"""A resident asks in their own words: answer, ask back, or say honestly that we do not know."""

from collections.abc import Sequence

from handlers.message import Choice
from handlers.rendering import say_answer, say_section, topic_choices
from handlers.status import Ending, Status
from handlers.turn import Turn
from knowledge.card import Card
from knowledge.search import Findings

_TO_CHOOSE_FROM = 3
_WORTH_A_LOOK = 0.05
"""From this trust on, the field of a card is worth looking around in."""
_OPINIONS = "feedback"
_WORTH_OFFERING = 0.5
"""From this trust on, a card is offered even to what sounds like another office's business."""


def ask(turn: Turn) -> Ending:
    """Answer the question, if the base holds its answer."""
    needs = [one for one in turn.find_each() if _of_today(turn, _card(one)).is_current(turn.today)]
    if len(needs) > 1:
        return _answer_each(turn, needs)
    found = turn.find()
    if found.verdict == "sure":
        return _answer(turn, found)
    if found.verdict == "close":
        return _clarify(turn, found)
    return _queue(turn, found) if found.about_policy else _refuse(turn, found)


def ask_or_refuse(turn: Turn) -> Ending:
    """It sounds like another office's business: answered only if a card surely speaks of it,
    and asked back only if one nearly does."""
    found = turn.find()
    if found.verdict == "sure":
        return _answer(turn, found)
    is_near = found.verdict == "close" and found.candidates[0].score >= _WORTH_OFFERING
    return _clarify(turn, found) if is_near else _refuse(turn, found)


def is_asked_beyond_doubt(turn: Turn) -> bool:
    """Whether a card is beyond doubt what is asked for, whatever else it sounds like.

    Every opinion is like the cards about giving opinions, and every old name like the cards by
    which it is looked up, so those never count.
    """
    found = turn.find()
    if not found.is_beyond_doubt:
        return False
    card = _card(found)
    return card.topic != _OPINIONS and not card.lookup


def _answer(turn: Turn, found: Findings) -> Ending:
    card = _of_today(turn, found.candidates[0].card)
    if not card.is_current(turn.today):
        turn.conversation.asked = turn.incoming.text
        turn.say("no_longer_in_force", heading=card.title, choices=_ways_on(turn), card=card)
        return _ending("queued", found, card)
    status = "followup_answered" if found.is_followup else "answered"
    is_told = True
    if found.section is None or _is_said_shortly(found, card):
        say_answer(turn, card)
    else:
        is_told = _answer_section(turn, card, found)
    return _ending(status if is_told else "partly_answered", found, card)


def _answer_each(turn: Turn, needs: Sequence[Findings]) -> Ending:
    """Each need shortly, one after the other; more of any of them by a press."""
    cards = [_of_today(turn, _card(found)) for found in needs]
    choices = tuple(Choice(card.title, f"card:{card.id}") for card in cards)
    for card in cards[:-1]:
        turn.say("answer", heading=card.title, card=card)
    turn.hold(cards[-1].id)
    turn.say("answer", heading=cards[-1].title, choices=choices, card=cards[-1])
    candidates = tuple(
        (card.id, found.candidates[0].score) for card, found in zip(cards, needs, strict=True)
    )
    return Ending("answered", cards[0].id, candidates[0][1], candidates)


def _card(found: Findings) -> Card:
    return found.candidates[0].card


def _of_today(turn: Turn, card: Card) -> Card:
    """The card as it reads today; once its rule is over, the one that came after it."""
    return turn.library.of_day(card.id, turn.today)


def _is_said_shortly(found: Findings, card: Card) -> bool:
    """Whether the short answer does: it says how much, and what there is no section for.

    Who asks for papers, place, time or fee, or asks on, is told when the card does not know.
    """
    if found.is_followup or found.section is None:
        return False
    must_be_told = ("papers", "where", "time", "fee")
    unknown = found.section not in must_be_told and not card.tells(found.section)
    return found.section == "benefit" or unknown


def _answer_section(turn: Turn, card: Card, found: Findings) -> bool:
    """The section asked for; whoever has not read the short answer yet reads it first."""
    if found.section is None:
        return False
    if turn.conversation.card != card.id:
        turn.hold(card.id)
        turn.say("answer", heading=card.title, card=card)
    return say_section(turn, card, found.section)


def _clarify(turn: Turn, found: Findings) -> Ending:
    turn.conversation.asked = turn.incoming.text
    cards = (_of_today(turn, candidate.card) for candidate in found.candidates)
    current = dict.fromkeys(card.id for card in cards if card.is_current(turn.today))
    turn.conversation.leaning = next(iter(current), "")
    offered = [turn.library.cards[name] for name in list(current)[:_TO_CHOOSE_FROM]]
    choices = [Choice(card.title, f"card:{card.id}") for card in offered]
    turn.say("clarify", choices=(*choices, turn.choice("label_none_of_these", "none")))
    return _ending("clarifying", found)


def _queue(turn: Turn, found: Findings) -> Ending:
    turn.conversation.asked = turn.incoming.text
    near = dict.fromkeys(c.card.topic for c in found.candidates if c.score >= _WORTH_A_LOOK)
    topics = topic_choices(turn, list(near)[:_TO_CHOOSE_FROM])
    turn.say("queued", choices=(*topics, *_ways_on(turn)))
    return _ending("queued", found)


def _refuse(turn: Turn, found: Findings) -> Ending:
    turn.conversation.asked = turn.incoming.text
    turn.say("refused", choices=_ways_out(turn))
    return _ending("refused", found)


def none_of_these(turn: Turn) -> Ending:
    """None of the cards we offered is meant: an official will answer."""
    turn.say("queued", choices=_ways_on(turn))
    return Ending("queued")


def _ways_on(turn: Turn) -> tuple[Choice, ...]:
    """By one press the question becomes a case with a code and a date."""
    return turn.choice("label_menu", "menu"), turn.choice("label_pass_on", "pass")


def _ways_out(turn: Turn) -> tuple[Choice, ...]:
    return turn.choice("label_menu", "menu"), turn.choice("label_official", "official")


def _ending(status: Status, found: Findings, card: Card | None = None) -> Ending:
    candidates = tuple((c.card.id, round(c.score, 4)) for c in found.candidates[:10])
    score = candidates[0][1] if candidates else None
    return Ending(status, card.id if card else None, score, candidates)
