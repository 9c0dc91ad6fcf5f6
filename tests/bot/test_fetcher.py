"""The fetcher: retries, limits, one copy of the same content, and nothing lost by a death."""

import asyncio
import io
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.channel import SendError
from bot.fetcher import LAST_TRY, Fetcher, Limits
from bot.files import Folder
from handlers import intake
from handlers.message import Attachment, AttachmentKind, Incoming
from handlers.turn import House
from storage import attachments
from storage.attachments import AttachmentRow
from storage.database import Database
from tests.conftest import StoppedClock

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
VOICE = b"OggS\x00\x02OpusHead and so on"


def photo() -> bytes:
    out = io.BytesIO()
    told = Image.Exif()
    told[0x010F] = "MAKER-OF-THE-PHONE"
    Image.new("RGB", (30, 20), "teal").save(out, "JPEG", exif=told)
    return out.getvalue()


class Door:
    """A door with files by source, which fails as it is told, and is told what is settled."""

    name = "door"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.errors: list[Exception] = []
        self.asked: list[str] = []
        self.gone: list[str] = []

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        self.asked.append(attachment.source)
        if self.errors:
            raise self.errors.pop()
        return self.files[attachment.source]

    def let_go(self, attachment: Attachment) -> None:
        self.gone.append(attachment.source)


class Shed:
    """A database, a door, a folder and a fetcher between them."""

    def __init__(self, database: Database, house: House, root: Path) -> None:
        self.database, self.house, self.root = database, house, root
        assert isinstance(house.clock, StoppedClock)
        self.clock = house.clock
        self.door = Door()
        self.count = 0

    def fetcher(self, speech: str = "", listen_for: float = 20) -> Fetcher:
        channels = {"door": self.door}
        return Fetcher(
            self.database,
            channels,
            Folder(self.root),
            clock=self.clock,
            name="me",
            limits=Limits(100_000, speech, listen_for),
        )

    def send(self, content: bytes, kind: AttachmentKind = "photo", size: int = 0) -> None:
        self.count += 1
        source = f"s{self.count}"
        self.door.files[source] = content
        attached = Attachment(kind=kind, source=source, name="a.jpg", size=size)
        incoming = Incoming(
            channel="door",
            address="a",
            external_id=f"m{self.count}",
            sent_at=AT,
            kind="attachment",
            attachments=(attached,),
        )
        rows = intake.rows_of(self.house, [incoming], self.clock.now())
        self.database.write(lambda c: intake.put(c, rows)).result()

    def rows(self) -> list[AttachmentRow]:
        with self.database.read() as connection:
            return attachments.newest(connection)[::-1]

    def kept(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())


@pytest.fixture
def shed(database: Database, house: House, clock: StoppedClock, tmp_path: Path) -> Shed:
    return Shed(database, replace(house, clock=clock), tmp_path / "files")


async def test_a_photo_is_kept_without_what_the_phone_wrote_in_it(shed: Shed) -> None:
    shed.send(photo())
    assert await shed.fetcher().fetch_some()
    (row,) = shed.rows()
    (path,) = shed.kept()
    assert (row.state, row.media_type, row.size) == ("done", "image/jpeg", path.stat().st_size)
    assert row.sha256 == path.name
    assert path.parent.name == path.name[:2]
    assert b"MAKER" not in path.read_bytes()
    assert shed.door.gone == ["s1"]
    assert not await shed.fetcher().fetch_some()


async def test_the_same_content_is_kept_once(shed: Shed) -> None:
    shed.send(photo())
    shed.send(photo())
    await shed.fetcher().fetch_some()
    assert [row.state for row in shed.rows()] == ["done", "done"]
    assert len({row.sha256 for row in shed.rows()}) == len(shed.kept()) == 1


@pytest.mark.parametrize(
    ("content", "size", "reason"),
    [
        (VOICE + bytes(100_000), 0, "bytes are more than"),
        (VOICE, 100_001, "bytes are more than"),
        (b"MZ program", 0, "not a type of file"),
        (b"\xff\xd8\xff broken", 0, "a broken photo"),
    ],
)
async def test_what_is_not_taken_in_fails_with_its_reason(
    shed: Shed, content: bytes, size: int, reason: str
) -> None:
    shed.send(content, "file", size)
    await shed.fetcher().fetch_some()
    (row,) = shed.rows()
    assert row.state == "failed"
    assert reason in str(row.reason)
    assert shed.kept() == []
    assert len(shed.door.asked) == (0 if size else 1)
    assert shed.door.gone == ["s1"]


async def test_a_door_that_fails_is_asked_again_later(shed: Shed) -> None:
    shed.send(VOICE, "voice")
    shed.door.errors = [RuntimeError("a bug"), SendError("busy", retry_in=5)]
    await shed.fetcher().fetch_some()
    assert not await shed.fetcher().fetch_some()
    for seconds in (6, 61):
        shed.clock.move(seconds=seconds)
        await shed.fetcher().fetch_some()
    assert [row.state for row in shed.rows()] == ["done"]
    assert len(shed.door.asked) == 3
    assert shed.door.gone == ["s1"]


@pytest.mark.parametrize(("retry_in", "tries"), [(None, 1), (1, LAST_TRY)])
async def test_a_door_that_never_can_is_given_up(
    shed: Shed, retry_in: float | None, tries: int
) -> None:
    shed.send(VOICE, "voice")
    shed.door.errors = [SendError("gone", retry_in=retry_in)] * 20
    for _ in range(20):
        await shed.fetcher().fetch_some()
        shed.clock.move(seconds=700)
    (row,) = shed.rows()
    assert (row.state, row.reason, row.attempts) == ("failed", "gone", tries)


async def test_a_death_at_any_step_leaves_no_half_file_and_it_is_fetched_again(shed: Shed) -> None:
    shed.send(photo())
    now, take = shed.clock.now(), attachments.take
    shed.database.write(lambda c: take(c, by="dead", now=now, channels=["door"])).result()
    Folder(shed.root).begin().write_bytes(b"half")
    assert not await shed.fetcher().fetch_some()
    shed.clock.move(hours=2)
    await shed.fetcher().fetch_some()
    (row,) = shed.rows()
    assert (row.state, row.attempts) == ("done", 2)
    assert row.sha256 in [path.name for path in shed.kept()]


async def test_a_death_after_the_file_and_before_its_row_is_harmless(shed: Shed) -> None:
    shed.send(photo())
    await shed.fetcher().fetch_some()
    before = shed.kept()
    again = {"state": "taken", "taken_until": AT, "sha256": None}
    change = attachments.attachments.update().values(again)
    shed.database.write(lambda c: c.execute(change)).result()
    shed.clock.move(minutes=1)
    await shed.fetcher().fetch_some()
    assert [row.state for row in shed.rows()] == ["done"]
    assert shed.kept() == before


async def test_a_file_that_kills_every_process_is_given_up(shed: Shed) -> None:
    shed.send(photo())
    for _ in range(LAST_TRY):
        take: Callable[..., object] = attachments.take
        shed.database.write(
            lambda c: take(c, by="x", now=shed.clock.now(), channels=["door"])
        ).result()
        shed.clock.move(hours=1)
        shed.database.write(lambda c: attachments.recover(c, shed.clock.now())).result()
    await shed.fetcher().fetch_some()
    assert [row.reason for row in shed.rows()] == ["each try ended with the process"]
    assert shed.door.asked == []


def listener(tmp_path: Path, code: str) -> str:
    script = tmp_path / "listen.py"
    script.write_text(code, "utf-8")
    return f"'{sys.executable}' '{script}'"


async def test_a_voice_is_written_down_by_the_operators_command(shed: Shed, tmp_path: Path) -> None:
    code = "import sys; print(len(open(sys.argv[1],'rb').read()), 'cccd 087301001234')"
    shed.send(VOICE, "voice")
    shed.send(photo())
    await shed.fetcher(speech=listener(tmp_path, code)).fetch_some()
    voice, picture = shed.rows()
    assert voice.transcript == f"{len(VOICE)} cccd •••"
    assert picture.transcript is None


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "print('')"])
async def test_a_command_that_hears_nothing_leaves_the_voice_to_an_official(
    shed: Shed, tmp_path: Path, code: str
) -> None:
    shed.send(VOICE, "voice")
    await shed.fetcher(speech=listener(tmp_path, code)).fetch_some()
    (row,) = shed.rows()
    assert (row.state, row.transcript) == ("done", None)


async def test_a_command_that_never_ends_is_ended(shed: Shed, tmp_path: Path) -> None:
    shed.send(VOICE, "voice")
    code = "import time; time.sleep(100)"
    await shed.fetcher(listener(tmp_path, code), listen_for=0.3).fetch_some()
    assert [(row.state, row.transcript) for row in shed.rows()] == [("done", None)]


async def test_it_fetches_by_itself_once_it_is_rung(shed: Shed) -> None:
    fetcher = shed.fetcher()
    await fetcher.start(alone=True)
    shed.send(photo())
    fetcher.ring()
    async with asyncio.timeout(10):
        while shed.rows()[0].state != "done":
            await asyncio.sleep(0.02)
    await fetcher.stop()
    assert len(shed.kept()) == 1


async def test_what_its_sender_had_deleted_leaves_the_folder_too(shed: Shed) -> None:
    shed.send(photo())
    await shed.fetcher().fetch_some()
    assert len(shed.kept()) == 1
    shed.database.write(lambda c: attachments.forget(c, "door", "a", AT)).result()
    (row,) = shed.rows()
    assert (row.source, row.name, row.state) == ("", "", "failed")
    await shed.fetcher().fetch_some()
    assert shed.kept() == []
    assert shed.rows()[0].sha256 is None
