"""`doithoai attachment`: hands one kept file to the operator, and writes down that it did."""

import os
import pwd
import shutil
from pathlib import Path

from rich.console import Console

from bot.clock import SystemClock
from bot.files import Folder
from bot.settings import Settings
from storage import attachments
from storage.attachments import AttachmentRow
from storage.database import Database
from storage.migrate import migrate

_out = Console(highlight=False, soft_wrap=True)


def run(settings: Settings, number: int, out: Path) -> int:
    """Write the attachment to a file; the exit code."""
    row = _find(settings, number)
    if row is None:
        _out.print(f"There is no attachment {number}: `doithoai waiting` lists them.", style="red")
        return 1
    if row.sha256 is None:
        _out.print(f"Attachment {number} is {row.state}: {row.reason or 'not kept yet'}.")
        return 1
    # Written down first: nobody looks without a trace.
    _note(settings.data_dir / "audit.log", f"attachment {number} {row.sha256}")
    shutil.copyfile(Folder(settings.folder_of_files()).path_of(row.sha256), out)
    _out.print(f"{out}: {row.media_type}, {row.size} bytes")
    if row.transcript:
        _out.print(f"Máy chép lại, có thể sai: {row.transcript}", markup=False)
    return 0


def _find(settings: Settings, number: int) -> AttachmentRow | None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url_of_database())
    try:
        migrate(database)
        with database.read() as connection:
            return attachments.find(connection, number)
    finally:
        database.close()


def _note(path: Path, what: str) -> None:
    """One line of the audit log: when (UTC), who on this machine, what."""
    now = SystemClock().now()
    line = f"{now:%Y-%m-%dT%H:%M:%SZ} {pwd.getpwuid(os.getuid()).pw_name} {what}\n"
    with path.open("a", encoding="utf-8") as log:
        log.write(line)
