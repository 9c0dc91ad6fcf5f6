"""The terminal: the door of whoever tries the bot on the machine it runs on."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.channels.channel import Abilities, Outgoing, ReadError, Receive, SendError
from handlers.message import Attachment, Incoming, Message


class Terminal:
    """Prints what is said through `show`; `said` keeps it for the caller."""

    name = "terminal"
    abilities = Abilities(text_limit=100_000, may_resend=True)

    def __init__(self, show: Callable[[Message], None], clock: Callable[[], datetime]) -> None:
        self._show = show
        self._now = clock
        self._count = 0

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        """One typed line; the header "x-session" names the session."""
        try:
            text = body.decode().strip()
        except UnicodeDecodeError as error:
            raise ReadError("not UTF-8") from error
        if not text:
            return []
        self._count += 1
        session, now = headers["x-session"], self._now()
        return [
            Incoming(
                channel=self.name,
                address=session,
                external_id=f"{session}:{now.timestamp()}:{self._count}",
                sent_at=now,
                text=text,
            )
        ]

    async def send(self, outgoing: Outgoing) -> str:
        """Print it."""
        self._show(outgoing.message)
        return f"terminal-{outgoing.id}"

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """Nothing is attached in a terminal."""
        raise SendError("the terminal has no attachments")

    async def open(self) -> None:
        """Nothing to start."""

    async def listen(self, receive: Receive) -> None:
        """Nothing to take in: `doithoai chat` reads the lines."""

    async def close(self) -> None:
        """Nothing to let go of."""
