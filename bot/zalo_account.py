"""A Zalo Official Account's login, tokens and signature, as the operator meets them."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import product

from rich.console import Console

from bot.channels.channel import SendError
from bot.channels.zalo_oa_client import Client
from bot.channels.zalo_oa_events import CHANNEL, open_envelope
from bot.channels.zalo_oauth import ConsentServer, read_callback
from bot.channels.zalo_signature import mac_of, sign
from bot.channels.zalo_tokens import LAST_DAYS, LOG_IN, GrantError, Keeper, Tokens
from bot.clock import SystemClock
from bot.settings import Settings
from bot.token_vault import TokenVault
from bot.vault import Vault, key_of
from handlers.turn import VIETNAM
from storage.database import Database
from storage.migrate import migrate

_out = Console(highlight=False, soft_wrap=True)

Clock = Callable[[], datetime]
Ask = Callable[[str], str]

CONSENT = """\
1. At developers.zalo.me the app must be active and have the Official Account API. Save there
   the callback address  {callback}
   and the code challenge  {challenge}
2. Open this as an admin of the Official Account, and agree:
   {link}
3. The browser ends at the callback address with ?code=… in it. The code lives ten minutes."""

_HINTS = {
    "verifier": "save the code challenge above in the app, or set DOITHOAI_ZALO_VERIFIER",
    "redirect": "save the callback address above in the app, letter for letter",
    "-14002": "activate the app, or agree as one of its admins",
}


def consent_server_of(settings: Settings, clock: Clock) -> ConsentServer:
    """Zalo's consent server for the app of these settings."""
    return ConsentServer(
        settings.zalo_app_id,
        settings.zalo_app_secret.get_secret_value(),
        clock=clock,
        base=settings.zalo_oauth,
        verifier=settings.zalo_verifier.get_secret_value(),
    )


def vault_of(settings: Settings, database: Database, clock: Clock) -> TokenVault:
    """Where the account's tokens are; raises ValueError when the key cannot work."""
    return TokenVault(database, Vault(key_of(settings)), CHANNEL, clock=clock)


def run_login(settings: Settings, ask: Ask) -> int:
    """Lead through the consent and keep the tokens; the exit code."""
    if missing := list(_missing(settings)):
        _out.print(f"First set {', '.join(missing)}.")
        return 2
    return _with_vault(settings, lambda vault, clock: _log_in(settings, vault, clock, ask=ask))


def run_status(settings: Settings) -> int:
    """Print how the tokens are; the exit code is 1 when somebody has to act."""
    return _with_vault(settings, _tell_status)


def run_verify(settings: Settings, body: bytes, header: str, *, timestamp: str) -> int:
    """Print which secret signs like this; the exit code is 1 when none does."""
    found = list(signers_of(settings, body, mac_of(header), timestamp=timestamp))
    for sentence in found or ["Neither secret signs this body so: was it saved byte for byte?"]:
        _out.print(sentence)
    return 0 if found else 1


def signers_of(settings: Settings, body: bytes, mac: str, *, timestamp: str) -> Iterator[str]:
    """A sentence for each way in which one of our secrets makes this mac."""
    secrets_ = {
        "DOITHOAI_ZALO_OA_SECRET": settings.zalo_oa_secret.get_secret_value(),
        "DOITHOAI_ZALO_APP_SECRET": settings.zalo_app_secret.get_secret_value(),
    }
    firsts = {"the app's id": settings.zalo_app_id, "the account's id": settings.zalo_oa_id}
    times = {"the body's timestamp": _timestamp_in(body), "the header's timestamp": timestamp}
    for secret, first, time in product(secrets_, firsts, times):
        if not (secrets_[secret] and firsts[first] and times[time]):
            continue
        if mac and mac == sign(firsts[first], body, timestamp=times[time], secret=secrets_[secret]):
            yield f"{secret} signs it, with {first} and {time}."


def _timestamp_in(body: bytes) -> str:
    try:
        return str(open_envelope(body.decode()).timestamp)
    except ValueError:
        return ""


def _missing(settings: Settings) -> Iterator[str]:
    given = {
        "DOITHOAI_ZALO_APP_ID": settings.zalo_app_id,
        "DOITHOAI_ZALO_APP_SECRET": settings.zalo_app_secret.get_secret_value(),
        "DOITHOAI_ZALO_CALLBACK": settings.zalo_callback,
    }
    return (name for name, value in given.items() if not value)


def _with_vault(settings: Settings, work: Callable[[TokenVault, Clock], Awaitable[int]]) -> int:
    clock = SystemClock().now
    database = Database(settings.url_of_database())

    async def run() -> int:
        return await work(vault_of(settings, database, clock), clock)

    try:
        migrate(database)
        return asyncio.run(run())
    except ValueError as error:
        _out.print(str(error), style="red")
        return 2
    finally:
        database.close()


async def _log_in(settings: Settings, vault: TokenVault, clock: Clock, *, ask: Ask) -> int:
    server, state = consent_server_of(settings, clock), secrets.token_urlsafe(16)
    link = server.link(settings.zalo_callback, state)
    _out.print(
        CONSENT.format(callback=settings.zalo_callback, challenge=server.challenge, link=link)
    )
    callback = read_callback(ask("Paste that address, or only the code"))
    if callback.state not in ("", state):
        raise ValueError("this address is of another login: open the link above")
    if settings.zalo_oa_id and callback.oa_id not in ("", settings.zalo_oa_id):
        raise ValueError(f"consent was given for another account ({callback.oa_id})")
    try:
        fresh = await server.exchange(callback.code)
    except (GrantError, SendError) as error:
        _out.print(f"{error}{_hint(str(error))}", style="red")
        return 1
    await vault.put(fresh)
    _out.print(f"The tokens are kept. {_lives(fresh)}")
    await _greet(settings, vault, clock)
    return 0


def _hint(trouble: str) -> str:
    found = [hint for sign_, hint in _HINTS.items() if sign_ in trouble.lower()]
    return f". Mend: {found[0]}." if found else ""


def _lives(tokens: Tokens) -> str:
    access, consent = (
        f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        for at in (tokens.expires_at, tokens.refresh_until)
    )
    return (
        f"The access token lives until {access} and is renewed before; a renewal must work before "
        f"{consent}, else somebody has to log in again (times of Viet Nam)."
    )


async def _greet(settings: Settings, vault: TokenVault, clock: Clock) -> None:
    keeper = Keeper(vault, consent_server_of(settings, clock).refresh, clock=clock)
    app_secret = settings.zalo_app_secret.get_secret_value()
    client = Client(keeper, app_secret, clock=clock, api=settings.zalo_api)
    try:
        account = await client.account()
        _out.print(f"Zalo calls the account: {account.name} ({account.oaid}).")
    except SendError as error:
        _out.print(f"Zalo does not tell how the account is called: {error.reason}", style="yellow")
    finally:
        await client.close()


async def _tell_status(vault: TokenVault, clock: Clock) -> int:
    tokens = await vault.load()
    if tokens is None:
        _out.print(f"There are no tokens that can be read: {LOG_IN}.", style="red")
        return 1
    _out.print(_lives(tokens))
    trouble = await vault.trouble()
    if trouble:
        at = trouble.failed_at.astimezone(VIETNAM)
        _out.print(f"Renewal failed on {at:%d/%m/%Y %H:%M}: {trouble.failure}", style="red")
    if ends := clock() >= tokens.refresh_until - LAST_DAYS:
        _out.print(f"The consent ends soon: {LOG_IN}.", style="red")
    return 1 if trouble or ends else 0
