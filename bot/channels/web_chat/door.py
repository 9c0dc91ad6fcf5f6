"""The web chat's door: reads what the page posts and hands answers to every open page."""

import asyncio
import hashlib
import re
import secrets
import unicodedata
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import msgspec

from bot.channels.channel import Abilities, Outgoing, ReadError, Receive, SendError
from bot.channels.web_chat.uploads import Upload, Uploads
from handlers.message import Attachment, Incoming

LONGEST_TEXT = 2000
"""Characters of one message, after NFC."""

STREAM_LIMIT = 100
"""Messages that may wait for one slow page before its stream is ended."""

NO_SESSION = "Trang này đã cũ. Bà con tải lại trang rồi gửi lại giúp."
UNREADABLE = "Tin gửi lên bị hỏng, máy không đọc được. Bà con tải lại trang rồi gửi lại giúp."
EMPTY = "Tin chưa có chữ nào. Bà con viết câu hỏi rồi bấm Gửi."
TOO_LONG = "Tin dài quá 2000 chữ cái. Bà con chia thành hai, ba tin ngắn hơn rồi gửi giúp."

_SESSION = re.compile(r"[A-Za-z0-9_-]{43}")


class Posted(msgspec.Struct):
    """What the page posts: words or a pressed choice, under an id made by the page."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{8,64}\Z")]
    text: str = ""
    choice: Annotated[str, msgspec.Meta(pattern=r"\A[ -~]{0,64}\Z")] = ""


class Stream:
    """The messages on their way to one open page, until the page or the door ends it."""

    def __init__(self) -> None:
        self._waiting: deque[Outgoing] = deque()
        self._changed = asyncio.Event()
        self._ended = False

    def push(self, outgoing: Outgoing) -> None:
        """Hand over one message; a page too slow to take them is ended and must reconnect."""
        if len(self._waiting) >= STREAM_LIMIT:
            self.end()
        elif not self._ended:
            self._waiting.append(outgoing)
            self._changed.set()

    def end(self) -> None:
        """Let go of what waits: a page that reconnects gets it from the history."""
        self._ended = True
        self._waiting.clear()
        self._changed.set()

    def __aiter__(self) -> "Stream":
        return self

    async def __anext__(self) -> Outgoing:
        while not self._waiting:
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()


class WebChat:
    """The door that needs no account and no token: a page, its cookie and an event stream.

    Without `uploads` nothing can be attached on the page.
    """

    name: str = "web"
    abilities = Abilities(text_limit=100_000, buttons=100, may_resend=True)

    def __init__(self, clock: Callable[[], datetime], uploads: Uploads | None = None) -> None:
        self.clock = clock
        self.uploads = uploads
        self._streams: dict[str, set[Stream]] = {}
        self._closed = False

    def new_session(self) -> str:
        """A secret for a page's cookie; whoever holds it can read that conversation."""
        return secrets.token_urlsafe(32)

    def is_session(self, text: str) -> bool:
        """Whether the text has the shape of a session of ours, 256 random bits."""
        return _SESSION.fullmatch(text) is not None

    def address_of(self, session: str) -> str:
        """Where to answer a session: a hash, so that the database holds no bearer secret."""
        return hashlib.sha256(session.encode()).hexdigest()[:32]

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        """One posted message of the session in "x-session"; raises ReadError (400, 401, 413)."""
        session = headers.get("x-session", "")
        if not self.is_session(session):
            raise ReadError(NO_SESSION, 401)
        posted = _decode(body)
        address = self.address_of(session)
        return [
            Incoming(
                channel=self.name,
                address=address,
                external_id=f"{address}:{posted.id}",
                sent_at=self.clock(),
                kind="choice" if posted.choice else "text",
                text="" if posted.choice else _check(posted.text),
                choice=posted.choice,
            )
        ]

    def read_upload(self, session: str, upload: Upload) -> Incoming:
        """What was attached on the page, with the words in the box; raises ReadError."""
        head, address = upload.head, self.address_of(session)
        attached = Attachment(
            kind=head.kind,
            source=upload.source,
            name=head.name,
            media_type=head.type,
            size=upload.size,
        )
        return Incoming(
            channel=self.name,
            address=address,
            external_id=f"{address}:{head.id}",
            sent_at=self.clock(),
            kind="attachment",
            text=_check(head.text) if head.text.strip() else "",
            attachments=(attached,),
        )

    async def send(self, outgoing: Outgoing) -> str:
        """Hand a message to every open page of its address; the history keeps it for the rest."""
        for stream in tuple(self._streams.get(outgoing.address, ())):
            stream.push(outgoing)
        return f"web-{outgoing.id}"

    @contextmanager
    def stream(self, address: str) -> Generator[Stream]:
        """What is sent to an address from now on, for as long as the `with` block lasts."""
        stream = Stream()
        self._streams.setdefault(address, set()).add(stream)
        if self._closed:
            stream.end()
        try:
            yield stream
        finally:
            self._let_go(address, stream)

    def _let_go(self, address: str, stream: Stream) -> None:
        streams = self._streams[address]
        streams.discard(stream)
        if not streams:
            del self._streams[address]

    @property
    def stream_count(self) -> int:
        """How many pages are open now."""
        return sum(len(streams) for streams in self._streams.values())

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """What the page uploaded; raises SendError when it is gone."""
        if self.uploads is None:
            raise SendError("nothing can be attached here")
        return await self.uploads.fetch(attachment.source, limit)

    def let_go(self, attachment: Attachment) -> None:
        """The upload is settled: only the cleaned file stays."""
        if self.uploads is not None:
            self.uploads.let_go(attachment.source)

    async def open(self, receive: Receive) -> None:
        """Forget old uploads; what the page posts comes through bot/web.py."""
        self._closed = False
        if self.uploads is not None:
            await asyncio.to_thread(self.uploads.sweep, self.clock())

    async def close(self) -> None:
        """End every stream, so that the web server need not wait for open pages."""
        self._closed = True
        for streams in tuple(self._streams.values()):
            for stream in tuple(streams):
                stream.end()


def post_of(form: Mapping[str, str]) -> bytes:
    """A form as the page's script would post it.

    What was said becomes part of the id: a second click is a repeat, but another question from
    a page brought back by the Back button is not.
    """
    text, choice = form.get("text", ""), form.get("choice", "")
    said = hashlib.sha256(f"{choice}\n{text}".encode()).hexdigest()[:12]
    posted = {"id": f"{form.get('id', '')[:50]}-{said}"}
    posted.update({"choice": choice} if choice else {"text": text})
    return msgspec.json.encode(posted)


def _decode(body: bytes) -> Posted:
    try:
        return msgspec.json.decode(body, type=Posted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadError(UNREADABLE) from error


def _check(text: str) -> str:
    """The text in NFC without control characters (PostgreSQL refuses NUL)."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    clean = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    clean = clean.strip()
    if not clean:
        raise ReadError(EMPTY)
    if len(clean) > LONGEST_TEXT:
        raise ReadError(TOO_LONG, 413)
    return clean
