"""The command line: `doithoai serve`, `chat`, `ask`, `check`, `bank`, `waiting`, `zalo` …"""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from bot.roles import Role
from bot.settings import PREFIX, read_settings
from bot.zalo import zalo
from knowledge.source import ContentError

cli = typer.Typer(
    help="Đối Thoại: residents ask about poverty-reduction policy and are heard.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
AsOf = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By the rules of that day.")
]


def main() -> None:
    """Run, and turn what an operator can mend into one clear line."""
    try:
        cli()
    except ValidationError as error:
        for detail in error.errors():
            name = PREFIX + str(detail["loc"][-1] if detail["loc"] else "").upper()
            _errors.print(f"setting {name}: {detail['msg']}", style="red")
        sys.exit(2)
    except ContentError as error:
        _errors.print(f"{error}. `doithoai check` shows all of them.", style="red")
        sys.exit(1)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0: any free one.")] = None,
    only: Annotated[
        list[Role] | None,
        typer.Option(help="Only this part, on PostgreSQL; may be repeated."),
    ] = None,
) -> None:
    """Start the bot: the web chat, and every messenger whose token is given."""
    from bot.serve import run

    given = {"host": host, "port": port}
    changes = {name: value for name, value in given.items() if value is not None}
    sys.exit(run(read_settings().model_copy(update=changes), only or ()))


@cli.command()
def chat(
    record: Annotated[
        Path | None, typer.Option(help="Write the conversation to this file as a golden talk.")
    ] = None,
) -> None:
    """Talk to the bot here; empty line or Ctrl-D ends."""
    from bot.chat import run

    run(read_settings(), record)


@cli.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What a resident would write.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    batch: Annotated[
        Path | None, typer.Option(help="Questions, one JSON object a line: id, text, context?")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of a batch go.")] = None,
    on: AsOf = None,
) -> None:
    """Print the answer to a question, or answer a file of them; nothing is recorded."""
    from bot import ask as asking

    if batch is not None:
        if out is None:
            raise typer.BadParameter("--batch needs --out")
        sys.exit(asking.answer_batch(batch, out, on=_day(on)))
    if question is None:
        raise typer.BadParameter("give a question, or --batch and --out")
    sys.exit(asking.answer_one(question, as_json=as_json, on=_day(on)))


@cli.command()
def why(
    question: Annotated[str, typer.Argument(help="What a resident would write.")],
    before: Annotated[str, typer.Option(help="What they asked before.")] = "",
) -> None:
    """Explain an answer to officials: what was read, what speaks for which card, the decision."""
    from bot.why import run

    run(question, before)


@cli.command()
def check(
    content: Annotated[Path | None, typer.Option(help="Another content folder.")] = None,
    on: AsOf = None,
) -> None:
    """Check the content files and the settings: file, line, and what to do."""
    from bot.check import run

    sys.exit(run(read_settings(), content, _day(on)))


cards = typer.Typer(help="The cards as a spreadsheet or as content files.", no_args_is_help=True)
cli.add_typer(cards, name="cards")
cli.add_typer(zalo, name="zalo")


@cards.command("export")
def export_cards(
    out: Annotated[Path, typer.Argument(help="A file ending in .xlsx, or a folder.")],
    content: Annotated[Path | None, typer.Option(help="Another content folder.")] = None,
) -> None:
    """Write every card to a spreadsheet or to a folder of content files."""
    from bot.cards import run_export

    sys.exit(run_export(out, content))


@cards.command("import")
def import_cards(
    source: Annotated[Path, typer.Argument(help="A file ending in .xlsx, or a folder.")],
    content: Annotated[Path | None, typer.Option(help="Another content folder.")] = None,
    on: AsOf = None,
) -> None:
    """Add or replace cards; with anything wrong in them, nothing is taken in."""
    from bot.cards import run_import

    sys.exit(run_import(source, content, _day(on)))


@cli.command()
def bank(
    folder: Annotated[Path | None, typer.Option(help="Another folder of questions.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Print every miss of the tune half too.")
    ] = False,
) -> None:
    """Ask the question bank: accuracy by topic and manner, confusions, and what changed."""
    from bot.bank import run

    sys.exit(run(read_settings(), folder, everything=everything))


@cli.command()
def hygiene(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows of each list.")] = 30,
) -> None:
    """Cards that compete for a question, cards asked in few ways, questions worth adding."""
    from bot.hygiene import run

    run(read_settings(), limit)


official = typer.Typer(help="Officials who sign in to the console.", no_args_is_help=True)
cli.add_typer(official, name="official")


@official.command("add")
def add_official(
    login: Annotated[str, typer.Argument(help="What they type to sign in: an.nguyen")],
    name: Annotated[str, typer.Option(help="Their name, as residents may read it.")],
    role: Annotated[
        str, typer.Option(help="cadre, officer, editor, coordinator, leader or admin.")
    ] = "admin",
    unit: Annotated[str, typer.Option(help="Id of their unit in content/units.yaml.")] = "ubnd-xa",
    area: Annotated[list[str] | None, typer.Option(help="Id of a commune; repeatable.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Id of a topic; repeatable.")] = None,
) -> None:
    """Add an official, and print the link by which they set password and second factor."""
    from bot.official import add
    from handlers.officials.staff import Wanted

    sys.exit(add(read_settings(), login, Wanted(name, role, unit, area or [], topic or [])))


@official.command("invite")
def invite_official(login: Annotated[str, typer.Argument()]) -> None:
    """Print a new link for an official who forgot the password or lost the phone."""
    from bot.official import invite

    sys.exit(invite(read_settings(), login))


@cli.command()
def papers(
    kind: Annotated[str, typer.Argument(help="leaflet, or nothing.")] = "",
    card: Annotated[str, typer.Argument(help="Id of a card.")] = "",
    topic: Annotated[str, typer.Option(help="Id of a topic: its short answers.")] = "",
    pack: Annotated[bool, typer.Option("--pack", help="The pocket pack and the booklet.")] = False,
    bot: Annotated[str, typer.Option(help="Name of the Telegram bot QR codes lead to.")] = "",
    out: Annotated[Path, typer.Option(help="Folder they are written to.")] = Path("papers"),
) -> None:
    """Print leaflets, a loudspeaker script, or all cards as one page and a booklet."""
    from bot.printing.command import run

    if kind not in ("", "leaflet"):
        raise typer.BadParameter("only a leaflet is printed of a card")
    sys.exit(run(read_settings(), out, card=card, topic=topic, pack=pack, bot=bot))


@cli.command()
def demo() -> None:
    """Fill an empty database with a made-up commune, and print how to sign in as each role."""
    from bot.demo import run

    sys.exit(run(read_settings()))


@cli.command()
def waiting(
    search: Annotated[str, typer.Option(help="Only those with these words; no tones needed.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """List what waits for an official: questions without an answer, and open cases."""
    from bot.waiting import run

    run(read_settings(), search, limit)


@cli.command()
def channels() -> None:
    """List the channels: on or off, what they lack, messages sent, what is left of their plans."""
    from bot.doors import run

    run(read_settings())


@cli.command()
def attachment(
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number in `waiting`.")],
    out: Annotated[Path, typer.Argument(help="The file to write it to.")],
) -> None:
    """Write what a resident attached to a file; who did so is kept in the audit log."""
    from bot.attachment import run

    sys.exit(run(read_settings(), number, out))


def _day(on: datetime | None) -> date | None:
    return on.date() if on else None


if __name__ == "__main__":
    main()
