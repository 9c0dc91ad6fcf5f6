"""`doithoai waiting`: what residents said that waits for an official."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.settings import Settings
from handlers.turn import VIETNAM
from knowledge.text import fold
from storage import attachments, opinions, questions
from storage.attachments import AttachmentRow
from storage.database import Database
from storage.migrate import migrate

_out = Console(highlight=False)
_KINDS = {"photo": "ảnh", "voice": "ghi âm, cần nghe", "video": "phim", "file": "tệp"}
_STATES = {
    "waiting": "đang lấy về",
    "taken": "đang lấy về",
    "done": "đã giữ",
    "failed": "không giữ",
}


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
        brought = attachments.count_of(connection, [row.inbox_id for row in (*asked, *said)])
        sent = attachments.newest(connection, limit)
    table = Table("khi nào", "kênh", "lĩnh vực", "kèm", "câu hỏi chờ cán bộ")
    for row in asked:
        kept = str(brought.get(row.inbox_id, ""))
        table.add_row(_say_time(row.asked_at), row.channel, row.topic or "", kept, Text(row.text))
    _out.print(table)
    table = Table("khi nào", "kèm", "góp ý của bà con")
    for opinion in said:
        kept = str(brought.get(opinion.inbox_id, ""))
        table.add_row(_say_time(opinion.said_at), kept, Text(opinion.text))
    _out.print(table)
    if sent:
        _print_sent(sent)


def _print_sent(sent: Sequence[AttachmentRow]) -> None:
    """What came with words and without; its number is what `doithoai attachment` asks for."""
    table = Table("số", "khi nào", "kênh", "loại", "tên tệp", "tình trạng")
    for row in sent:
        state = row.transcript or row.reason or ""
        table.add_row(
            str(row.id),
            _say_time(row.created_at),
            row.channel,
            _KINDS[row.kind],
            Text(row.name),
            Text(": ".join(filter(None, (_STATES[row.state], state)))),
        )
    _out.print(table)


def _say_time(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m %H:%M}"
