"""`doithoai zalo`, as an operator meets it: against a Zalo on loopback, with a real clock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.app import channels_of
from bot.channels.zalo_oauth import ConsentServer
from bot.channels.zalo_signature import sign
from bot.check import problems_of
from bot.cli import cli
from bot.clock import SystemClock
from bot.settings import Settings
from bot.vault import key_of
from bot.zalo_account import run_login, run_status, vault_of
from handlers.turn import House
from storage.database import Database
from tests.channels.zalo_room import pair_of
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET, ZaloOa
from tests.fakes.zalo_webhook import raw, signed, text_event
from tests.journeys.running import settings_for

now = SystemClock().now


@pytest.fixture
async def zalo() -> AsyncIterator[ZaloOa]:
    async with ZaloOa(now) as zalo:
        yield zalo
    assert zalo.complaints == []


def given(zalo: ZaloOa, **more: str) -> dict[str, str]:
    return {
        "zalo_app_id": APP_ID,
        "zalo_app_secret": APP_SECRET,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_id": OA_ID,
        "zalo_callback": "https://vi.du/goi-lai",
        "zalo_api": zalo.url,
        "zalo_oauth": zalo.url,
    } | more


async def run(folder: Path, settings: dict[str, str], *words: str, stdin: str = "") -> Result:
    env = {f"DOITHOAI_{name.upper()}": value for name, value in settings.items()}
    env["DOITHOAI_DATA_DIR"] = str(folder)
    return await asyncio.to_thread(CliRunner().invoke, cli, ["zalo", *words], stdin, env)


def challenge() -> str:
    return ConsentServer(APP_ID, APP_SECRET, clock=now).challenge


async def test_an_operator_logs_in_and_sees_how_long_that_lasts(
    tmp_path: Path, zalo: ZaloOa
) -> None:
    zalo.codes["c0de"] = challenge()
    done = await run(tmp_path, given(zalo), "login", stdin="c0de\n")
    assert done.exit_code == 0, done.output
    assert f"{zalo.url}/v4/oa/permission?app_id={APP_ID}&redirect_uri=" in done.output
    assert challenge() in done.output
    assert "UBND phường Thử" in done.output
    until = now() + timedelta(hours=25 + 7)
    assert f"lives until {until:%d/%m/%Y %H:}" in done.output
    assert APP_SECRET not in done.output
    assert "-s3cret" not in done.output
    seen = await run(tmp_path, given(zalo), "status")
    assert (seen.exit_code, "lives until" in seen.output) == (0, True)


async def test_a_verifier_of_ones_own_is_used(tmp_path: Path, zalo: ZaloOa) -> None:
    own = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
    zalo.codes["c0de"] = "RqIZl4LIgn8KxW9QO-nTnv7pf0CnNrksx9fF-CXP2FE"
    done = await run(tmp_path, given(zalo, zalo_verifier=own), "login", stdin="c0de\n")
    assert done.exit_code == 0, done.output


async def test_a_consent_that_fails_says_what_to_mend(tmp_path: Path, zalo: ZaloOa) -> None:
    zalo.codes["c0de"] = "another challenge"
    done = await run(tmp_path, given(zalo), "login", stdin="c0de\n")
    assert done.exit_code == 1
    assert "Mend: save the code challenge above in the app" in done.output
    assert (await run(tmp_path, given(zalo), "status")).exit_code == 1


async def test_the_whole_callback_may_be_pasted_and_must_be_of_this_login(
    tmp_path: Path, zalo: ZaloOa, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(tmp_path, "", **given(zalo))
    zalo.codes["c0de"] = challenge()

    def paste(_: str) -> str:
        state = capsys.readouterr().out.split("state=")[1].split()[0]
        return f"https://vi.du/goi-lai?code=c0de&oa_id={OA_ID}&state={state}"

    assert await asyncio.to_thread(run_login, settings, paste) == 0
    for pasted, said in (
        ("https://vi.du/?code=x&state=other", "of another login"),
        ("https://vi.du/?code=x&oa_id=7", "another account (7)"),
        ("https://vi.du/?error=1", "no code"),
    ):
        assert await asyncio.to_thread(run_login, settings, lambda _, it=pasted: it) == 2
        assert said in capsys.readouterr().out


async def test_a_login_without_its_settings_names_them(tmp_path: Path, zalo: ZaloOa) -> None:
    done = await run(tmp_path, {"zalo_app_id": APP_ID}, "login")
    assert done.exit_code == 2
    assert "DOITHOAI_ZALO_APP_SECRET, DOITHOAI_ZALO_CALLBACK" in done.output


async def test_the_status_tells_of_a_failed_renewal_and_of_the_end(
    tmp_path: Path, zalo: ZaloOa, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(tmp_path, "", **given(zalo))
    assert await asyncio.to_thread(run_status, settings) == 1
    assert "no tokens" in capsys.readouterr().out
    database = Database(settings.url_of_database())
    vault = vault_of(settings, database, now)
    tokens = pair_of(zalo, lambda: now() - timedelta(days=80))
    await vault.put(tokens)
    claimed = await vault.claim()
    assert claimed is not None
    await vault.give_up(claimed, "Zalo's consent server refused (-118)")
    database.close()
    assert await asyncio.to_thread(run_status, settings) == 1
    told = capsys.readouterr().out
    assert "(-118)" in told
    assert "ends soon" in told


@pytest.mark.parametrize(
    ("secret", "first", "in_header", "said"),
    [
        (OA_SECRET, APP_ID, False, "DOITHOAI_ZALO_OA_SECRET signs it, with the app's id"),
        (APP_SECRET, APP_ID, False, "DOITHOAI_ZALO_APP_SECRET signs it, with the app's id"),
        (OA_SECRET, OA_ID, False, "with the account's id and the body's timestamp"),
        (OA_SECRET, APP_ID, True, "with the app's id and the header's timestamp"),
        ("x", APP_ID, False, "Neither secret signs"),
    ],
)
async def test_a_captured_webhook_tells_its_secret(
    secret: str, first: str, in_header: bool, said: str, tmp_path: Path, zalo: ZaloOa
) -> None:
    body = raw(text_event("chào", now(), msg_id="m1"), odd=True)
    (tmp_path / "body").write_bytes(body)
    header = signed(body, secret=secret, app_id=first)["x-zevent-signature"]
    more: list[str] = []
    if in_header:
        header = sign(first, body, timestamp="77", secret=secret)
        more = ["--timestamp", "77"]
    words = ["verify-signature", str(tmp_path / "body"), "--header", header, *more]
    done = await run(tmp_path, given(zalo), *words)
    assert said in done.output
    assert done.exit_code == (1 if "Neither" in said else 0)
    assert secret == "x" or secret not in done.output


# The door, joined


def joined(settings: Settings, house: House) -> list[str]:
    database = Database(settings.url_of_database())
    try:
        return [door.name for door in channels_of(settings, house, database)]
    finally:
        database.close()


async def test_the_door_is_open_where_the_app_is_given(
    tmp_path: Path, zalo: ZaloOa, house: House
) -> None:
    assert joined(settings_for(tmp_path, ""), house) == ["web"]
    settings = settings_for(tmp_path, "", **given(zalo))
    assert joined(settings, house) == ["web", "zalo_oa"]
    assert problems_of(settings) == []


async def test_what_is_missing_is_said_in_words(tmp_path: Path, zalo: ZaloOa, house: House) -> None:
    settings = settings_for(tmp_path, "", **given(zalo, zalo_oa_secret=""))
    with pytest.raises(ValueError, match="needs the secret key of the Official Account"):
        joined(settings, house)
    assert problems_of(settings) == ["DOITHOAI_ZALO_OA_SECRET is missing: Zalo needs it."]
    lonely = settings_for(tmp_path, "", zalo_app_secret="x", zalo_template="317001")
    assert len(problems_of(lonely)) == 3
    with pytest.raises(ValueError, match="32 random letters"):
        key_of(settings_for(tmp_path, "", secret_key="x"))
