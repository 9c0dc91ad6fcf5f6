"""A house behind the web, kept in memory: it remembers, and answers when it is told to."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.channels.channel import Outgoing
from bot.channels.web_chat.door import WebChat
from bot.desk import Line
from handlers.message import Choice, Incoming, Message

NOW = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
"""09:15 in Vietnam."""

Answer = Callable[[Incoming], Sequence[Message]]


class FakeDesk:
    """Keeps each Incoming once, as the inbox does; `answer` makes it reply at once."""

    def __init__(self, web_chat: WebChat | None = None, answer: Answer | None = None) -> None:
        self.web_chat = web_chat
        self.answer = answer
        self.received: list[Incoming] = []
        self.lines: dict[tuple[str, str], list[Line]] = {}
        self.state: dict[str, object] = {"ok": True}
        self.failure: Exception | None = None
        self._last_id = 0

    async def receive(self, incomings: Sequence[Incoming]) -> None:
        if self.failure is not None:
            raise self.failure
        for incoming in incomings:
            known = (incoming.channel, incoming.external_id)
            if known not in [(other.channel, other.external_id) for other in self.received]:
                await self._keep(incoming)

    async def history(self, channel: str, address: str, *, limit: int = 100) -> list[Line]:
        return self.lines.get((channel, address), [])[-limit:]

    async def sent_after(self, channel: str, address: str, outbox_id: int) -> list[Line]:
        lines = self.lines.get((channel, address), [])
        return [line for line in lines if not line.mine and line.id > outbox_id]

    async def health(self) -> dict[str, object]:
        if self.failure is not None:
            raise self.failure
        return self.state

    async def say(self, address: str, message: Message) -> Outgoing:
        """Commit one of our messages, then hand it to the open pages."""
        outgoing = self.commit(address, message)
        if self.web_chat is not None:
            await self.web_chat.send(outgoing)
        return outgoing

    def commit(self, address: str, message: Message) -> Outgoing:
        """One of our messages, decided and in the history, not yet sent."""
        line = Line(self._next_id(), self._now(), False, message)
        self.lines.setdefault(("web", address), []).append(line)
        return Outgoing(line.id, address, message)

    async def _keep(self, incoming: Incoming) -> None:
        self.received.append(incoming)
        pressed = (Choice("", incoming.choice),) if incoming.choice else ()
        line = Line(self._next_id(), self._now(), True, Message(incoming.text, choices=pressed))
        self.lines.setdefault((incoming.channel, incoming.address), []).append(line)
        for message in self.answer(incoming) if self.answer else ():
            await self.say(incoming.address, message)

    def _now(self) -> datetime:
        return self.web_chat.clock() if self.web_chat else NOW

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id
