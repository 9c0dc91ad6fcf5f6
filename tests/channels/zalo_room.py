"""What the tests of the Zalo OA door share: a place for tokens, a door, and its ways to fail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channels.channel import Outgoing, SendError
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oauth import ConsentServer
from bot.channels.zalo_tokens import Keeper, Tokens
from handlers.message import Message
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET, RESIDENT, ZaloOa

Clock = Callable[[], datetime]


class MemoryStore:
    """A TokenStore of one process."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens
        self.claimed = False
        self.failures: list[str] = []

    async def load(self) -> Tokens | None:
        return self.tokens

    async def claim(self) -> Tokens | None:
        if self.claimed:
            return None
        self.claimed = True
        return self.tokens

    async def save(self, fresh: Tokens, after: Tokens) -> None:
        self.claimed = False
        self.tokens = replace(fresh, version=after.version + 1)

    async def give_up(self, claimed: Tokens, failure: str) -> None:
        self.claimed = False
        if failure:
            self.failures.append(failure)


def pair_of(zalo: ZaloOa, clock: Clock) -> Tokens:
    """A pair as if an operator had just logged in."""
    access, refresh = zalo.issue()
    now = clock()
    return Tokens(
        access,
        refresh,
        received_at=now,
        expires_at=now + timedelta(seconds=90_000),
        refresh_until=now + timedelta(days=90),
        version=1,
    )


def server_of(zalo: ZaloOa, clock: Clock) -> ConsentServer:
    return ConsentServer(APP_ID, APP_SECRET, clock=clock, base=zalo.url)


def door_to(zalo: ZaloOa, clock: Clock, *, store: Any = None, **settings: Any) -> ZaloOA:
    store = store or MemoryStore(pair_of(zalo, clock))
    keeper = Keeper(store, server_of(zalo, clock).refresh, clock=clock)
    given: dict[str, Any] = {"oa_id": OA_ID, "api": zalo.url, "timeout": 1.0} | settings
    return ZaloOA(APP_ID, APP_SECRET, OA_SECRET, keeper=keeper, clock=clock, **given)


def reading_door(clock: Clock, **settings: Any) -> ZaloOA:
    """A door that is never opened."""
    given: dict[str, Any] = {"oa_id": OA_ID} | settings
    keeper = Keeper(MemoryStore(), _no_refresh, clock=clock)
    app_id = given.pop("app_id", APP_ID)
    return ZaloOA(app_id, APP_SECRET, OA_SECRET, keeper=keeper, clock=clock, **given)


async def _no_refresh(_: str) -> Tokens:
    raise AssertionError("nothing is renewed here")


def out(text: str = "Xin chào bà con", *, to: str = RESIDENT, **parts: Any) -> Outgoing:
    return Outgoing(1, to, Message(text, **parts))


async def failing(door: ZaloOA, outgoing: Outgoing | None = None) -> SendError:
    with pytest.raises(SendError) as caught:
        await door.send(outgoing or out())
    return caught.value
