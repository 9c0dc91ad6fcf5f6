"""A resident sees which dialogues are coming, registers, asks beforehand, or asks with others."""

from handlers.deeds import AskDialogue, Register, Support
from handlers.message import Choice
from handlers.noticeboard import Notice
from handlers.placing import said_place
from handlers.status import Ending
from handlers.turn import VIETNAM, Turn

_A_PAGE = 4
_LONGEST = 2_000
_SHORT = 60
"""Letters of a question on a button."""


def coming(turn: Turn) -> Ending:
    """The dialogues that are announced, those of the resident's own commune where there are."""
    found = turn.casebook.board.coming(turn.asker.area, turn.house.clock.now())
    if not found:
        turn.say("dialogue_none", choices=_ways_out(turn))
        return Ending("command")
    if len(found) == 1:
        return _show(turn, found[0])
    lines = [(notice, _when(notice), said_place(turn, notice.area, "")) for notice in found]
    choices = tuple(Choice(one.title[:_SHORT], f"dialogue:see:{one.code}") for one in found)
    turn.say("dialogue_list", choices=choices, lines=lines)
    return Ending("command")


def follow(turn: Turn) -> Ending:
    """The link of a dialogue's poster: "dialogue_<code>"."""
    return _show(turn, _notice(turn, turn.argument))


def press(turn: Turn) -> Ending:
    """Something was pressed: "dialogue:<what>:<code>"."""
    what, _, which = turn.argument.partition(":")
    if what in ("open", "nameless"):
        return _send(turn, what)
    code, _, more = which.partition(":")
    if not code:
        return coming(turn)
    notice = _notice(turn, code)
    if notice is None or what == "see":
        return _show(turn, notice)
    if what in ("come", "afar"):
        return _register(turn, notice, what)
    if what == "too":
        return _support(turn, notice, more)
    return _show_others(turn, notice, more) if what == "others" else _ask(turn, notice)


def receive(turn: Turn) -> Ending:
    """The words of a question: shown once more, then sent openly or without a name."""
    notice = _notice(turn, turn.conversation.meeting)
    if notice is None or not notice.takes_questions:
        return _show(turn, notice)
    turn.conversation.question = turn.words[:_LONGEST]
    turn.wait_for("dialogue")
    choices = (
        turn.choice("label_send_open", "dialogue:open"),
        turn.choice("label_send_nameless", "dialogue:nameless"),
        turn.choice("label_cancel", "cancel"),
    )
    turn.say("dialogue_question", choices=choices, text=turn.conversation.question)
    return Ending("form")


def _ask(turn: Turn, notice: Notice) -> Ending:
    if not notice.takes_questions:
        return _show(turn, notice)
    turn.wait_for("dialogue")
    turn.conversation.meeting, turn.conversation.question = notice.code, ""
    turn.say("dialogue_ask", choices=(turn.choice("label_cancel", "cancel"),), notice=notice)
    return Ending("form")


def _send(turn: Turn, openness: str) -> Ending:
    notice = _notice(turn, turn.conversation.meeting)
    text = turn.conversation.question
    turn.conversation.question = ""
    if notice is None or not notice.takes_questions or not text:
        return _show(turn, notice)
    turn.deeds.append(AskDialogue(notice.id, text, openness))
    turn.say("dialogue_asked", choices=_ways(turn, notice), notice=notice, openness=openness)
    return Ending("opinion")


def _register(turn: Turn, notice: Notice, way: str) -> Ending:
    turn.deeds.append(Register(notice.id, way))
    when = _when(notice)
    choices = _ways(turn, notice._replace(way=way))
    turn.say("dialogue_registered", choices=choices, notice=notice, when=when, way=way)
    return Ending("form")


def _show_others(turn: Turn, notice: Notice, page: str) -> Ending:
    asked = turn.casebook.board.questions(notice.id, turn.asker.id)
    pages = max(1, -(-len(asked) // _A_PAGE))
    number = int(page) if page.isdecimal() and 0 < int(page[:3]) <= pages else 1
    shown = asked[(number - 1) * _A_PAGE : number * _A_PAGE]
    choices = [
        Choice(turn.phrase("label_ask_too", number=place), f"dialogue:too:{notice.code}:{one.id}")
        for place, one in enumerate(shown, 1)
    ]
    if pages > 1:
        more = f"dialogue:others:{notice.code}:{number % pages + 1}"
        choices.append(turn.choice("label_more", more))
    choices.append(turn.choice("label_back_dialogue", f"dialogue:see:{notice.code}"))
    turn.say("dialogue_others", choices=tuple(choices), shown=shown, notice=notice)
    return Ending("command")


def _support(turn: Turn, notice: Notice, which: str) -> Ending:
    asked = turn.casebook.board.questions(notice.id, turn.asker.id)
    question = next((one for one in asked if str(one.id) == which), None)
    if question is None or not notice.takes_questions:
        return _show_others(turn, notice, "")
    turn.deeds.append(Support(question.id))
    turn.say("dialogue_supported", choices=_ways(turn, notice), question=question)
    return Ending("opinion")


def _show(turn: Turn, notice: Notice | None) -> Ending:
    if notice is None:
        turn.say("dialogue_gone", choices=_ways_out(turn))
        return Ending("command")
    turn.say(
        "dialogue_notice",
        heading=notice.title,
        choices=_ways(turn, notice),
        notice=notice,
        when=_when(notice),
        place=said_place(turn, notice.area, ""),
        topics=[turn.library.topics[one].title for one in notice.topics],
    )
    return Ending("command")


def _notice(turn: Turn, code: str) -> Notice | None:
    now = turn.house.clock.now()
    return turn.casebook.board.notice(code, turn.asker.id, now=now) if code else None


def _when(notice: Notice) -> str:
    """The day and the hour in Viet Nam."""
    return f"{notice.held_at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}"


def _ways(turn: Turn, notice: Notice) -> tuple[Choice, ...]:
    """What can be done now: not what is done already, nor what is over."""
    names = [name for name in ("come", "afar") if name != notice.way]
    names += ["ask", "others"] if notice.takes_questions else ["others"]
    return (
        *(turn.choice(f"label_dialogue_{n}", f"dialogue:{n}:{notice.code}") for n in names),
        turn.choice("label_menu", "menu"),
    )


def _ways_out(turn: Turn) -> tuple[Choice, ...]:
    return turn.choice("label_opine", "opine"), turn.choice("label_menu", "menu")
