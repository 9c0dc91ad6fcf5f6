"""`doithoai official add` and `invite`: the first admin, and whoever lost everything."""

from functools import partial

from rich.console import Console

from bot.clock import SystemClock
from bot.console.doorway import INVITATION
from bot.settings import Settings
from handlers.officials import staff
from handlers.officials.staff import Wanted
from handlers.refusal import Refusal
from knowledge import library
from storage import officials
from storage.database import Connection, Database, Job
from storage.migrate import migrate

_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def add(settings: Settings, login: str, wanted: Wanted) -> int:
    """Add an official and print the link of the invitation; the exit code."""
    known, now = library.load(), SystemClock().now()
    adding = partial(staff.add, login=login, wanted=wanted, library=known, by=None, now=now)
    return _print_link(settings, lambda connection: adding(connection)[1])


def invite(settings: Settings, login: str) -> int:
    """Print a new link for an official who is there already; the exit code."""
    now = SystemClock().now()

    def inviting(connection: Connection) -> str:
        who = officials.find_by_login(connection, login)
        if who is None:
            raise Refusal("official_unknown")
        return staff.invite_again(connection, who=who, by=None, now=now)

    return _print_link(settings, inviting)


def _print_link(settings: Settings, job: Job[str]) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url_of_database())
    try:
        migrate(database)
        token = database.write(job).result()
    except Refusal as refusal:
        _errors.print(library.load().phrases.render(refusal.phrase), style="red")
        return 1
    finally:
        database.close()
    print(f"{settings.address()}{INVITATION}/{token}")
    return 0
