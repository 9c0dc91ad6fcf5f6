"""`doithoai waiting`: what waits for an official, and what of ours did not surely arrive."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.settings import Settings
from handlers.turn import VIETNAM
from knowledge import library
from knowledge.library import Library
from knowledge.text import fold
from storage import attachments, cases, outbox, questions
from storage.attachments import AttachmentRow
from storage.cases import WaitingCase
from storage.database import Database
from storage.migrate import migrate
from storage.outbox import Troubled

_out = Console(highlight=False)
_KINDS = {"photo": "ảnh", "voice": "ghi âm, cần nghe", "video": "phim", "file": "tệp"}
_STATES = {
    "waiting": "đang lấy về",
    "taken": "đang lấy về",
    "done": "đã giữ",
    "failed": "không giữ",
}

SHOWN = 80
"""Characters of a message of ours, enough to know it by."""


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
        brought = attachments.count_of(connection, [row.inbox_id for row in asked])
        sent = attachments.newest(connection, limit)
        held = outbox.in_trouble(connection, "held", limit)
        unknown = outbox.in_trouble(connection, "unknown", limit)
        waiting = cases.waiting(connection, key=key, limit=limit)
    table = Table("khi nào", "kênh", "lĩnh vực", "kèm", "câu hỏi chưa có câu trả lời")
    for row in asked:
        kept = str(brought.get(row.inbox_id, ""))
        table.add_row(_say_time(row.asked_at), row.channel, row.topic or "", kept, Text(row.text))
    _out.print(table)
    _print_cases(waiting, known)
    if sent:
        _print_sent(sent)
    _print_troubled("chưa gửi được, chờ bà con nhắn lại (unreachable)", held)
    _print_troubled("không rõ đã tới hay chưa (unknown)", unknown)


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


def _print_cases(waiting: Sequence[WaitingCase], known: Library) -> None:
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


def _print_troubled(title: str, rows: Sequence[Troubled]) -> None:
    if not rows:
        return
    table = Table("khi nào", "kênh", "vì sao", title)
    for row in rows:
        said = str(row.body.get("heading") or row.body.get("text", ""))[:SHOWN]
        table.add_row(_say_time(row.created_at), row.channel, row.reason or "", Text(said))
    _out.print(table)


def _say_time(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m %H:%M}"
