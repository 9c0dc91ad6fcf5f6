"""`doithoai waiting`: what waits for an official, and what of ours did not surely arrive."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bot.settings import Settings
from handlers.turn import VIETNAM
from knowledge.text import fold
from storage import opinions, outbox, questions
from storage.database import Database
from storage.migrate import migrate
from storage.outbox import Troubled

_out = Console(highlight=False)

SHOWN = 80
"""Characters of a message of ours, enough to know it by."""


def run(settings: Settings, search: str, limit: int) -> None:
    """Print the newest first; no account is shown."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url_of_database())
    try:
        migrate(database)
        _print(database, fold(search), limit)
    finally:
        database.close()


def _print(database: Database, key: str, limit: int) -> None:
    with database.read() as connection:
        asked = questions.search(connection, status="queued", key=key, limit=limit)
        said = opinions.search(connection, key=key, limit=limit)
        held = outbox.in_trouble(connection, "held", limit)
        unknown = outbox.in_trouble(connection, "unknown", limit)
    table = Table("khi nào", "kênh", "lĩnh vực", "câu hỏi chờ cán bộ")
    for row in asked:
        table.add_row(
            f"{row.asked_at.astimezone(VIETNAM):%d/%m %H:%M}",
            row.channel,
            row.topic or "",
            row.text,
        )
    _out.print(table)
    table = Table("khi nào", "góp ý của bà con")
    for opinion in said:
        table.add_row(f"{opinion.said_at.astimezone(VIETNAM):%d/%m %H:%M}", opinion.text)
    _out.print(table)
    _print_troubled("chưa gửi được, chờ bà con nhắn lại (unreachable)", held)
    _print_troubled("không rõ đã tới hay chưa (unknown)", unknown)


def _print_troubled(title: str, rows: Sequence[Troubled]) -> None:
    if not rows:
        return
    table = Table("khi nào", "kênh", "vì sao", title)
    for row in rows:
        table.add_row(
            f"{row.created_at.astimezone(VIETNAM):%d/%m %H:%M}",
            row.channel,
            row.reason or "",
            str(row.body.get("heading") or row.body.get("text", ""))[:SHOWN],
        )
    _out.print(table)
