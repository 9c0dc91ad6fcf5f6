"""The fetcher: takes attachments, fetches them through their doors, and keeps what is safe."""

import asyncio
import hashlib
import logging
import os
import shlex
import signal
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.channels.channel import Channel, Holder, SendError
from bot.files import Folder
from bot.media import MediaError, clean, is_photo, type_of
from handlers.message import Attachment
from handlers.turn import Clock
from knowledge.personal import mask
from storage import attachments
from storage.attachments import AttachmentRow, Kept
from storage.database import Database, Job, Result

log = logging.getLogger(__name__)

IDLE = 5.0
"""Seconds between looks when nobody rings: what is tried again can wait a little."""
LAST_TRY = 10
"""After this many tries an attachment is settled as failed: some forty minutes."""
LONGEST_TRANSCRIPT = 10_000
_ABANDONED = timedelta(hours=1)


class Limits(NamedTuple):
    """The largest file in bytes; the command that writes down a voice, "" for none, and the
    seconds it may take."""

    size: int
    speech: str = ""
    listen_for: float = 60.0


class Fetcher:
    """One process' taker of attachments; a few at once, the heavy work in a thread."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        folder: Folder,
        *,
        clock: Clock,
        name: str,
        limits: Limits,
    ) -> None:
        self._database = database
        self._channels = channels
        self._folder = folder
        self._clock = clock
        self._name = name
        self._limits = limits
        self._bell = asyncio.Event()
        # One photo unfolded at a time, one voice listened to: memory and cores are few.
        self._heavy = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Something was put in."""
        self._bell.set()

    async def start(self, *, alone: bool) -> None:
        """Give back what a dead process held, and begin. `alone`: nobody else takes here."""
        now = self._clock.now()
        await self._write(partial(attachments.recover, now=now, everyone=alone))
        await asyncio.to_thread(self._folder.sweep, now - _ABANDONED)
        self._task = asyncio.create_task(self._forever(), name="fetch")

    async def stop(self) -> None:
        """What is under way is dropped, and taken again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _forever(self) -> None:
        while True:
            self._bell.clear()
            try:
                found = await self.fetch_some()
            except Exception:
                log.exception("the fetcher stumbled and goes on")
                found = False
            if not found:
                await _wait(self._bell)

    async def fetch_some(self) -> bool:
        """Take a few and bring each to an end; false when nothing was due."""
        now = self._clock.now()
        await self._write(partial(attachments.recover, now=now))
        take = partial(attachments.take, by=self._name, now=now, channels=list(self._channels))
        rows = await self._write(take)
        await asyncio.gather(*(self._handle(row) for row in rows))
        await self._remove()
        return bool(rows)

    async def _remove(self) -> None:
        """A resident had everything deleted: the files go too."""
        files = await self._write(attachments.let_go)
        for name in files:
            await asyncio.to_thread(self._folder.remove, name)
        if files:
            await self._write(partial(attachments.note_removed, files=files))

    async def _handle(self, row: AttachmentRow) -> None:
        wanted = Attachment(
            # The column holds only kinds that a door has put there.
            kind=row.kind,  # pyright: ignore[reportArgumentType]
            source=row.source,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
        )
        try:
            if row.attempts > LAST_TRY:
                raise MediaError("each try ended with the process")
            await self._keep(row, wanted)
        except MediaError as error:
            await self._give_up(row, wanted, str(error))
        except SendError as error:
            await self._try_later(row, wanted, error)
        except Exception as error:
            log.exception("attachment %s: could not be kept", row.id)
            await self._try_later(row, wanted, SendError(type(error).__name__, retry_in=60))

    async def _keep(self, row: AttachmentRow, wanted: Attachment) -> None:
        if wanted.size > self._limits.size:
            raise MediaError(_too_large(wanted.size, self._limits.size))
        content = await self._channels[row.channel].fetch(wanted, self._limits.size)
        if len(content) > self._limits.size:
            raise MediaError(_too_large(len(content), self._limits.size))
        async with self._heavy:
            kept = await asyncio.to_thread(self._store, content)
            if self._limits.speech and row.kind == "voice":
                kept = kept._replace(transcript=await self._listen(row.id, kept))
        settle = partial(attachments.settle, kept=kept, now=self._clock.now())
        await self._write(partial(settle, row_id=row.id))
        self._let_go(row, wanted)

    def _store(self, content: bytes) -> Kept:
        media_type = type_of(content)
        if is_photo(media_type):
            content, media_type = clean(content, media_type)
        sha256 = hashlib.sha256(content).hexdigest()
        self._folder.keep(sha256, content)
        return Kept(sha256, media_type, len(content))

    async def _listen(self, row_id: int, kept: Kept) -> str | None:
        """What the operator's own command hears; None when it fails, and an official listens."""
        try:
            heard = await _run(self._limits, self._folder.path_of(kept.sha256))
        except (OSError, ValueError, TimeoutError) as error:
            log.warning("attachment %s: not written down (%s)", row_id, type(error).__name__)
            return None
        return mask(heard)[0] or None

    async def _try_later(self, row: AttachmentRow, wanted: Attachment, error: SendError) -> None:
        if error.retry_in is None or row.attempts >= LAST_TRY:
            await self._give_up(row, wanted, error.reason)
            return
        pause = max(error.retry_in, min(2**row.attempts, 600))
        due_at = self._clock.now() + timedelta(seconds=pause)
        job = partial(attachments.postpone, row_id=row.id, due_at=due_at, reason=error.reason)
        await self._write(job)

    async def _give_up(self, row: AttachmentRow, wanted: Attachment, reason: str) -> None:
        log.warning("attachment %s is not kept: %s", row.id, reason)
        now = self._clock.now()
        await self._write(partial(attachments.fail, row_id=row.id, reason=reason, now=now))
        self._let_go(row, wanted)

    def _let_go(self, row: AttachmentRow, wanted: Attachment) -> None:
        """Settled, and only then: a door that holds the upload itself need not hold it longer."""
        channel = self._channels[row.channel]
        if isinstance(channel, Holder):
            channel.let_go(wanted)

    async def _write(self, job: Job[Result]) -> Result:
        return await asyncio.wrap_future(self._database.write(job))


def _too_large(size: int, limit: int) -> str:
    return f"{size} bytes are more than the {limit} that are taken in"


async def _run(limits: Limits, path: Path) -> str:
    """What a command prints about the file; raises ValueError when it fails."""
    words = [*shlex.split(limits.speech), str(path)]
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limits.listen_for):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            # The command may have started others: all of its session goes.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise ValueError(f"exit code {process.returncode}")
    return printed.decode("utf-8", "replace").replace("\0", "").strip()[:LONGEST_TRANSCRIPT]


async def _wait(bell: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(bell.wait(), IDLE)
    except TimeoutError:
        return
