"""`doithoai channels`: every channel, on or off, what it lacks, and what is left of its plan."""

from datetime import datetime
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.plan import Plan, Use, plans_of, use_of
from bot.settings import PREFIX, Settings
from storage.database import Database
from storage.migrate import migrate

_out = Console(highlight=False)


class Door(NamedTuple):
    """A channel as the settings have it: `lacks` says in words what keeps it from working."""

    channel: str
    is_on: bool
    lacks: list[str]


def doors_of(settings: Settings) -> list[Door]:
    """Every channel that `serve` can open."""
    messengers = [_messenger(settings, name) for name in ("telegram", "zalo_bot")]
    return [Door("web", True, []), *messengers, _zalo_oa(settings)]


def _messenger(settings: Settings, channel: str) -> Door:
    token, secret = (getattr(settings, f"{channel}_{name}") for name in ("token", "secret"))
    name = f"{PREFIX}{channel.upper()}"
    if not token.get_secret_value():
        return Door(channel, False, [f"{name}_TOKEN turns it on."])
    lacks: list[str] = []
    if settings.public_url and not secret.get_secret_value():
        lacks.append(f"{name}_SECRET is needed when {PREFIX}PUBLIC_URL is set.")
    if settings.public_url and not settings.public_url.startswith("https://"):
        lacks.append(f"{PREFIX}PUBLIC_URL must begin with https:// for webhooks.")
    return Door(channel, True, lacks)


def _zalo_oa(settings: Settings) -> Door:
    given = {
        "ZALO_APP_ID": settings.zalo_app_id,
        "ZALO_APP_SECRET": settings.zalo_app_secret.get_secret_value(),
        "ZALO_OA_SECRET": settings.zalo_oa_secret.get_secret_value(),
    }
    if not (given["ZALO_APP_ID"] or given["ZALO_APP_SECRET"]):
        return Door("zalo_oa", False, [f"{PREFIX}ZALO_APP_ID turns it on."])
    lacks = [f"{PREFIX}{name} is missing: Zalo needs it." for name in given if not given[name]]
    if bool(settings.zalo_template) != bool(settings.zalo_template_field):
        pair = f"{PREFIX}ZALO_TEMPLATE and {PREFIX}ZALO_TEMPLATE_FIELD"
        lacks.append(f"{pair} need each other.")
    return Door("zalo_oa", True, lacks)


def run(settings: Settings) -> None:
    """Print one line for each channel."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url_of_database())
    try:
        migrate(database)
        _out.print(table_of(settings, database, SystemClock().now()))
    finally:
        database.close()


def table_of(settings: Settings, database: Database, now: datetime) -> Table:
    """One row for each channel, for officials."""
    plans = plans_of(settings)
    table = Table("kênh", "bật", "gửi tháng này", "bà con", "còn thiếu")
    for door in doors_of(settings):
        use = use_of(database, door.channel, now)
        sent, users = _told(use, plans.get(door.channel))
        table.add_row(door.channel, "x" if door.is_on else "", sent, users, "\n".join(door.lacks))
    return table


def _told(use: Use, plan: Plan | None) -> tuple[str, str]:
    """What was used, and what is left of it where there is a plan."""
    if plan is None:
        return str(use.sent), str(use.users)
    pairs = ((use.sent, plan.monthly), (use.users, plan.users))
    sent, users = (f"{used}/{allowed} (còn {max(allowed - used, 0)})" for used, allowed in pairs)
    return sent, users
