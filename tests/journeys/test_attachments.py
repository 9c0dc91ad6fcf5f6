"""A photo, from the page to the operator: answered, cleaned, kept, handed out on record."""

import asyncio
import io
import json
import subprocess
from pathlib import Path

import aiohttp
from PIL import Image

from bot.app import channels_of
from handlers.turn import House
from storage import attachments
from storage.attachments import AttachmentRow
from storage.database import Database
from tests.bot.test_cli import run
from tests.house.rules import ROOT
from tests.journeys.running import running, settings_for

OURS = {"sec-fetch-site": "same-origin"}


def photo() -> bytes:
    out = io.BytesIO()
    told = Image.Exif()
    told.get_ifd(0x8825)[1] = "N"
    told[0x010F] = "MAKER-OF-THE-PHONE"
    Image.new("RGB", (30, 20), "teal").save(out, "JPEG", exif=told)
    return out.getvalue()


async def settled(database: Database) -> AttachmentRow:
    async with asyncio.timeout(20):
        while True:
            with database.read() as connection:
                rows = attachments.newest(connection)
            if rows and rows[0].state not in ("waiting", "taken"):
                return rows[0]
            await asyncio.sleep(0.05)


async def send(address: str) -> str:
    """Attach a photo with a question; what the page shows a moment later."""
    head = {
        "id": "abcdefgh-1",
        "kind": "photo",
        "name": "giấy.jpg",
        "text": "hộ nghèo được vay bao nhiêu",
    }
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(address, cookie_jar=jar) as client:
        await client.get("/")
        body = json.dumps(head).encode() + b"\n" + photo()
        for _repeat in range(2):
            posted = await client.post("/chat/attachments", data=body, headers=OURS)
            assert posted.status == 202
        async with asyncio.timeout(20):
            while "6,24" not in (page := await (await client.get("/")).text()):
                await asyncio.sleep(0.05)
        return page


async def test_a_photo_is_answered_by_its_words_cleaned_and_kept(
    database_url: str, tmp_path: Path, house: House
) -> None:
    settings = settings_for(tmp_path, database_url)
    doors = channels_of(settings, house, Database(settings.url_of_database()))
    async with running(settings, house, doors) as (app, address):
        page = await send(address)
        row = await settled(app.database)
        with app.database.read() as connection:
            assert len(attachments.newest(connection)) == 1
    assert "[Ảnh] giấy.jpg" in page
    assert "Máy đã giữ ảnh" in page
    assert page.count("6,24") == 1
    assert row.state == "done"
    out = await asyncio.to_thread(hand_out, tmp_path, database_url, row.id)
    assert out.returncode == 0, out.stderr
    kept = (tmp_path / "out.jpg").read_bytes()
    assert b"MAKER" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert f"attachment {row.id} {row.sha256}" in (tmp_path / "audit.log").read_text("utf-8")
    left = [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
    assert len(left) <= 1  # the repeat may have come after the first was let go


def hand_out(folder: Path, url: str, number: int) -> "subprocess.CompletedProcess[str]":
    env = {"PYTHONPATH": str(ROOT), "DOITHOAI_DATA_DIR": str(folder), "DOITHOAI_DATABASE_URL": url}
    waiting = run("waiting", folder=folder, **env).stdout
    assert "giấy.jpg" in waiting
    unknown = run("attachment", "999", "x", folder=folder, **env)
    assert (unknown.returncode, (folder / "x").exists()) == (1, False)
    return run("attachment", str(number), "out.jpg", folder=folder, **env)
