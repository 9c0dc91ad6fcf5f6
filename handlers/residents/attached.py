"""A resident sends a photo, a voice, a file or a place: it is kept, unseen and unheard by us."""

from handlers.message import Choice
from handlers.status import Ending
from handlers.turn import Turn


def note(turn: Turn) -> None:
    """With words beside it: one sentence that it is kept; the words are answered as ever."""
    if turn.incoming.attachments and turn.incoming.text:
        turn.say("attachment_kept", what=_what(turn), is_voice=is_voice(turn))


def receive(turn: Turn) -> Ending:
    """Without words: it is kept, and we cannot look at it ourselves."""
    turn.say("attachment_received", choices=_ways_out(turn), what=_what(turn))
    return Ending("unreadable")


def receive_voice(turn: Turn) -> Ending:
    """A voice is a question as good as any: an official listens to it."""
    turn.say("voice_received", choices=_ways_out(turn))
    return Ending("queued")


def is_voice(turn: Turn) -> bool:
    """Whether it has to be listened to."""
    return any(one.kind == "voice" for one in turn.incoming.attachments)


def _what(turn: Turn) -> str:
    attached = turn.incoming.attachments
    kind = attached[0].kind if attached else "place"
    return turn.phrase(f"thing_{kind}")


def _ways_out(turn: Turn) -> tuple[Choice, ...]:
    return turn.choice("label_menu", "menu"), turn.choice("label_official", "official")
