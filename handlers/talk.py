"""A conversation held in memory: the same turns as on the road, and nothing remembered after."""

import logging
from dataclasses import dataclass, field

from handlers.answering import decide
from handlers.casebook import Casebook, NoCases
from handlers.message import Attachment, Incoming, Message
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

    def hear(self, text: str = "", *, choice: str = "", kind: str = "text") -> Ending:
        """What the resident sends; what we say to it is in `said` afterwards."""
        masked, found = mask(text)
        incoming = Incoming(
            channel="terminal",
            address="talk",
            external_id="talk",
            sent_at=self.house.clock.now(),
            kind="choice" if choice else "attachment" if kind == "attachment" else "text",
            text=masked,
            choice=choice,
            is_masked=found,
            attachments=_PHOTO if kind == "attachment" else (),
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


_PHOTO = (Attachment(kind="photo", source="talk"),)
