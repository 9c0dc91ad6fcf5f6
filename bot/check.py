"""`doithoai check`: what is wrong with the content files and the settings, in words."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.settings import Settings
from handlers.turn import today
from knowledge.check import check
from knowledge.library import CONTENT, read
from knowledge.recognise import load_rules
from knowledge.source import ContentError
from knowledge.words import load_words

_out = Console(highlight=False, soft_wrap=True)


def run(settings: Settings, content: Path | None, day: date | None) -> int:
    """Print every mistake, or what there is; the exit code."""
    folder = content or CONTENT
    mistakes = [*check(folder, day=day or today(SystemClock())), *_words(folder)]
    for mistake in mistakes:
        _out.print(f"{mistake.path}:{mistake.line}: {mistake.problem} Mend: {mistake.mend}.")
    problems = problems_of(settings)
    for problem in problems:
        _out.print(f"settings: {problem}")
    if mistakes or problems:
        _out.print(f"{len(mistakes) + len(problems)} to mend.")
        return 1
    _out.print(_table(folder))
    return 0


def problems_of(settings: Settings) -> list[str]:
    """What is missing or contradictory in the settings."""
    problems: list[str] = []
    if settings.telegram_token.get_secret_value() and settings.public_url:
        if not settings.telegram_secret.get_secret_value():
            problems.append("DOITHOAI_TELEGRAM_SECRET is needed when DOITHOAI_PUBLIC_URL is set.")
        if not settings.public_url.startswith("https://"):
            problems.append("DOITHOAI_PUBLIC_URL must begin with https:// for webhooks.")
    return problems + _problems_of_zalo(settings)


def _problems_of_zalo(settings: Settings) -> list[str]:
    app_secret, oa_secret = settings.zalo_app_secret, settings.zalo_oa_secret
    if not (settings.zalo_app_id or app_secret.get_secret_value()):
        return []
    needed = {
        "DOITHOAI_ZALO_APP_ID": settings.zalo_app_id,
        "DOITHOAI_ZALO_APP_SECRET": app_secret.get_secret_value(),
        "DOITHOAI_ZALO_OA_SECRET": oa_secret.get_secret_value(),
    }
    problems = [f"{name} is missing: Zalo needs it." for name, given in needed.items() if not given]
    if bool(settings.zalo_template) != bool(settings.zalo_template_field):
        problems.append("DOITHOAI_ZALO_TEMPLATE and DOITHOAI_ZALO_TEMPLATE_FIELD need each other.")
    return problems


def _words(folder: Path) -> list[ContentError]:
    """The word lists of the search and the recogniser: the first mistake of each."""
    words = folder / "words"
    found: list[ContentError] = []
    for load in (lambda: load_words(words), lambda: load_rules(folder / "recognise.yaml", words)):
        try:
            load()
        except ContentError as mistake:
            found.append(mistake)
    return found


def _table(folder: Path) -> Table:
    library = read(folder).freeze()
    table = Table("topic", "cards", "ways of asking", "laws", "high", "medium", "low")
    for topic in library.topics.values():
        cards = library.cards_of(topic.id)
        levels = [
            sum(card.confidence == level for card in cards) for level in ("high", "medium", "low")
        ]
        asked = sum(len(card.questions) for card in cards)
        laws = {citation.number for card in cards for citation in card.law}
        counts = (len(cards), asked, len(laws), *levels)
        table.add_row(topic.title, *map(str, counts))
    return table
