"""A resident says what they think: a short form, each question of it skippable, then a code."""

from handlers.casebook import Similar
from handlers.lodging import add_words, day_of, draft_of, lodge, unit_name
from handlers.message import Choice
from handlers.placing import commune, named_in, place_choices, said_place
from handlers.status import Ending
from handlers.turn import Draft, Turn
from knowledge.kinds import OPINIONS
from knowledge.text import fold
from knowledge.unit import Unit
from storage.cases import Kind
from storage.receipts import Openness

_BARE_WORDS = 7
"""Up to this many words ("tui muốn góp ý") announce an opinion and do not say it yet."""
_PLACE_WORDS = 6
"""Up to this many words, an answer to "where?" is a place; more are part of the opinion."""
_YES = frozenset({"gui", "gui di", "dong y", "ok", "oke", "okie", "da", "u", "duoc", "xac nhan"})
_OPENNESS: tuple[Openness, ...] = ("open", "nameless", "sealed")
_A_PAGE = 5


def opine(turn: Turn) -> Ending:
    """Hear what was said, or ask for it."""
    turn.conversation.draft = None
    if turn.pressed or len(turn.incoming.text.split()) <= _BARE_WORDS:
        turn.wait_for("opine")
        turn.conversation.draft = Draft()
        consent = "" if turn.asker.has_consented else turn.phrase("opinion_consent")
        choices = (turn.choice("label_cancel", "cancel"),)
        turn.say("opinion_ask", choices=choices, consent=consent)
        return Ending("form")
    return receive(turn)


def receive(turn: Turn) -> Ending:
    """Words, a photo or a place: all of it belongs to the opinion until it is sent."""
    draft = turn.conversation.draft
    if draft is None and not turn.asker.has_consented:
        turn.say("opinion_consent")
    if draft is None or not draft.text:
        draft = turn.conversation.draft = draft_of(turn, turn.words)
    elif fold(turn.incoming.text) in _YES:
        return _send(turn, draft, "open")
    else:
        add_words(turn, draft, turn.words)
    return _go_on(turn, draft)


def receive_place(turn: Turn) -> Ending:
    """Where it is; whoever goes on telling instead is heard too."""
    draft = turn.conversation.draft
    text = turn.incoming.text
    named = named_in(turn, text, is_answer=True)
    is_place = text and (named.communes or len(text.split()) <= _PLACE_WORDS)
    if draft is None or not is_place:
        return receive(turn)
    draft.hamlet = named.hamlet or draft.hamlet
    if len(named.communes) > 1:
        return _ask_place(turn, draft, among=named.communes)
    if named.communes:
        draft.area = named.communes[0].id
    elif not named.hamlet:
        turn.say("place_unknown")
        return _ask_place(turn, draft)
    draft.done.append("place")
    return _go_on(turn, draft)


def press(turn: Turn) -> Ending:
    """Something of the form was pressed: "say:<what>:<which>"."""
    what, _, which = turn.argument.partition(":")
    draft = turn.conversation.draft
    if draft is None or not draft.text:
        ways = (turn.choice("label_opine", "opine"), turn.choice("label_menu", "menu"))
        turn.say("opinion_gone", choices=ways)
        return Ending("command")
    if what in _OPENNESS:
        return _send(turn, draft, next(one for one in _OPENNESS if one == what))
    shown = _shown(turn, draft, what, which=which)
    return shown or _changed(turn, draft, what, which=which)


def _shown(turn: Turn, draft: Draft, what: str, *, which: str) -> Ending | None:
    """Lists to choose from: places, kinds, topics."""
    if what == "where" or (what == "place" and which.isdecimal()):
        return _ask_place(turn, draft, page=which)
    if what == "kinds":
        kinds = turn.library.kinds
        choices = tuple(Choice(kinds[kind].title, f"say:kind:{kind}") for kind in OPINIONS)
        turn.say("opinion_kinds", choices=choices)
        return Ending("form")
    return _show_topics(turn, which) if what == "topics" else None


def _show_topics(turn: Turn, page: str) -> Ending:
    topics = list(turn.library.topics.values())
    pages = -(-len(topics) // _A_PAGE)
    number = int(page) if page.isdecimal() and 0 < int(page[:3]) <= pages else 1
    shown = topics[(number - 1) * _A_PAGE : number * _A_PAGE]
    choices = tuple(Choice(topic.title, f"say:topic:{topic.id}") for topic in shown)
    more = turn.choice("label_more", f"say:topics:{number % pages + 1}")
    turn.say("opinion_topics", choices=(*choices, more))
    return Ending("form")


def _changed(turn: Turn, draft: Draft, what: str, *, which: str) -> Ending:
    """Something was chosen, or passed over."""
    if what == "kind":
        draft.kind = _kind(which) or draft.kind
    elif what == "topic" and which in turn.library.topics:
        draft.topic = which
    elif what == "place":
        chosen = commune(turn, which)
        draft.area = chosen.id if chosen else ""
    elif what == "too" and which.isdecimal():
        draft.joins = int(which[:18])
    draft.done.append("similar" if what in ("too", "new") else what)
    return _go_on(turn, draft)


def _kind(name: str) -> Kind | None:
    kinds: tuple[Kind, ...] = ("suggestion", "petition", "difficulty", "report", "praise")
    return next((kind for kind in kinds if kind == name), None)


def _go_on(turn: Turn, draft: Draft) -> Ending:
    """The next question of the form that is still open; in the end the summary."""
    if not draft.area and "place" not in draft.done:
        named = named_in(turn, draft.text)
        return _ask_place(turn, draft, among=named.communes)
    if "similar" not in draft.done:
        draft.done.append("similar")
        area, asker = draft.area, turn.asker.id
        found = turn.casebook.similar(draft.text, draft.topic, area=area, asker=asker)
        if found:
            return _offer(turn, found)
    return _sum_up(turn, draft)


def _ask_place(turn: Turn, draft: Draft, *, page: str = "", among: tuple[Unit, ...] = ()) -> Ending:
    turn.wait_for("opine_place")
    skip = turn.choice("label_skip", "say:place:")
    choices = (*place_choices(turn, "say:place", page=page, among=among), skip)
    turn.say("place_ask", choices=choices, is_divided=len(among) > 1)
    return Ending("form")


def _offer(turn: Turn, found: Similar) -> Ending:
    turn.wait_for("opine")
    where = said_place(turn, found.area, "")
    if found.held:
        ways = (turn.choice("label_see", f"case:{found.held}"), turn.choice("label_new", "say:new"))
        turn.say("opinion_again", choices=ways, found=found)
        return Ending("form")
    ways = (
        turn.choice("label_too", f"say:too:{found.case_id}"),
        turn.choice("label_new", "say:new"),
    )
    turn.say("opinion_similar", choices=ways, found=found, where=where)
    return Ending("form")


def _sum_up(turn: Turn, draft: Draft) -> Ending:
    turn.wait_for("opine")
    ways = (
        turn.choice("label_send_open", "say:open"),
        turn.choice("label_send_nameless", "say:nameless"),
        turn.choice("label_send_sealed", "say:sealed"),
        turn.choice("label_change_kind", "say:kinds"),
        turn.choice("label_change_topic", "say:topics:1"),
        turn.choice("label_change_place", "say:where"),
    )
    turn.say(
        "opinion_summary",
        choices=ways,
        draft=draft,
        kind=turn.library.kinds[draft.kind],
        topic=turn.library.topics[draft.topic],
        place=said_place(turn, draft.area, draft.hamlet),
    )
    return Ending("form")


def _send(turn: Turn, draft: Draft, openness: Openness) -> Ending:
    told = lodge(turn, draft, openness=openness)
    turn.conversation.draft = None
    ways = (turn.choice("label_see", f"case:{told.code}"), turn.choice("label_menu", "menu"))
    turn.say(
        "opinion_received",
        choices=ways,
        told=told,
        unit=unit_name(turn, told),
        due=day_of(told.due_at),
        openness=openness,
    )
    return Ending("opinion")
