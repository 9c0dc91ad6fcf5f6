"""A made-up messenger for tests: a door that posts what is said to an HTTP address on loopback."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from bot.channels.channel import Abilities, Outgoing, ReadError, Receive, SendError
from handlers.message import Attachment, Incoming


class PostOffice:
    """Reads {"id", "from", "text"}; sends {"id", "to", "text"} and takes 200 for an answer."""

    def __init__(self, url: str, name: str = "post", per_second: float = 0) -> None:
        self.name = name
        self.abilities = Abilities(text_limit=2000, per_second=per_second)
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        try:
            given = msgspec.json.decode(body)
        except msgspec.DecodeError as error:
            raise ReadError("not JSON") from error
        return [
            Incoming(
                channel=self.name,
                address=given["from"],
                external_id=given["id"],
                sent_at=datetime(2026, 11, 24, tzinfo=UTC),
                text=given["text"],
            )
        ]

    async def send(self, outgoing: Outgoing) -> str:
        body = {"id": outgoing.id, "to": outgoing.address, "text": outgoing.message.text}
        try:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        except OSError as error:
            raise SendError("not connected", retry_in=1) from error
        payload = msgspec.json.encode(body)
        head = f"POST / HTTP/1.0\r\nContent-Length: {len(payload)}\r\n\r\n"
        writer.write(head.encode() + payload)
        answer = await reader.read()
        writer.close()
        if b" 200 " not in answer:
            raise SendError("no answer", unknown=True)
        return f"post-{outgoing.id}"

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        raise SendError("no attachments here")

    async def open(self) -> None: ...

    async def listen(self, receive: Receive) -> None: ...

    async def close(self) -> None: ...
