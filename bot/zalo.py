"""`doithoai zalo`: what an operator does once for a Zalo Official Account, and looks at later."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import read_settings

zalo = typer.Typer(
    help="The Zalo Official Account: log in, see how its tokens are, check a signature.",
    no_args_is_help=True,
)


@zalo.command()
def login() -> None:
    """Get the account's first tokens: open a link, agree as its admin, paste what comes back."""
    from bot.zalo_account import run_login

    sys.exit(run_login(read_settings(), typer.prompt))


@zalo.command()
def status() -> None:
    """Say how long the tokens live and what went wrong; exit code 1 when somebody has to act."""
    from bot.zalo_account import run_status

    sys.exit(run_status(read_settings()))


@zalo.command("verify-signature")
def verify_signature(
    file: Annotated[Path, typer.Argument(exists=True, help="The raw body of a webhook.")],
    header: Annotated[str, typer.Option(help="Its X-ZEvent-Signature header.")],
    timestamp: Annotated[str, typer.Option(help="Its X-ZEvent-Timestamp header, if any.")] = "",
) -> None:
    """Say which of the two secrets a captured webhook was signed with."""
    from bot.zalo_account import run_verify

    sys.exit(run_verify(read_settings(), file.read_bytes(), header, timestamp=timestamp))
