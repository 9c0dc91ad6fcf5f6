"""Unanswered: questions no card answered; grouped, answered once, made into draft cards."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.pages.case_deeds import draft_of, number_of
from bot.console.visit import HEADERS, Visit
from handlers.officials import unanswered
from handlers.officials.casework import HANDLERS
from handlers.officials.sight import sight_of
from handlers.refusal import Refusal
from storage.officials import Role

PATH = "/console/unanswered"
_READERS: frozenset[Role] = frozenset({*HANDLERS, "editor"})


def routes(guard: Guard) -> list[Route]:
    """The queue, one reply for a group of it, and a draft card of a group."""
    return [
        guard.route(PATH, show, roles=_READERS),
        guard.route(f"{PATH}/{{id}}", show_one, roles=_READERS),
        guard.route(f"{PATH}/{{id}}", answer, roles=HANDLERS, methods=("POST",)),
        guard.route(f"{PATH}/{{id}}/card", draft_card, roles=_READERS),
    ]


def show(visit: Visit) -> Response:
    """What was asked most stands first."""
    return visit.show("unanswered.html", groups=_queue(visit))


def show_one(visit: Visit) -> Response:
    """One group with a form to answer it; it goes by the id of its newest question."""
    group = _group(visit)
    casework = visit.desk.house.library.casework
    return visit.show(
        "unanswered_one.html",
        group=group,
        canned=casework.replies_for(group.topic),
        chosen=casework.reply(visit.asked("canned")),
        may_answer=visit.official.role in HANDLERS,
    )


def answer(visit: Visit) -> Response:
    """One case for all who asked these questions, and one reply."""
    number, without = visit.number("id"), set(map(number_of, visit.form.get("without", ())))
    # What was asked since the page was shown waits for the next reply.
    seen = [one.id for one in _group(visit).questions if one.id <= number]
    if len(seen) != number_of(visit.typed("count")):
        raise Refusal("questions_answered_already")
    ids = [one for one in seen if one not in without]
    answering = partial(
        unanswered.answer,
        hand=visit.hand,
        ids=ids,
        topic=visit.typed("topic"),
        draft=draft_of(visit),
    )
    case = visit.write(answering)
    phrase = "case_in_review" if case.stage == "review" else "case_answered"
    return visit.go(f"/console/cases/{case.id}", notice=visit.phrase(phrase))


def draft_card(visit: Visit) -> Response:
    """A content file to go on writing."""
    group = _group(visit)
    newest = group.questions[0]
    text = unanswered.draft_card(
        visit.hand, topic=group.topic, ways=group.ways, number=newest.id, short=""
    )
    name = f'attachment; filename="card-draft-{newest.id}.yaml"'
    return PlainTextResponse(text, 200, {**HEADERS, "content-disposition": name})


def _queue(visit: Visit) -> list[unanswered.Asked]:
    topics = sight_of(visit.official).topics
    with visit.read() as connection:
        groups = unanswered.queue(connection, visit.desk.house.search.rarity)
    return [one for one in groups if topics is None or not one.topic or one.topic in topics]


def _group(visit: Visit) -> unanswered.Asked:
    """The group around a question, as it is now."""
    number = visit.number("id")
    for group in _queue(visit):
        if any(one.id == number for one in group.questions):
            return group
    raise HTTPException(404)
