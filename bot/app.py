"""The one place where the parts are joined; tests call the same `build` with fakes."""

import contextlib
import fcntl
import gc
import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from bot.channels.channel import Channel
from bot.channels.telegram import Telegram
from bot.channels.web_chat.door import WebChat
from bot.clock import SystemClock
from bot.reception import Reception
from bot.settings import Settings
from bot.worker import Worker
from handlers.router import COMMANDS
from handlers.turn import Clock, House, today
from knowledge import library
from knowledge.library import CONTENT
from knowledge.recognise import Recogniser, load_rules
from knowledge.search import Search
from knowledge.words import load_words
from storage.database import Database
from storage.migrate import migrate

log = logging.getLogger(__name__)


def build_house(clock: Clock | None = None, content: Path = CONTENT) -> House:
    """What every turn has at hand; raises ContentError when a content file is wrong."""
    # Nearly all that is made here stays, so that looking for garbage meanwhile is time lost.
    gc.disable()
    try:
        return _build_house(clock or SystemClock(), content)
    finally:
        gc.enable()


def _build_house(time: Clock, content: Path) -> House:
    known = library.load(content)
    cards = known.on(today(time)).cards
    words = load_words(content / "words")
    search = Search(tuple(cards.values()), words, elsewhere=known.elsewhere)
    rules = load_rules(content / "recognise.yaml", content / "words")
    return House(known, search, Recogniser(rules), time)


class App:
    """The parts of one process, joined: start it, use its reception, stop it."""

    def __init__(
        self, settings: Settings, house: House, database: Database, channels: Sequence[Channel]
    ) -> None:
        self.settings = settings
        self.house = house
        self.database = database
        self.channels = {channel.name: channel for channel in channels}
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.worker = Worker(database, house, self.channels, name)
        self.reception = Reception(database, self.worker, house.clock)
        self._lock: IO[str] | None = None

    async def start(self) -> None:
        """Migrate, give back what a dead process held, open the doors."""
        migrate(self.database, apart=True)
        await self.worker.start(alone=self._is_alone())
        for channel in self.channels.values():
            await channel.open(self.reception.receive)

    async def stop(self) -> None:
        """Close the doors, let what is under way end, let go of the database."""
        for channel in self.channels.values():
            with contextlib.suppress(Exception):
                await channel.close()
        await self.worker.stop()
        self.database.close()
        if self._lock is not None:
            self._lock.close()

    def _is_alone(self) -> bool:
        """Whether no other living process takes from this SQLite database.

        On PostgreSQL there may always be others; there the leases tell the dead.
        """
        if not self.database.is_sqlite:
            return False
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock = (self.settings.data_dir / "doithoai.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True


def build(
    settings: Settings, house: House, channels: Sequence[Channel], database: Database | None = None
) -> App:
    """The app of these settings with this house and these doors."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return App(settings, house, database or Database(settings.url_of_database()), channels)


def channels_of(settings: Settings, house: House) -> list[Channel]:
    """The doors these settings open: a channel without its token is off."""
    doors: list[Channel] = [WebChat(clock=house.clock.now)]
    if settings.telegram_token.get_secret_value():
        doors.append(_telegram(settings, house))
    return doors


def _telegram(settings: Settings, house: House) -> Channel:
    phrases = house.library.phrases
    names = [name for name in COMMANDS if f"command_{name.strip('/')}" in phrases]
    base = settings.public_url.rstrip("/")
    return Telegram(
        settings.telegram_token.get_secret_value(),
        clock=house.clock.now,
        secret=settings.telegram_secret.get_secret_value(),
        webhook_url=f"{base}/webhook/telegram" if base else "",
        api=settings.telegram_api,
        proxy=settings.telegram_proxy,
        commands=[(n.strip("/"), phrases.render(f"command_{n.strip('/')}")) for n in names],
    )
