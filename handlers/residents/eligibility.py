"""A household learns what it may get: a few questions, three honest grades, and the papers.

What was answered stays in the conversation's notes alone, and goes when they expire.
"""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from handlers.message import Choice
from handlers.status import Ending
from handlers.turn import Turn
from knowledge.eligibility import Grade
from knowledge.inquiry import Asking
from knowledge.questioning import MOST_QUESTIONS, UNSURE, Answer, Next, Outcome, Questioning
from knowledge.text import fold

_SHORT = 4
"""So many cards of a grade are named at once, and stand on one page of its list."""
_PAPERS = 12
_GRADES: tuple[Grade, ...] = get_args(Grade)
_NAMED: dict[str, Grade] = {grade: grade for grade in _GRADES}
_RESULT = frozenset({"xem", "xem ket qua", "ket qua", "xem luon"})
_BACK = frozenset({"quay lai", "tro lai", "sua lai", "cau truoc"})
_UNSURE = frozenset({"khong ro", "khong biet", "hong biet", "hong ro", "chua ro", "chiu"})
_NOBODY = frozenset({"khong", "khong co", "khong co ai", "hong co", "hong", "khong ai"})


def start(turn: Turn) -> Ending:
    """The first question; whoever stopped half way may go on."""
    questioning = turn.library.questioning
    if questioning is None:
        turn.say("nothing_to_choose", choices=(turn.choice("label_menu", "menu"),))
        return Ending("command")
    answers = questioning.read(turn.conversation.checking)
    if not answers:
        return _begin(turn, questioning)
    if questioning.next(answers) is None:
        return _result(turn, _outcomes(turn, questioning, answers))
    ways = (turn.choice("label_check_on", "check:on"), turn.choice("label_check_new", "check:new"))
    turn.say("eligibility_half_done", choices=ways, count=len(answers))
    return Ending("form")


def _begin(turn: Turn, questioning: Questioning) -> Ending:
    turn.conversation.checking = []
    turn.say("eligibility_intro", most=MOST_QUESTIONS)
    return _go_on(turn, questioning, [])


def press(turn: Turn) -> Ending:
    """Something of it was pressed: "check:<what>:<which>"."""
    what, _, which = turn.argument.partition(":")
    questioning = turn.library.questioning
    if questioning is None or what in ("", "start"):
        return start(turn)
    answers = questioning.read(turn.conversation.checking)
    if what == "new":
        return _begin(turn, questioning)
    if what == "a":
        return _answer(turn, questioning, answers, pressed=which)
    if what == "on":
        return _go_on(turn, questioning, answers)
    if not answers:
        turn.say("eligibility_expired")
        return _begin(turn, questioning)
    return _show(turn, _outcomes(turn, questioning, answers), what, which=which)


def _answer(turn: Turn, questioning: Questioning, answers: list[Answer], *, pressed: str) -> Ending:
    """A choice was pressed, of the question asked now or of an earlier one, which is corrected."""
    given = questioning.read([pressed]) if _is_note(pressed) else []
    if not given:
        return _go_on(turn, questioning, answers)
    same = [(one.question, one.person) for one in answers]
    place = (given[0].question, given[0].person)
    if place in same:
        answers = answers[: same.index(place)]
    asked = questioning.next(answers)
    if asked is None or (asked.question.id, asked.person) != place:
        turn.say("eligibility_expired")
        return _begin(turn, questioning)
    return _go_on(turn, questioning, [*answers, given[0]])


def _is_note(pressed: str) -> bool:
    head, _, chosen = pressed.partition(":")
    return head.partition("@")[2].isdecimal() and (chosen == UNSURE or chosen.isdecimal())


def can_read(turn: Turn) -> bool:
    """Whether a text is an answer to the question that was asked; any other is no part of it."""
    said = fold(turn.incoming.text)
    if said in _RESULT or said in _BACK:
        return True
    asked = _asked(turn)
    return asked is not None and _read(asked.question, said) is not None


def _asked(turn: Turn) -> Next | None:
    questioning = turn.library.questioning
    if questioning is None:
        return None
    return questioning.next(questioning.read(turn.conversation.checking))


def receive(turn: Turn) -> Ending:
    """An answer in words or in several numbers; or a wish to see the result, or to go back."""
    said, asked = fold(turn.incoming.text), _asked(turn)
    questioning = turn.library.questioning
    if questioning is None or asked is None:
        return start(turn)
    answers = questioning.read(turn.conversation.checking)
    if said in _RESULT and answers:
        return _result(turn, _outcomes(turn, questioning, answers))
    if said in _BACK:
        return _go_on(turn, questioning, answers[:-1])
    chosen = _read(asked.question, said)
    if chosen is None:
        return _go_on(turn, questioning, answers)
    answer = Answer(asked.question.id, asked.person, chosen)
    return _go_on(turn, questioning, [*answers, answer])


def _read(question: Asking, said: str) -> tuple[int, ...] | None:
    """The choices that a text means, () for "không rõ"; None when it is no answer."""
    labels = [fold(option.say) for option in question.choices]
    numbers = [int(word) for word in said.replace(",", " ").split() if word.isdecimal()]
    if numbers and len(numbers) == len(said.replace(",", " ").replace(" va ", " ").split()):
        return _numbered(question, numbers)
    if said in _UNSURE:
        return ()
    if said in _NOBODY and question.several:
        return (len(labels) - 1,)
    if said in labels:
        return (labels.index(said),)
    near = [place for place, label in enumerate(labels) if f" {said} " in f" {label} "]
    return (near[0],) if len(near) == 1 and len(said) > 1 else None


def _numbered(question: Asking, numbers: Sequence[int]) -> tuple[int, ...] | None:
    chosen = tuple(dict.fromkeys(number - 1 for number in numbers))
    last = len(question.choices) - 1
    if chosen == (last + 1,):
        return ()
    if (not question.several and len(chosen) > 1) or any(not 0 <= one <= last for one in chosen):
        return None
    # "Nobody" beside somebody is a slip.
    return tuple(one for one in chosen if one != last) or chosen


def _go_on(turn: Turn, questioning: Questioning, answers: Sequence[Answer]) -> Ending:
    turn.conversation.checking = [answer.note() for answer in answers]
    asked = questioning.next(answers)
    if asked is None:
        return _result(turn, _outcomes(turn, questioning, answers))
    turn.wait_for("eligibility")
    turn.conversation.card = ""
    turn.say(
        "eligibility_question",
        choices=_options(turn, asked),
        question=asked.question,
        number=len(answers) + 1,
    )
    return Ending("form")


def _options(turn: Turn, asked: Next) -> tuple[Choice, ...]:
    head = f"check:a:{asked.question.id}@{asked.person}"
    options = enumerate(asked.question.choices)
    shown = [Choice(option.say, f"{head}:{number}") for number, option in options]
    return (*shown, turn.choice("label_check_unsure", f"{head}:{UNSURE}"))


def _outcomes(
    turn: Turn, questioning: Questioning, answers: Sequence[Answer]
) -> dict[Grade, list[Outcome]]:
    """By grade, what came out of the cards in force today."""
    found: dict[Grade, list[Outcome]] = {grade: [] for grade in _GRADES}
    for one in questioning.outcomes(answers):
        if one.card.is_current(turn.today):
            found[one.grade].append(one)
    return found


def _show(turn: Turn, found: dict[Grade, list[Outcome]], what: str, *, which: str) -> Ending:
    every = {one.card.id: one for grade in _GRADES for one in found[grade]}
    if what == "g":
        return _list(turn, found, which)
    if what == "w" and which in every:
        return _explain(turn, every[which])
    if what == "p":
        return _papers(turn, [*found["eligible"], *found["maybe"]], which)
    return _result(turn, found)


def _result(turn: Turn, found: dict[Grade, list[Outcome]]) -> Ending:
    choices: list[Choice] = [
        Choice(turn.phrase(f"label_check_{grade}", count=len(found[grade])), f"check:g:{grade}:1")
        for grade in _GRADES
        if found[grade]
    ]
    if found["eligible"] or found["maybe"]:
        choices.append(turn.choice("label_check_papers", "check:p:1"))
    choices += [turn.choice("label_check_new", "check:new"), turn.choice("label_menu", "menu")]
    heading = turn.phrase("eligibility_heading")
    turn.say(
        "eligibility_result", heading=heading, choices=tuple(choices), found=found, most=_SHORT
    )
    return Ending("answered")


def _list(turn: Turn, found: dict[Grade, list[Outcome]], which: str) -> Ending:
    """The cards of a grade, a page at a time: "eligible:1"."""
    name, _, page = which.partition(":")
    grade = _NAMED.get(name, "eligible")
    titles = [Choice(one.card.title, f"check:w:{one.card.id}") for one in found[grade]]
    start, more = _page(turn, page, count=len(titles), room=_SHORT, again=f"check:g:{grade}")
    shown = titles[start : start + _SHORT]
    back = turn.choice("label_check_result", "check:result")
    turn.say(f"eligibility_list_{grade}", choices=(*shown, *more, back))
    return Ending("command")


def _page(
    turn: Turn, page: str, *, count: int, room: int, again: str
) -> tuple[int, tuple[Choice, ...]]:
    """Where a page begins, and the choice that leads to the next, if there is one."""
    number = int(page) if page.isdecimal() and len(page) < 4 else 1
    start = (number - 1) * room if 0 < number <= -(-count // room) else 0
    has_more = start + room < count
    following = turn.choice("label_more", f"{again}:{start // room + 2}")
    return start, (following,) if has_more else ()


def _explain(turn: Turn, one: Outcome) -> Ending:
    """Why a card came out so, what is missing, the papers and where to take them."""
    inquiry = turn.library.inquiry
    names = inquiry.facts if inquiry else {}
    turn.say(
        "eligibility_why",
        heading=one.card.title,
        choices=(
            turn.choice("label_check_open", f"card:{one.card.id}"),
            turn.choice("label_check_result", "check:result"),
            turn.choice("label_menu", "menu"),
        ),
        card=one.card,
        one=one,
        grade=turn.phrase(f"eligibility_grade_{one.grade}"),
        missing=[names[fact] for fact in one.unknown if fact in names],
        units=turn.library.units_for(one.card, turn.today),
    )
    return Ending("answered", one.card.id, 1.0)


def _papers(turn: Turn, found: Sequence[Outcome], page: str) -> Ending:
    """One list of papers for all that may be had: what serves several first, each once."""
    lines = Counter(line for one in found for line in dict.fromkeys(one.card.papers))
    listed = lines.most_common()
    start, more = _page(turn, page, count=len(listed), room=_PAPERS, again="check:p")
    back = turn.choice("label_check_result", "check:result")
    turn.say(
        "eligibility_papers",
        heading=turn.phrase("eligibility_papers_heading"),
        choices=(*more, back, turn.choice("label_menu", "menu")),
        lines=listed[start : start + _PAPERS],
    )
    return Ending("answered")
