"""`doithoai waiting`: what residents said that waits for an official."""

from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.settings import Settings
from handlers.turn import VIETNAM
from knowledge import library
from knowledge.library import Library
from knowledge.text import fold
from storage import cases, questions
from storage.database import Database
from storage.migrate import migrate

_out = Console(highlight=False)


def run(settings: Settings, search: str, limit: int) -> None:
    """Print the newest first; no account is shown."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url_of_database())
    try:
        migrate(database)
        _print(database, library.load(), key=fold(search), limit=limit)
    finally:
        database.close()


def _print(database: Database, known: Library, *, key: str, limit: int) -> None:
    with database.read() as connection:
        asked = questions.search(connection, status="queued", key=key, limit=limit)
        waiting = cases.waiting(connection, key=key, limit=limit)
    table = Table("khi nào", "kênh", "lĩnh vực", "câu hỏi chưa có câu trả lời")
    for row in asked:
        table.add_row(_say_time(row.asked_at), row.channel, row.topic or "", Text(row.text))
    _out.print(table)
    table = Table("mã", "loại", "lĩnh vực", "nơi giữ", "hạn", "người", "việc chờ cán bộ")
    for case in waiting:
        unit = known.units.get(case.unit)
        table.add_row(
            case.code,
            known.kinds[case.kind].title,
            case.topic,
            unit.name if unit else "",
            _say_time(case.due_at) if case.due_at else "",
            str(case.asker_count),
            Text(case.title),
        )
    _out.print(table)


def _say_time(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m %H:%M}"
