"""kill -9 at every stop of the road, under load: nothing lost, nothing twice, order kept."""

from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import migrate
from tests.journeys.killing import Lives, kill

ALONE: Lives = {"web,worker,sender": 50}
APART: Lives = {"web": 2, "worker": 4, "sender": 6}


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("database_url", "lives"),
    [("sqlite", ALONE), ("postgresql", APART)],
    indirect=["database_url"],
)
async def test_kills_lose_nothing_and_answer_nothing_twice(
    database_url: str, lives: Lives, tmp_path: Path
) -> None:
    database = Database(database_url)
    migrate(database)
    database.close()
    told = await kill(database_url, tmp_path, lives)
    assert told.killed == sum(lives.values())
    assert told.repeated == 0
