"""`doithoai waiting` lists what of ours did not surely arrive, and whom we cannot reach."""

from functools import partial
from pathlib import Path

import pytest

from bot import waiting
from storage import outbox
from storage.database import Database
from storage.outbox import OutboxEntry, Settled
from tests.conftest import StoppedClock
from tests.journeys.running import settings_for


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_held_or_unknown_is_listed_with_its_reason_and_without_the_account(
    database: Database,
    database_url: str,
    tmp_path: Path,
    clock: StoppedClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = clock.now()
    entries = [
        OutboxEntry(None, 0, "zalo", "0909-secret", {"text": text}, now, now)
        for text in ("tin bị giữ", "tin không rõ", "tin đã gửi")
    ]
    endings = [
        Settled(2, "unknown", None, "no answer", now),
        Settled(3, "done", "p3", None, now),
    ]
    database.write(partial(outbox.put, entries=entries)).result()
    database.write(partial(outbox.hold, row_id=1)).result()
    database.write(partial(outbox.settle, endings=endings)).result()
    waiting.run(settings_for(tmp_path, database_url), "", 50)
    told = capsys.readouterr().out
    assert "outside window" in told
    assert "no answer" in told
    assert "0909-secret" not in told
    assert "tin đã gửi" not in told
