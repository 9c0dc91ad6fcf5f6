"""A door that only sends, and does with each message what the test told it to."""

import asyncio
from collections.abc import Mapping

from bot.channels.channel import Abilities, Outgoing, Receive
from handlers.message import Attachment, Incoming


class FakeDoor:
    """Keeps what was tried (`tried`, address and text); `fail` lists what to raise, one a try."""

    def __init__(self, name: str = "post", abilities: Abilities | None = None) -> None:
        self.name = name
        self.abilities = abilities or Abilities(text_limit=2000)
        self.tried: list[tuple[str, str]] = []
        self.fail: list[Exception] = []
        self.hangs = False
        self.let_go = asyncio.Event()

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        raise NotImplementedError

    async def send(self, outgoing: Outgoing) -> str:
        self.tried.append((outgoing.address, outgoing.message.text))
        if self.hangs:
            await self.let_go.wait()
        if self.fail:
            raise self.fail.pop(0)
        return f"{self.name}-{outgoing.id}"

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        raise NotImplementedError

    async def open(self) -> None: ...

    async def listen(self, receive: Receive) -> None: ...

    async def close(self) -> None: ...
