"""The two tokens of a Zalo Official Account, and their keeper, who renews them in time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.channel import SendError

log = logging.getLogger(__name__)

REFRESH_LIFE = timedelta(days=90)
"""How long a refresh token lives when Zalo does not say."""
LAST_DAYS = timedelta(days=14)
"""With less than this left to the refresh token, officials are told."""
LOG_IN = "run `doithoai zalo login`"

_RENEW_AT = 0.8  # of the access token's life
_SOON = timedelta(minutes=1)  # until a renewal that failed is tried again
_HOUR = timedelta(hours=1)  # the same, when only a person can help
_DAY = timedelta(days=1)
_OTHER = 2.0  # seconds another process may need to renew


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair as Zalo gave it; both are secrets, so neither is ever shown.

    `version` counts the pairs of this account: what was renewed from an older one is too late.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    received_at: datetime
    expires_at: datetime
    refresh_until: datetime
    version: int = 0

    @property
    def renew_at(self) -> datetime:
        return self.received_at + _RENEW_AT * (self.expires_at - self.received_at)


class TokenStore(Protocol):
    """Where the pair is kept; each promise holds across processes."""

    async def load(self) -> Tokens | None:
        """The pair as it is now; None before anybody logged in."""
        ...

    async def claim(self) -> Tokens | None:
        """The pair with the sole right to renew it for a minute; None: another has the right."""
        ...

    async def save(self, fresh: Tokens, after: Tokens) -> None:
        """Put `fresh` where `after` is and give the right back; durable when it returns.

        Where something newer than `after` is, that stays.
        """
        ...

    async def give_up(self, claimed: Tokens, failure: str) -> None:
        """Give the right back, with what went wrong; "" when there was nothing to do."""
        ...


class GrantError(Exception):
    """Zalo's consent server refused; `is_dead`: only a new consent of an admin helps."""

    def __init__(self, code: int, name: str, *, is_dead: bool) -> None:
        super().__init__(f"Zalo's consent server refused ({code}): {name}")
        self.code = code
        self.is_dead = is_dead


Refresh = Callable[[str], Awaitable[Tokens]]
"""Turns a refresh token, which dies with it, into a new pair; raises GrantError or SendError."""


class Keeper:
    """Hands out an access token that works; one renewal at a time, kept before it is used."""

    def __init__(
        self, store: TokenStore, refresh: Refresh, *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._refresh = refresh
        self._clock = clock
        self._tokens: Tokens | None = None
        self._unsaved: tuple[Tokens, Tokens] | None = None
        self._lock = asyncio.Lock()
        self._renewal: asyncio.Task[Tokens] | None = None
        self._quiet_until: datetime | None = None
        self._failed_version = -1
        self._told_at: datetime | None = None

    async def access(self, refused: str = "") -> str:
        """An access token, another one than `refused`; raises SendError when there is none."""
        tokens = self._tokens
        if tokens is None or self._is_due(tokens, refused):
            async with self._lock:
                # A renewal that is under way ends, whoever gave up waiting for it: with its
                # answer lost the account would be lost.
                self._renewal = self._renewal or asyncio.create_task(self._renew(refused))
                self._renewal.add_done_callback(self._forget)
                tokens = await asyncio.shield(self._renewal)
            self._warn_of_the_end(tokens)
        return tokens.access

    def secrets(self) -> list[str]:
        """What must never be shown, as far as it is in hand."""
        pairs = (self._tokens, *(self._unsaved or ()))
        return [secret for one in pairs if one for secret in (one.access, one.refresh)]

    async def close(self) -> None:
        """Let a renewal that is under way end."""
        if self._renewal is not None:
            await asyncio.wait([self._renewal])

    def _forget(self, renewal: asyncio.Task[Tokens]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # whoever waited has it

    def _is_due(self, tokens: Tokens, refused: str) -> bool:
        return tokens.access == refused or self._clock() >= tokens.renew_at

    def _may_serve(self, tokens: Tokens, refused: str) -> bool:
        """Whether it still works, though it should be renewed."""
        return tokens.access != refused and self._clock() < tokens.expires_at

    async def _renew(self, refused: str) -> Tokens:
        """Nothing has been said to the resident yet: whatever breaks here, all may go again."""
        try:
            return await self._renewed(refused)
        except SendError:
            raise
        except Exception:
            log.exception("the place where the tokens of Zalo are kept does not answer")
            raise _waiting("the tokens of Zalo cannot be read", _SOON) from None

    async def _renewed(self, refused: str) -> Tokens:
        await self._save_unsaved()
        stored = self._tokens = await self._store.load()
        if stored is None:
            self._tell(f"there are no tokens of the Zalo Official Account: {LOG_IN}")
            raise _waiting(f"nobody has logged in to Zalo yet: {LOG_IN}", _HOUR)
        if not self._is_due(stored, refused):
            return stored
        if (pause := self._quiet_for(stored)) > timedelta(0):
            return self._as_it_is(stored, refused, pause)
        claimed = await self._store.claim()
        if claimed is None:
            return self._as_it_is(stored, refused, timedelta(seconds=_OTHER))
        self._tokens = claimed
        if not self._is_due(claimed, refused):
            await self._store.give_up(claimed, "")
            return claimed
        return await self._rotate(claimed, refused)

    async def _rotate(self, claimed: Tokens, refused: str) -> Tokens:
        try:
            fresh = await self._refresh(claimed.refresh)
        except (GrantError, SendError) as error:
            is_dead = isinstance(error, GrantError) and error.is_dead
            pause = _HOUR if is_dead else _SOON
            self._quiet_until, self._failed_version = self._clock() + pause, claimed.version
            await self._store.give_up(claimed, str(error))
            help_ = f"; {LOG_IN}" if is_dead else ""
            log.error("the tokens of Zalo could not be renewed: %s%s", error, help_)
            return self._as_it_is(claimed, refused, pause)
        self._unsaved = fresh, claimed
        await self._save_unsaved()
        log.info("the tokens of Zalo were renewed, good until %s", fresh.expires_at)
        # As stored: in the meantime an official may have logged in anew.
        self._tokens = await self._store.load()
        return self._tokens or fresh

    async def _save_unsaved(self) -> None:
        """Keep the new pair before anybody uses it; until that works nothing else is done."""
        if self._unsaved is None:
            return
        try:
            await self._store.save(*self._unsaved)
        except Exception as error:
            log.exception("the new tokens of Zalo could not be kept; tried again")
            raise _waiting("the new tokens of Zalo are not kept yet", _SOON) from error
        self._unsaved = None

    def _quiet_for(self, stored: Tokens) -> timedelta:
        """How long nothing is tried with this very pair, because it failed a moment ago."""
        if self._quiet_until is None or stored.version != self._failed_version:
            return timedelta(0)
        return self._quiet_until - self._clock()

    def _as_it_is(self, tokens: Tokens, refused: str, pause: timedelta) -> Tokens:
        if self._may_serve(tokens, refused):
            return tokens
        raise _waiting("the access token of Zalo has ended and is not renewed yet", pause)

    def _warn_of_the_end(self, tokens: Tokens) -> None:
        if self._clock() >= tokens.refresh_until - LAST_DAYS:
            self._tell(f"the consent to Zalo ends on {tokens.refresh_until:%d/%m/%Y}: {LOG_IN}")

    def _tell(self, trouble: str) -> None:
        """To officials, through the log, once a day."""
        if self._told_at is None or self._clock() >= self._told_at + _DAY:
            self._told_at = self._clock()
            log.error("%s", trouble)


def _waiting(reason: str, pause: timedelta) -> SendError:
    return SendError(reason, retry_in=pause.total_seconds(), whole_channel=True)
