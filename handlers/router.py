"""Which step an Incoming is for: emergencies first, then what was pressed, awaited, or said."""

from collections.abc import Callable, Mapping

from handlers.cadres import link as cadre_link
from handlers.cadres import look_up as cadre_look_up
from handlers.codes import code_in
from handlers.residents import (
    ask,
    attached,
    browse,
    cards,
    case,
    dialogue,
    eligibility,
    emergency,
    former,
    link,
    lost,
    manners,
    official,
    opine,
    own_case,
    presence,
    privacy,
    verdict,
)
from handlers.status import Ending
from handlers.turn import Turn
from knowledge.personal import is_all_personal
from knowledge.text import fold

Step = Callable[[Turn], Ending]

PRESSED: Mapping[str, Step] = {
    "card": cards.open_card,
    "part": cards.open_section,
    "good": cards.was_right,
    "bad": cards.was_wrong,
    "check": eligibility.press,
    "menu": browse.menu,
    "topic": browse.topic,
    "none": ask.none_of_these,
    "official": official.request,
    "pass": official.pass_on,
    "opine": opine.opine,
    "say": opine.press,
    "case": case.look,
    "verdict": verdict.press,
    "dialogue": dialogue.press,
    "help": manners.explain,
    "privacy": privacy.notice,
    "mine": privacy.show,
    "home": privacy.correct,
    "erase": privacy.erase,
    "cancel": official.cancel,
}
"""By the word before the colon of a choice's value."""

AWAITED: Mapping[str, Step] = {
    "official": official.receive,
    "eligibility": eligibility.receive,
    "opine": opine.receive,
    "opine_place": opine.receive_place,
    "verdict_why": verdict.explain,
    "dialogue": dialogue.receive,
    "home": privacy.receive_home,
}
"""By the name given to `wait_for`."""

COMMANDS: Mapping[str, Step] = {
    "/start": manners.greet,
    "/menu": browse.menu,
    "/help": manners.explain,
    "/canbo": official.request,
    "/duocgi": eligibility.start,
    "/gopy": opine.opine,
    "/ma": case.look,
    "/riengtu": privacy.notice,
    "/lienket": cadre_link.link,
}
"""By the first word of a text that begins with a slash."""

LINKED: Mapping[str, Step] = {
    "card": cards.open_card,
    "case": case.look,
    "dialogue": dialogue.follow,
    "check": eligibility.start,
    "commune": link.greet,
}
"""By the word before the first _ of what a link to the bot carries."""

MANNERS: Mapping[str, Step] = {
    "greeting": manners.greet,
    "thanks": manners.thank,
    "goodbye": manners.part,
    "own_case": own_case.point,
    "opinion": opine.opine,
    "official": official.request,
    "eligibility": eligibility.start,
    "menu": browse.menu,
    "help": manners.explain,
    "insult_or_spam": manners.calm,
    "unreadable": lost.unreadable,
    "elsewhere": ask.ask_or_refuse,
    "former_unit": former.follow,
    "question": ask.ask,
}
"""By the manner the recogniser hears."""

SPOKEN: Mapping[str, Step] = {
    "rieng tu": privacy.notice,
    "quyen rieng tu": privacy.notice,
    "xem tin cua toi": privacy.show,
    "sua noi o": privacy.correct,
    "xoa tin cua toi": privacy.erase,
    "xem ma": case.ask_for_code,
    "doi thoai": dialogue.coming,
    "xem doi thoai": dialogue.coming,
    "lich doi thoai": dialogue.coming,
    "hoi nghi doi thoai": dialogue.coming,
}
"""By a whole text without tones: words we ourselves tell residents to send."""

ANSWERS: frozenset[Step] = frozenset(
    {
        cards.open_card,
        cards.open_section,
        eligibility.press,
        eligibility.receive,
        eligibility.start,
        browse.menu,
        browse.topic,
        browse.narrow_down,
        ask.ask,
        ask.ask_or_refuse,
        former.follow,
    }
)
"""What says something of the base; not done while an official has stopped answering."""

_HEARD_IN_QUESTIONS = frozenset({"own_case", "opinion", "former_unit"})
"""Manners heard in many a question about policy ("nộp rồi mà chưa thấy, thường mấy ngày?")."""
_COMING_AND_GOING: Mapping[str, Step] = {"joined": manners.greet, "left": presence.leave}
STOP_WORDS = frozenset({"thoi", "huy", "bo qua", "khong can nua"})


def choose(turn: Turn) -> Step:
    """The one step for this Incoming."""
    if turn.incoming.kind in _COMING_AND_GOING:
        return _COMING_AND_GOING[turn.incoming.kind]
    if turn.pressed:
        return PRESSED.get(turn.pressed.partition(":")[0], lost.nothing_to_choose)
    if turn.link:
        return _linked(turn)
    text = turn.incoming.text
    if not text and (turn.incoming.attachments or turn.incoming.place):
        return _sent(turn)
    if not text:
        return lost.unreadable
    heard = turn.recognise().kind
    if heard == "emergency":
        return emergency.help_at_once
    if cadre_look_up.is_meant(turn):
        return cadre_look_up.look_up
    if text.startswith("/"):
        return COMMANDS.get(text.split()[0].lower(), manners.explain)
    return _coded(turn) or _awaited(turn) or SPOKEN.get(fold(text)) or _said(turn, heard)


def _sent(turn: Turn) -> Step:
    """A photo, a voice or a place without words: part of what is being told, else kept."""
    awaited = AWAITED.get(turn.conversation.awaits)
    return awaited or (attached.receive_voice if attached.is_voice(turn) else attached.receive)


def _coded(turn: Turn) -> Step | None:
    """A code was sent: in the midst of a form only when hardly anything else is said."""
    text = turn.incoming.text
    if not code_in(text, is_alone=bool(turn.conversation.awaits)):
        return None
    return verdict.say if verdict.word_in(turn) else case.look


def _linked(turn: Turn) -> Step:
    """Nobody types these words, so they are not searched for an emergency, either."""
    step = LINKED.get(turn.link.partition("_")[0], link.old)
    if step is not cards.open_card:
        return step
    card = turn.library.card(turn.argument)
    return step if card and card.is_current(turn.today) else link.old


def _awaited(turn: Turn) -> Step | None:
    """The step that waits for this text, unless the resident has thought better of it."""
    step = AWAITED.get(turn.conversation.awaits)
    if step is None:
        return None
    if fold(turn.incoming.text) in STOP_WORDS:
        return official.cancel
    is_other = step is eligibility.receive and not eligibility.can_read(turn)
    return None if is_other else step


def _said(turn: Turn, heard: str) -> Step:
    if turn.incoming.is_masked and is_all_personal(turn.incoming.text):
        return privacy.remind
    if verdict.word_in(turn) and turn.asker.id and turn.casebook.to_judge(turn.asker.id):
        return verdict.say
    if turn.incoming.text.strip().isdecimal() and len(turn.incoming.text.strip()) < 3:
        return lost.nothing_to_choose
    if heard == "question" and turn.house.library.topic_called(turn.incoming.text):
        return browse.narrow_down
    if heard == "former_unit" and not former.named(turn):
        return ask.ask
    is_bare = heard == "former_unit" and former.is_all_that_is_said(turn)
    if heard in _HEARD_IN_QUESTIONS and not is_bare and ask.is_asked_beyond_doubt(turn):
        return ask.ask
    return MANNERS[heard]
