"""A conversation held in memory: the same turns as on the road, and nothing remembered after."""

import logging
from dataclasses import dataclass, field
from typing import Any

import msgspec

from handlers.answering import decide
from handlers.casebook import Casebook, NoCases
from handlers.message import Attachment, Incoming, Message, Place
from handlers.status import Ending
from handlers.turn import Asker, Conversation, House, Turn
from knowledge.personal import mask

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Talk:
    """One resident's conversation; `is_newcomer`: the first answer opens with the welcome.

    `asker` is what is kept of them and `casebook` the cases they may look up.
    """

    house: House
    is_newcomer: bool = False
    conversation: Conversation = field(default_factory=Conversation)
    said: list[Message] = field(default_factory=list[Message])
    asker: Asker = field(default_factory=Asker)
    casebook: Casebook = field(default_factory=NoCases)

    def hear(self, text: str = "", *, choice: str = "", sends: str = "") -> Ending:
        """What the resident sends; what we say to it is in `said` afterwards.

        `sends`: a kind of attachment, or "place"; the text is then its caption.
        """
        masked, found = mask(text)
        incoming = Incoming(
            channel="terminal",
            address="talk",
            external_id="talk",
            sent_at=self.house.clock.now(),
            text=masked,
            choice=choice,
            is_masked=found,
            **_brought(choice, sends),
        )
        turn = Turn(
            self.house,
            incoming,
            self.conversation,
            is_newcomer=self.is_newcomer,
            asker=self.asker,
            casebook=self.casebook,
        )
        try:
            ending = decide(turn)
        except Exception:
            log.exception("the turn failed")
            ending, turn.said = Ending("failed"), [Message(turn.phrase("failed"))]
        self.said = turn.said
        self.is_newcomer = self.is_newcomer and not turn.is_welcomed
        return ending


def _brought(choice: str, sends: str) -> dict[str, Any]:
    """The fields that say what came besides words."""
    if sends == "place":
        return {"kind": "place", "place": Place(latitude=10.46, longitude=105.63)}
    if sends:
        return {"kind": "attachment", "attachments": (_attachment(sends),)}
    return {"kind": "choice" if choice else "text"}


def _attachment(kind: str) -> Attachment:
    return msgspec.convert({"kind": kind, "source": "talk"}, Attachment)
