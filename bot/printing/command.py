"""`doithoai papers`: leaflets, topic sheets, loudspeaker scripts and the pocket pack as files."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from bot.app import build_house
from bot.printing.papers import SIZES, Papers
from bot.settings import Settings

_out = Console(highlight=False, soft_wrap=True)


def run(settings: Settings, out: Path, *, card: str, topic: str, pack: bool, bot: str = "") -> int:
    """Write what is wanted; the exit code."""
    papers = Papers(build_house(), settings.public_url, bot)
    wrong = _wrong(papers, card=card, topic=topic, pack=pack)
    if wrong:
        _out.print(wrong, markup=False)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    for name, content in _printed(papers, card=card, topic=topic, pack=pack):
        (out / name).write_bytes(content)
        _out.print(f"{out / name}: {len(content)} bytes", markup=False)
    return 0


def _wrong(papers: Papers, *, card: str, topic: str, pack: bool) -> str:
    if card and papers.find(card) is None:
        return f"no current card has the id {card}; `doithoai ask` finds it by its words."
    if topic and topic not in papers.library.topics:
        return f"no topic has the id {topic}: {', '.join(papers.library.topics)}."
    return "" if card or topic or pack else "name a card, --topic or --pack."


def _printed(papers: Papers, *, card: str, topic: str, pack: bool) -> Iterator[tuple[str, bytes]]:
    found = papers.find(card) if card else None
    if found:
        for size in SIZES:
            yield f"{found.id}-{size}.pdf", papers.leaflet(found, size)
        yield f"{found.id}.txt", papers.loudspeaker(found).encode()
    if topic:
        for size in SIZES:
            yield f"topic-{topic}-{size}.pdf", papers.topic(topic, size)
    if pack:
        yield "pack.html", papers.pack().encode()
        yield "booklet.pdf", papers.booklet()
