"""`doithoai demo`: a believable commune in an empty database, to look around in as each role."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pyotp.totp import TOTP
from rich.console import Console
from rich.table import Table

from bot.app import build_house
from bot.clock import SystemClock
from bot.demo_cases import fill
from bot.settings import Settings
from bot.vault import Vault, key_of
from handlers.answering import decide_all, remember
from handlers.casebook import NoCases
from handlers.officials import signing_in, staff
from handlers.officials.staff import Wanted
from handlers.turn import House
from storage import inbox, outbox
from storage.database import Connection, Database
from storage.inbox import InboxEntry
from storage.migrate import is_empty, migrate
from storage.outbox import Settled

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
SCRIPT = Path(__file__).with_suffix(".yaml")


def run(settings: Settings) -> int:
    """Fill an empty database and print how to sign in; the exit code."""
    if settings.public_url:
        _errors.print(
            "a demo is not for an address that others reach: unset public_url", style="red"
        )
        return 1
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url_of_database())
    try:
        migrate(database)
        if not is_empty(database):
            _errors.print("the database is not empty: give another DOITHOAI_DATA_DIR", style="red")
            return 1
        script = yaml.safe_load(SCRIPT.read_text("utf-8"))
        play(database, build_house(), script, vault=Vault(key_of(settings)))
    finally:
        database.close()
    _print_sign_ins(settings, script)
    return 0


def play(database: Database, house: House, script: dict[str, Any], *, vault: Vault) -> None:
    """Add the officials, the cases and what residents wrote, as of the house's now."""
    now = house.clock.now()
    for one in script["officials"]:
        job = partial(_add_official, one=one, script=script, house=house, vault=vault, now=now)
        database.write(job).result()
    database.write(partial(fill, house=house, script=script, now=now)).result()
    for number, text in enumerate(script["said"]):
        _hear(database, house, text, number=number)


def _add_official(
    connection: Connection,
    *,
    one: dict[str, Any],
    script: dict[str, Any],
    house: House,
    vault: Vault,
    now: datetime,
) -> None:
    wanted = Wanted(one["name"], one["role"], one["unit"], one.get("areas", []), [])
    _, token = staff.add(
        connection, login=one["login"], wanted=wanted, library=house.library, by=None, now=now
    )
    sealed = vault.seal(script["totp"].encode())
    signing_in.accept(connection, token, script["password"], sealed_secret=sealed, step=1, now=now)


def _hear(database: Database, house: House, text: str, *, number: int) -> None:
    """What a resident writes on the web chat is answered on the same road as always."""
    now = house.clock.now()
    sent_at = now - timedelta(days=number, hours=number % 7)
    name = f"demo-{number}"
    entry = InboxEntry("web", name, name, "text", text, "", False, sent_at, sent_at)
    database.write(lambda c: inbox.put(c, [entry])).result()
    rows = database.write(lambda c: inbox.take(c, by="demo", now=now)).result()
    decided = decide_all(house, rows, {}, casebook=NoCases())
    database.write(lambda c: _keep(c, decided, now)).result()


def _keep(connection: Connection, decided: Sequence[Any], now: datetime) -> None:
    """Remember the turns; what they say has nobody to go to."""
    remember(connection, decided, now)
    while sent := outbox.take(connection, by="demo", now=now, channel="web"):
        outbox.settle(connection, [Settled(row.id, "done", None, None, now) for row in sent])


def _print_sign_ins(settings: Settings, script: dict[str, Any]) -> None:
    table = Table("login", "role", "unit")
    for one in script["officials"]:
        table.add_row(one["login"], one["role"], one["unit"])
    _out.print(table)
    code = TOTP(script["totp"]).at(SystemClock().now())
    _out.print(f"password, for all of them: {script['password']}")
    _out.print(f"key of the second factor: {script['totp']} (its code now: {code}, once each)")
    _out.print(f"start with `doithoai serve`, then open {settings.address()}/console")
