"""The one place where the parts are joined; tests call the same `build` with fakes."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import IO

from bot.answerer import Answerer
from bot.channels.channel import Channel
from bot.channels.telegram import Telegram
from bot.channels.web_chat.door import WebChat
from bot.channels.web_chat.mirror import Mirror
from bot.channels.web_chat.uploads import Uploads
from bot.channels.zalo_bot import ZaloBot
from bot.clock import SystemClock
from bot.fetcher import Fetcher, Limits
from bot.files import Folder
from bot.hearing import Ears, Hearing
from bot.keeper import Duty, Keeper
from bot.ledger import Ledger
from bot.librarian import Librarian
from bot.listening import Listening
from bot.plan import PlanWatch, plans_of
from bot.reception import Reception
from bot.roles import ROLES, Role
from bot.schedule import Schedule, jobs_of
from bot.sender import Sender
from bot.settings import Settings
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
from storage.locks import Locks
from storage.migrate import MigrationError, migrate

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


class StartError(Exception):
    """The bot cannot start here; the text says why and what to do."""


class App:
    """The parts of one process, joined: start it, use its reception, stop it."""

    def __init__(
        self,
        settings: Settings,
        house: House,
        database: Database,
        channels: Sequence[Channel],
        roles: Collection[Role] = ROLES,
    ) -> None:
        self.settings = settings
        self._switches = switchboard_of(database)
        self.house = house = replace(house, switches=self._switches)
        self.database = database
        self.channels = {channel.name: channel for channel in channels}
        self.roles = frozenset(roles)
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        wait = settings.resend_unknown
        again = timedelta(minutes=wait) if wait else None
        ledger = Ledger(database, house.clock, name, resend_after=again)
        self._sender = Sender(self.channels, ledger)
        self._answerer = Answerer(database, house, name, send=self._sender.ring)
        self._fetcher = Fetcher(
            database,
            self.channels,
            Folder(settings.folder_of_files()),
            clock=house.clock,
            name=name,
            limits=Limits(settings.attachment_bytes(), settings.speech_command),
        )
        self.reception = Reception(database, house, ring=self._answerer.ring, fetcher=self._fetcher)
        plans = {name: plan for name, plan in plans_of(settings).items() if name in self.channels}
        self._plans = PlanWatch(database, house.clock, plans)
        self._watching: asyncio.Task[None] | None = None
        kept = timedelta(days=settings.retention_days)
        jobs = jobs_of(f"{settings.address()}/console", kept)
        self._schedule = Schedule(database, lambda: self.house, jobs)
        rebuild = partial(build_house, house.clock)
        self._librarian = Librarian(house, build=rebuild, give=self.move_into)
        web_chat = self.channels.get("web")
        self._mirror = (
            Mirror(web_chat, self.reception.sent) if isinstance(web_chat, WebChat) else None
        )
        self._keeper = Keeper(Locks(database.url))
        self._hearing = Hearing(database, self._ears())
        self._lock: IO[str] | None = None
        self._is_claimed = False

    def claim(self) -> None:
        """Make sure that we may work here, and migrate; raises StartError."""
        if self._is_claimed:
            return
        if self.database.is_sqlite and self.roles != ROLES:
            raise StartError("--only needs PostgreSQL: SQLite is for one process with every role")
        if self.database.is_sqlite:
            self._lock = _lock(self.settings.data_dir)
        try:
            migrate(self.database, apart=True)
        except MigrationError as error:
            raise StartError(f"the database could not be migrated: {error}") from error
        self._is_claimed = True

    async def start(self) -> None:
        """Give back what a dead process held, open the doors, begin."""
        self.claim()
        duties: list[Duty] = []
        if Role.WORKER in self.roles:
            self._answerer.start()
            self._schedule.start()
            duties.append(self._answerer.duty())
        if self.roles & {Role.WEB, Role.SENDER}:
            for channel in self.channels.values():
                await channel.open()
        if Role.SENDER in self.roles:
            self._sender.start()
            self._watching = asyncio.create_task(self._plans.watch())
            duties += self._sender.duties()
        if Role.WEB in self.roles:
            receive = self.reception.receive
            duties += [Listening(door, receive).duty() for door in self.channels.values()]
            await self._fetcher.start(alone=self.database.is_sqlite)
        self._librarian.start()
        await self._keeper.start(duties)
        await self._hearing.start()

    async def stop(self) -> None:
        """Listen no more, let what is under way end, close the doors, let go of the database."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        await self._schedule.stop()
        await self._librarian.stop()
        await self._keeper.stop()
        await self._hearing.stop()
        await self._fetcher.stop()
        await self._answerer.stop()
        await self._sender.stop()
        for channel in self.channels.values():
            with contextlib.suppress(Exception):
                await channel.close()
        self._keeper.close()
        self.database.close()
        if self._lock is not None:
            self._lock.close()

    def move_into(self, house: House) -> None:
        """From the next message on, turns happen in this house."""
        self.house = house = replace(house, switches=self._switches)
        self._answerer.move_into(house)
        self.reception.move_into(house)

    def _ears(self) -> Ears:
        return Ears(
            inbox=self._answerer.ring,
            outbox=self._sender.ring,
            shown=self._show,
            all_again=self._look_again,
        )

    def _show(self, number: int, address: str) -> None:
        if self._mirror is not None:
            self._mirror.show(number, address)

    def _look_again(self) -> None:
        self._answerer.ring()
        for name in self.channels:
            self._sender.ring(name)
        if self._mirror is not None:
            self._mirror.reload()


def _lock(folder: Path) -> IO[str]:
    """Held for as long as we live: SQLite has one taker, who knows that all others are dead."""
    lock = (folder / "doithoai.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise StartError(
            f"the bot runs in {folder}/ already: stop it first, or let several processes share a "
            "PostgreSQL database (DOITHOAI_DATABASE_URL)"
        ) from None
    return lock


def build(
    settings: Settings,
    house: House,
    channels: Sequence[Channel],
    *,
    database: Database | None = None,
    roles: Collection[Role] = ROLES,
) -> App:
    """The app of these settings with this house, these doors and these roles."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = database or Database(settings.url_of_database())
    return App(settings, house, database, channels, roles)


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
