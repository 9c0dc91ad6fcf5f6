"""What residents attach on the page, held by the door until it is fetched and settled."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bot.channels.channel import ReadError, SendError
from bot.files import Folder

ROOM = 500_000_000
"""Bytes of the disk that uploads leave free: what residents write must always fit."""
LONGEST_HEAD = 32_768
"""Bytes of the line of JSON before the file: a caption of 2000 letters, escaped, fits."""
KEEP = timedelta(days=1)
"""An upload that nothing came of (a repeat, a crash between two steps) goes after this."""

BROKEN = "Tệp gửi lên bị hỏng giữa đường. Bà con gửi lại giúp."
TOO_LARGE = "Tệp nặng quá {} MB, máy không nhận được. Bà con chọn tệp nhẹ hơn, hoặc chụp lại."
NO_ROOM = "Máy đang hết chỗ chứa ảnh và tệp. Bà con nhắn bằng chữ giúp."


class Head(msgspec.Struct):
    """The line before the file: an id made by the page, what it is, and the caption."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{8,64}\Z")]
    kind: Literal["photo", "voice", "file"]
    name: Annotated[str, msgspec.Meta(max_length=300)] = ""
    type: Annotated[str, msgspec.Meta(max_length=100)] = ""
    text: str = ""


class Upload(msgspec.Struct, frozen=True):
    """An upload that lies whole and durable under `source`; `size` in bytes."""

    head: Head
    source: str
    size: int


class Uploads:
    """A folder of uploads of at most `limit` bytes each."""

    def __init__(self, root: Path, limit: int) -> None:
        self.limit = limit
        self._folder = Folder(root)

    async def take_in(self, owner: str, chunks: AsyncIterator[bytes]) -> Upload:
        """Read a line of JSON and then the file, at most `limit` bytes; raises ReadError.

        The same id of the same owner lands in the same place: a repeat leaves nothing behind.
        """
        head, rest = await _read_head(chunks)
        aside = await asyncio.to_thread(self._begin)
        try:
            size = await self._write(aside, rest, chunks)
            name = hashlib.sha256(f"{owner}:{head.id}".encode()).hexdigest()
            await asyncio.to_thread(self._folder.finish, aside, name)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return Upload(head, name, size)

    def _begin(self) -> Path:
        aside = self._folder.begin()
        if shutil.disk_usage(aside.parent).free < ROOM + self.limit:
            raise ReadError(NO_ROOM, 503)
        return aside

    async def _write(self, aside: Path, first: bytes, chunks: AsyncIterator[bytes]) -> int:
        size = 0
        with aside.open("wb") as file:
            chunk: bytes | None = first
            while chunk is not None:
                size += file.write(chunk)
                if size > self.limit:
                    raise ReadError(TOO_LARGE.format(self.limit // 1024**2), 413)
                chunk = await anext(chunks, None)
        if not size:
            raise ReadError(BROKEN)
        return size

    async def fetch(self, source: str, limit: int) -> bytes:
        """The bytes of an upload; raises SendError when it is gone or larger than `limit`."""
        return await asyncio.to_thread(self._read, source, limit)

    def _read(self, source: str, limit: int) -> bytes:
        path = self._folder.path_of(source)
        try:
            if path.stat().st_size > limit:
                raise SendError("the upload is too large")
            return path.read_bytes()
        except FileNotFoundError as error:
            raise SendError("the upload is gone") from error

    def let_go(self, source: str) -> None:
        """It is kept elsewhere now, or will not be."""
        self._folder.remove(source)

    def sweep(self, now: datetime) -> None:
        """Remove what nobody came to fetch."""
        with suppress(OSError):
            self._folder.sweep(now - KEEP, whole=True)


async def _read_head(chunks: AsyncIterator[bytes]) -> tuple[Head, bytes]:
    read = bytearray()
    async for chunk in chunks:
        read += chunk
        if b"\n" in chunk or len(read) > LONGEST_HEAD:
            break
    line, _, rest = bytes(read).partition(b"\n")
    if len(line) > LONGEST_HEAD:
        raise ReadError(BROKEN, 413)
    try:
        return msgspec.json.decode(line, type=Head), rest
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadError(BROKEN) from error
