"""The keeper of Zalo's tokens: renewed in time, by one at a time, kept before they are used."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.channel import SendError
from bot.channels.zalo_oauth import read_callback
from bot.channels.zalo_tokens import GrantError, Keeper, Tokens
from bot.token_vault import TokenVault
from bot.vault import Vault
from storage import tokens
from storage.database import Database
from tests.channels.zalo_room import MemoryStore, pair_of, server_of
from tests.conftest import StoppedClock
from tests.fakes.zalo_oa import APP_SECRET, Failure, ZaloOa

TOKENS = "/v4/oa/access_token"
KEY = b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
async def zalo(clock: StoppedClock, caplog: pytest.LogCaptureFixture) -> AsyncIterator[ZaloOa]:
    caplog.set_level(logging.DEBUG)
    async with ZaloOa(clock.now) as zalo:
        yield zalo
    assert zalo.complaints == []
    logged = caplog.get_records("setup") + caplog.get_records("call")
    lines = [logging.Formatter().format(record) for record in logged]
    assert not [line for line in lines if APP_SECRET in line or "-s3cret" in line]


def keeper_of(zalo: ZaloOa, clock: StoppedClock, store: object) -> Keeper:
    assert isinstance(store, MemoryStore | TokenVault)
    return Keeper(store, server_of(zalo, clock.now).refresh, clock=clock.now)


async def vault_with_a_pair(database: Database, zalo: ZaloOa, clock: StoppedClock) -> TokenVault:
    vault = vault_of(database, clock)
    await vault.put(pair_of(zalo, clock.now))
    return vault


def vault_of(database: Database, clock: StoppedClock, key: bytes = KEY) -> TokenVault:
    return TokenVault(database, Vault(key), "zalo_oa", clock=clock.now)


async def refused(keeper: Keeper, token: str = "") -> SendError:
    with pytest.raises(SendError) as caught:
        await keeper.access(refused=token)
    return caught.value


# In time


async def test_a_token_is_renewed_when_four_fifths_of_its_life_are_over(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    store = MemoryStore(pair_of(zalo, clock.now))
    keeper = keeper_of(zalo, clock, store)
    clock.move(seconds=90_000 * 0.8 - 1)
    assert await keeper.access() == "access-1-s3cret"
    clock.move(seconds=1)
    assert await keeper.access() == "access-2-s3cret"
    assert await keeper.access() == "access-2-s3cret"
    assert len(zalo.calls_of(TOKENS)) == 1
    assert store.tokens is not None
    assert store.tokens.expires_at - clock.now() == timedelta(seconds=90_000)
    assert store.tokens.refresh_until - clock.now() == timedelta(days=90)


async def test_the_lives_that_zalo_tells_are_believed(zalo: ZaloOa, clock: StoppedClock) -> None:
    body = {"access_token": "a", "refresh_token": "b", "expires_in": 3600}
    zalo.fail(TOKENS, Failure(body=body | {"refresh_token_expires_in": "86400"}))
    fresh = await server_of(zalo, clock.now).refresh("x")
    assert fresh.expires_at - clock.now() == timedelta(hours=1)
    assert fresh.refresh_until - clock.now() == timedelta(days=1)


async def test_ten_at_once_in_one_process_renew_once(zalo: ZaloOa, clock: StoppedClock) -> None:
    keeper = keeper_of(zalo, clock, MemoryStore(pair_of(zalo, clock.now)))
    clock.move(hours=24)
    zalo.slow_rotation = 0.05
    assert set(await asyncio.gather(*(keeper.access() for _ in range(10)))) == {"access-2-s3cret"}
    assert len(zalo.calls_of(TOKENS)) == 1


async def test_ten_who_were_refused_the_same_token_renew_once(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    keeper = keeper_of(zalo, clock, MemoryStore(pair_of(zalo, clock.now)))
    old = await keeper.access()
    asked = (keeper.access(refused=old) for _ in range(10))
    assert set(await asyncio.gather(*asked)) == {"access-2-s3cret"}


async def test_who_gives_up_waiting_does_not_lose_the_pair(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    store = MemoryStore(pair_of(zalo, clock.now))
    keeper = keeper_of(zalo, clock, store)
    clock.move(hours=24)
    zalo.slow_rotation = 0.2
    waiting = asyncio.create_task(keeper.access())
    while not zalo.calls_of(TOKENS):
        await asyncio.sleep(0.01)
    waiting.cancel()
    await keeper.close()
    assert store.tokens is not None
    assert store.tokens.access == "access-2-s3cret"


# By one at a time


async def test_two_processes_at_once_renew_once(
    database: Database, zalo: ZaloOa, clock: StoppedClock
) -> None:
    first = await vault_with_a_pair(database, zalo, clock)
    other_database = Database(database.url.render_as_string(hide_password=False))
    try:
        keepers = [keeper_of(zalo, clock, one) for one in (first, vault_of(other_database, clock))]
        clock.move(hours=21)  # due, and still good
        zalo.slow_rotation = 0.1
        for _ in range(3):
            got = await asyncio.gather(*(keeper.access() for keeper in keepers))
            assert set(got) <= {"access-1-s3cret", "access-2-s3cret"}
        assert set(await asyncio.gather(*(keeper.access() for keeper in keepers))) == {
            "access-2-s3cret"
        }
        assert len(zalo.calls_of(TOKENS)) == 1
        assert await first.trouble() is None
    finally:
        other_database.close()


async def test_with_its_token_ended_a_process_waits_for_the_other(
    database: Database, zalo: ZaloOa, clock: StoppedClock
) -> None:
    vault = await vault_with_a_pair(database, zalo, clock)
    clock.move(hours=26)
    assert await vault.claim() is not None
    error = await refused(keeper_of(zalo, clock, vault_of(database, clock)))
    assert (error.retry_in, error.whole_channel) == (2.0, True)
    assert zalo.calls_of(TOKENS) == []


async def test_the_claim_of_a_dead_process_ends(
    database: Database, zalo: ZaloOa, clock: StoppedClock
) -> None:
    dead = await vault_with_a_pair(database, zalo, clock)
    clock.move(hours=26)
    assert await dead.claim() is not None
    assert await vault_of(database, clock).claim() is None
    clock.move(seconds=61)
    assert await keeper_of(zalo, clock, vault_of(database, clock)).access() == "access-2-s3cret"


async def test_a_pair_that_comes_too_late_does_not_take_the_place_of_a_newer_one(
    database: Database, zalo: ZaloOa, clock: StoppedClock
) -> None:
    vault = await vault_with_a_pair(database, zalo, clock)
    claimed = await vault.claim()
    assert claimed is not None
    anew = pair_of(zalo, clock.now)
    await vault_of(database, clock).put(anew)
    await vault.save(replace(anew, access="late", refresh="late"), claimed)
    kept = await vault.load()
    assert kept is not None
    assert (kept.access, kept.version) == (anew.access, 2)


# Kept before it is used


class Breaking(MemoryStore):
    """A place for tokens whose disk is full, for a while."""

    breaks = True
    is_away = False

    async def load(self) -> Tokens | None:
        if self.is_away:
            raise ConnectionError("the database went away")
        return await super().load()

    async def save(self, fresh: Tokens, after: Tokens) -> None:
        if self.breaks:
            raise OSError("no space left on the device")
        await super().save(fresh, after)


async def test_a_pair_that_cannot_be_kept_is_not_used_and_not_lost(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    store = Breaking(pair_of(zalo, clock.now))
    keeper = keeper_of(zalo, clock, store)
    clock.move(hours=21)
    for _ in range(2):
        assert (await refused(keeper)).whole_channel
    assert store.tokens is not None
    assert store.tokens.access == "access-1-s3cret"
    store.breaks = False
    assert await keeper.access() == "access-2-s3cret"
    assert store.tokens.access == "access-2-s3cret"
    assert len(zalo.calls_of(TOKENS)) == 1


async def test_a_database_that_went_away_leaves_nothing_unknown(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    store = Breaking(pair_of(zalo, clock.now))
    keeper = keeper_of(zalo, clock, store)
    store.is_away = True
    error = await refused(keeper)
    assert (error.retry_in, error.whole_channel, error.unknown) == (60.0, True, False)
    store.is_away = False
    assert await keeper.access() == "access-1-s3cret"


async def test_a_crash_between_rotation_and_commit_is_told_and_the_old_token_serves_its_time(
    database: Database, zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    crashed = await vault_with_a_pair(database, zalo, clock)
    clock.move(hours=21)
    claimed = await crashed.claim()
    assert claimed is not None
    await server_of(zalo, clock.now).refresh(claimed.refresh)  # and the power goes
    clock.move(seconds=61)
    vault = vault_of(database, clock)
    keeper = keeper_of(zalo, clock, vault)
    assert await keeper.access() == "access-1-s3cret"
    assert "(-118)" in caplog.text
    assert "doithoai zalo login" in caplog.text
    trouble = await vault.trouble()
    assert trouble is not None
    assert "-118" in trouble.failure
    clock.move(hours=5)
    error = await refused(keeper)
    assert error.retry_in == 3600.0
    await vault.put(pair_of(zalo, clock.now))  # an official logs in, in another process
    assert await keeper.access() == "access-3-s3cret"
    assert await vault.trouble() is None


# What goes wrong


@pytest.mark.parametrize("dead", [True, False])
async def test_a_dead_grant_is_tried_once_an_hour_and_an_outage_once_a_minute(
    dead: bool, zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore(pair_of(zalo, clock.now))
    keeper = keeper_of(zalo, clock, store)
    zalo.grant_is_dead = dead
    zalo.fail(TOKENS, *([] if dead else [Failure(status=502, body="<html>")] * 9))
    clock.move(hours=26)
    pause = 3600 if dead else 60
    for calls in (1, 2):
        assert (await refused(keeper)).retry_in == pause
        clock.move(seconds=pause - 1)
        assert (await refused(keeper)).retry_in == 1
        assert len(zalo.calls_of(TOKENS)) == calls
        clock.move(seconds=1)
    assert len(store.failures) == 2
    errors = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(errors) == 2
    assert ("zalo login" in errors[0].getMessage()) == dead


async def test_a_token_that_zalo_dropped_is_not_used_though_its_renewal_fails(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    keeper = keeper_of(zalo, clock, MemoryStore(pair_of(zalo, clock.now)))
    token = await keeper.access()
    zalo.fail(TOKENS, Failure(silent=True))
    error = await refused(keeper, token)
    assert (error.retry_in, error.whole_channel, error.unknown) == (60.0, True, False)


async def test_before_anybody_logged_in_officials_are_told_once_a_day(
    zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = keeper_of(zalo, clock, MemoryStore())
    for _ in range(3):
        assert (await refused(keeper)).retry_in == 3600.0
    assert caplog.text.count("there are no tokens") == 1
    clock.move(days=1)
    await refused(keeper)
    assert caplog.text.count("there are no tokens") == 2


async def test_before_the_consent_ends_officials_are_told(
    zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = keeper_of(zalo, clock, MemoryStore(pair_of(zalo, clock.now)))
    clock.move(days=80)
    await keeper.access()
    assert "the consent to Zalo ends" not in caplog.text  # the renewal brought another 90 days
    body = {"access_token": "a-s3cret", "refresh_token": "b-s3cret", "expires_in": 3600}
    zalo.fail(TOKENS, Failure(body=body | {"refresh_token_expires_in": 13 * 86400}))
    clock.move(days=1)
    assert await keeper.access() == "a-s3cret"
    assert "the consent to Zalo ends on 26/02/2027" in caplog.text


# The vault


async def test_no_token_lies_open_in_the_database(
    database: Database, zalo: ZaloOa, clock: StoppedClock
) -> None:
    vault = await vault_with_a_pair(database, zalo, clock)
    with database.read() as connection:
        row = tokens.find(connection, "zalo_oa")
    assert row is not None
    assert "s3cret" not in repr(row)
    kept = await vault.load()
    assert kept is not None
    assert (kept.access, kept.refresh) == ("access-1-s3cret", "refresh-1-s3cret")
    assert "s3cret" not in repr(kept)


async def test_tokens_sealed_with_another_key_are_none(
    database: Database, zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    await vault_with_a_pair(database, zalo, clock)
    assert await vault_of(database, clock, KEY[::-1].lstrip(b"=") + b"=").load() is None
    assert "another key" in caplog.text


# The consent server


async def test_the_first_pair_comes_for_a_code_and_its_verifier(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    server = server_of(zalo, clock.now)
    link = server.link("https://vi.du/goi-lai?x=1", "state-1")
    assert link.startswith(f"{zalo.url}/v4/oa/permission?app_id=")
    assert "redirect_uri=https%3A%2F%2Fvi.du%2Fgoi-lai%3Fx%3D1" in link
    assert "code_challenge_method" not in link
    zalo.codes["c0de"] = server.challenge
    assert (await server.exchange("c0de")).access == "access-1-s3cret"
    with pytest.raises(GrantError, match="-14011"):
        await server.exchange("c0de")
    zalo.codes["c0de"] = "another challenge"
    with pytest.raises(GrantError, match="verifier"):
        await server.exchange("c0de")


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("c0de", ("c0de", "", "")),
        ("  c0de\n", ("c0de", "", "")),
        ("https://vi.du/?code=c0de&oa_id=9&state=s", ("c0de", "s", "9")),
        ("code=c0de&state=s", ("c0de", "s", "")),
    ],
)
def test_a_pasted_callback_is_read(pasted: str, found: tuple[str, str, str]) -> None:
    came = read_callback(pasted)
    assert (came.code, came.state, came.oa_id) == found


@pytest.mark.parametrize("pasted", ["", "https://vi.du/?error=1", "https://vi.du/?code="])
def test_a_callback_without_a_code_is_refused(pasted: str) -> None:
    with pytest.raises(ValueError, match="no code"):
        read_callback(pasted)
