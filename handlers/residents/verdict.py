"""A resident says whether the answer to their case came and is right; a bad one reopens it."""

from handlers.casebook import Told
from handlers.codes import code_in
from handlers.deeds import Explain, Judge
from handlers.lodging import day_of, unit_name
from handlers.office import office_of
from handlers.status import Ending
from handlers.turn import Turn
from knowledge.text import fold
from storage.receipts import Verdict

_WORDS: dict[str, Verdict] = {
    "da nhan": "received",
    "da nhan duoc": "received",
    "nhan duoc roi": "received",
    "chua": "not_yet",
    "chua nhan": "not_yet",
    "chua nhan duoc": "not_yet",
    "chua giai quyet": "not_yet",
    "chua xong": "not_yet",
    "sai": "wrong",
    "khong dung": "wrong",
    "chua dung": "wrong",
}
"""What may be sent instead of a press, alone or beside the code; thanks and "ok" are not here."""
_NUMBERS: dict[str, Verdict] = {"1": "received", "2": "not_yet", "3": "wrong"}
"""As the question that was pushed numbers its choices; a later list takes the numbers over."""
_PRESSED: dict[str, Verdict] = {"received": "received", "not_yet": "not_yet", "wrong": "wrong"}


def word_in(turn: Turn) -> Verdict | None:
    """The verdict that a whole message is, beside its code."""
    code = code_in(turn.incoming.text).lower()
    said = fold(turn.incoming.text).replace(code, "") if code else fold(turn.incoming.text)
    return _WORDS.get(" ".join(said.removeprefix("ma ").split())) or _NUMBERS.get(said)


def press(turn: Turn) -> Ending:
    """A verdict was pressed: "verdict:<which>:<code>"."""
    which, _, code = turn.argument.partition(":")
    verdict = _PRESSED.get(which)
    told = turn.casebook.told(code_in(code), turn.asker.id) if verdict else None
    return _judge(turn, told, verdict)


def say(turn: Turn) -> Ending:
    """A verdict was typed, about the code beside it or the one that was last asked about."""
    code = code_in(turn.incoming.text) or turn.casebook.to_judge(turn.asker.id)
    return _judge(turn, turn.casebook.told(code, turn.asker.id), word_in(turn))


def _judge(turn: Turn, told: Told | None, verdict: Verdict | None) -> Ending:
    menu = (turn.choice("label_menu", "menu"),)
    if told is None or verdict is None or not told.is_mine:
        turn.say("verdict_not_yours", choices=menu)
        return Ending("command")
    if not told.can_be_judged:
        see = turn.choice("label_see", f"case:{told.code}")
        turn.say("verdict_still_open", choices=(see, *menu), told=told)
        return Ending("command")
    now = turn.house.clock.now()
    # Whatever it was, a second time it is to be answered as soon as a report.
    due_at = office_of(turn.house, now).due_at("report")
    turn.deeds.append(Judge(told.code, verdict, due_at))
    if verdict == "wrong":
        turn.wait_for("verdict_why")
        turn.conversation.judging = told.code
        menu = (turn.choice("label_skip", "cancel"),)
    due, unit = day_of(due_at), unit_name(turn, told)
    turn.say(f"verdict_{verdict}", choices=menu, told=told, due=due, unit=unit)
    return Ending("command")


def explain(turn: Turn) -> Ending:
    """Why the answer is wrong: it goes to who works on it again."""
    code = turn.conversation.judging
    turn.deeds.append(Explain(code, turn.words))
    turn.conversation.judging = ""
    ways = (turn.choice("label_see", f"case:{code}"), turn.choice("label_menu", "menu"))
    turn.say("verdict_explained", choices=ways, code=code)
    return Ending("form")
