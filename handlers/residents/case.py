"""A resident asks what became of a case, by its code, on any channel."""

from handlers.casebook import Told
from handlers.codes import beside, code_in
from handlers.deeds import Explain, Guess
from handlers.lodging import day_of, unit_name
from handlers.message import Choice
from handlers.status import Ending
from handlers.turn import Turn

_SHOWN = 5


def look(turn: Turn) -> Ending:
    """Where the case of the code that was sent or pressed stands."""
    code = code_in(turn.argument or turn.incoming.text)
    if not code and not turn.argument:
        return ask_for_code(turn)
    told = turn.casebook.told(code, turn.asker.id) if code else None
    if (told is None or not told.is_mine) and not _may_guess(turn):
        turn.say("code_wait", choices=_ways_out(turn))
    elif told is None:
        turn.deeds.append(Guess())
        turn.say("code_unknown", choices=_ways_out(turn))
    elif told.is_mine and told.stage == "asked" and beside(turn.incoming.text, told.code):
        return _answer(turn, told)
    else:
        tell(turn, told)
    return Ending("command")


def _answer(turn: Turn, told: Told) -> Ending:
    """What an official had asked them: it goes into the case, whose clock runs again."""
    turn.deeds.append(Explain(told.code, turn.words))
    ways = (turn.choice("label_see", f"case:{told.code}"), turn.choice("label_menu", "menu"))
    turn.say("verdict_explained", choices=ways, code=told.code)
    return Ending("form")


def ask_for_code(turn: Turn) -> Ending:
    """No code was given: which one? One's own can be pressed."""
    mine = turn.casebook.of_asker(turn.asker.id)[:_SHOWN] if turn.asker.id else ()
    choices = tuple(Choice(one.code, f"case:{one.code}") for one in mine)
    choices = choices or (turn.choice("label_menu", "menu"),)
    turn.say("code_ask", choices=choices, mine=mine)
    return Ending("command")


def tell(turn: Turn, told: Told) -> None:
    """The stage, who holds it, until when, the approved reply, and what to do."""
    turn.say(
        "case_told",
        heading=turn.phrase("case_heading", told=told),
        choices=_ways(turn, told),
        told=told,
        kind=turn.library.kinds[told.kind],
        stage=turn.phrase(f"told_stage_{told.stage}"),
        unit=unit_name(turn, told),
        due=day_of(told.due_at),
        said_on=day_of(told.said_at),
    )


def _ways(turn: Turn, told: Told) -> tuple[Choice, ...]:
    menu = turn.choice("label_menu", "menu")
    if not told.can_be_judged:
        return (menu,)
    verdicts = ("received", "not_yet", "wrong")
    return (
        *(turn.choice(f"label_{one}", f"verdict:{one}:{told.code}") for one in verdicts),
        menu,
    )


def _may_guess(turn: Turn) -> bool:
    """Who asks for many codes that nobody has waits, also for one that somebody has."""
    return turn.casebook.may_guess(turn.asker.id, turn.house.clock.now())


def _ways_out(turn: Turn) -> tuple[Choice, ...]:
    return turn.choice("label_official", "official"), turn.choice("label_menu", "menu")
