"""A resident wants a person: their question becomes a case with a code, a unit and a date."""

from handlers.lodging import day_of, draft_of, lodge, unit_name
from handlers.status import Ending, Status
from handlers.turn import Turn


def request(turn: Turn) -> Ending:
    """Ask what to pass on; a question nobody could answer is passed on by one press."""
    turn.wait_for("official")
    asked = turn.conversation.asked
    ways = [turn.choice("label_cancel", "cancel")]
    if asked:
        ways.insert(0, turn.choice("label_pass_on_this", "pass"))
    consent = "" if turn.asker.has_consented else turn.phrase("opinion_consent")
    turn.say("official_ask", choices=tuple(ways), asked=asked, consent=consent)
    return Ending("form")


def receive(turn: Turn) -> Ending:
    """What they wrote goes to the officials."""
    return _lodge(turn, turn.words, "queued", inbox_id=turn.inbox_id)


def pass_on(turn: Turn) -> Ending:
    """The question that we could not answer goes to the officials, as it was asked."""
    asked = turn.conversation.asked
    if not asked:
        return request(turn)
    # It is counted among the questions already: this is only a press.
    return _lodge(turn, asked, "command")


def _lodge(turn: Turn, text: str, status: Status, *, inbox_id: int = 0) -> Ending:
    draft = draft_of(turn, text)
    draft.kind, draft.inbox_id = "question", inbox_id
    told = lodge(turn, draft)
    turn.conversation.asked = ""
    ways = (turn.choice("label_see", f"case:{told.code}"), turn.choice("label_menu", "menu"))
    turn.say(
        "official_received",
        choices=ways,
        told=told,
        unit=unit_name(turn, told),
        due=day_of(told.due_at),
    )
    return Ending(status)


def cancel(turn: Turn) -> Ending:
    """Never mind."""
    turn.conversation.draft = None
    turn.say("cancelled", choices=(turn.choice("label_menu", "menu"),))
    return Ending("command")
