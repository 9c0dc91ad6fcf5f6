"""The one place where the parts are joined; tests call the same `build` with fakes."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

from bot.channels.channel import Channel
from bot.channels.telegram import Telegram
from bot.channels.web_chat.door import WebChat
from bot.channels.web_chat.uploads import Uploads
from bot.channels.zalo_bot import ZaloBot
from bot.clock import SystemClock
from bot.fetcher import Fetcher, Limits
from bot.files import Folder
from bot.librarian import Librarian
from bot.plan import PlanWatch, plans_of
from bot.reception import Reception
from bot.rounds import Rounds, jobs_of
from bot.settings import Settings
from bot.worker import Worker
from handlers.lookup import look_up
from handlers.router import COMMANDS
from handlers.switchboard import switchboard_of
from handlers.turn import Clock, House, today
from knowledge import library
from knowledge.bursts import load_bursts
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
    bursts = load_bursts(content / "bursts.yaml")
    return House(known, search, Recogniser(rules), bursts, time)


class App:
    """The parts of one process, joined: start it, use its reception, stop it."""

    def __init__(
        self, settings: Settings, house: House, database: Database, channels: Sequence[Channel]
    ) -> None:
        self.settings = settings
        self._switches = switchboard_of(database)
        self.house = house = replace(house, switches=self._switches)
        self.database = database
        self.channels = {channel.name: channel for channel in channels}
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.worker = Worker(database, house, self.channels, name)
        plans = {name: plan for name, plan in plans_of(settings).items() if name in self.channels}
        self._plans = PlanWatch(database, house.clock, plans)
        self._rounds = Rounds(
            database, lambda: self.house, jobs_of(f"{settings.address()}/console")
        )
        self._watching: asyncio.Task[None] | None = None
        self.fetcher = Fetcher(
            database,
            self.channels,
            Folder(settings.folder_of_files()),
            clock=house.clock,
            name=name,
            limits=Limits(settings.attachment_bytes(), settings.speech_command),
        )
        self.reception = Reception(database, house, worker=self.worker, fetcher=self.fetcher)
        rebuild = partial(build_house, house.clock)
        self.librarian = Librarian(house, build=rebuild, give=self._move_into)
        self._lock: IO[str] | None = None

    async def start(self) -> None:
        """Migrate, give back what a dead process held, open the doors."""
        migrate(self.database)
        alone = self._is_alone()
        await self.worker.start(alone=alone)
        for channel in self.channels.values():
            await channel.open(self.reception.receive)
        await self.fetcher.start(alone=alone)
        self.librarian.start()
        self._watching = asyncio.create_task(self._plans.watch())
        self._rounds.start()

    async def stop(self) -> None:
        """Close the doors, let what is under way end, let go of the database."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        await self._rounds.stop()
        await self.librarian.stop()
        await self.fetcher.stop()
        for channel in self.channels.values():
            with contextlib.suppress(Exception):
                await channel.close()
        await self.worker.stop()
        self.database.close()
        if self._lock is not None:
            self._lock.close()

    def _move_into(self, house: House) -> None:
        """From the next message on, turns happen in this house."""
        self.house = house = replace(house, switches=self._switches)
        self.worker.move_into(house)
        self.reception.move_into(house)

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


def channels_of(settings: Settings, house: House, database: Database) -> list[Channel]:
    """The doors these settings open: a channel without its token is off.

    Raises ValueError when a setting cannot work. `database`: where tokens are kept.
    """
    house = replace(house, switches=switchboard_of(database))
    doors: list[Channel] = [_web_chat(settings, house)]
    if settings.telegram_token.get_secret_value():
        doors.append(_telegram(settings, house))
    if settings.zalo_bot_token.get_secret_value():
        doors.append(_zalo_bot(settings))
    if settings.zalo_app_id and settings.zalo_app_secret.get_secret_value():
        doors.append(_zalo_oa(settings, house, database))
    return doors


def _web_chat(settings: Settings, house: House) -> WebChat:
    uploads = Uploads(settings.data_dir / "uploads", settings.attachment_bytes())
    return WebChat(house.clock.now, uploads)


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
        look_up=partial(look_up, house),
    )


def _zalo_bot(settings: Settings) -> Channel:
    base = settings.public_url.rstrip("/")
    return ZaloBot(
        settings.zalo_bot_token.get_secret_value(),
        secret=settings.zalo_bot_secret.get_secret_value(),
        webhook_url=f"{base}/webhook/zalo_bot" if base else "",
        api=settings.zalo_bot_api,
    )


def _zalo_oa(settings: Settings, house: House, database: Database) -> Channel:
    # aiohttp and cryptography cost time to import, and most machines have no Zalo OA.
    from bot.channels.zalo_oa import ZaloOA
    from bot.channels.zalo_tokens import Keeper
    from bot.zalo_account import consent_server_of, vault_of

    clock = house.clock.now
    server = consent_server_of(settings, clock)
    template = settings.zalo_template, settings.zalo_template_field
    return ZaloOA(
        settings.zalo_app_id,
        settings.zalo_app_secret.get_secret_value(),
        settings.zalo_oa_secret.get_secret_value(),
        keeper=Keeper(vault_of(settings, database, clock), server.refresh, clock=clock),
        clock=clock,
        oa_id=settings.zalo_oa_id,
        api=settings.zalo_api,
        template=template if all(template) else None,
    )
