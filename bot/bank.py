"""`doithoai bank`: the question bank asked, counted by topic and manner, beside the last time."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bot.app import build_house
from bot.settings import Settings
from handlers.bank import Tried, Turned, confusions, hold, score, try_all
from handlers.turn import House
from knowledge.bank import Asked, Conversation, read_bank, read_conversations

FOLDER = Path(__file__).parents[1] / "tests" / "knowledge" / "bank"
_MOST_CONFUSIONS = 20
_out = Console(highlight=False, soft_wrap=True, width=110)


def run(settings: Settings, folder: Path | None, *, everything: bool = False) -> int:
    """Print the figures; with `everything` also each question of the tune half that went wrong."""
    house = build_house()
    start = house.clock.ticks()
    tried = try_all(house, read_bank(folder or FOLDER))
    seconds = (house.clock.ticks() - start) / 1e6
    _out.print(f"{len(tried)} questions in {seconds:.1f} s")
    asking = [one for one in tried if one.asked.card]
    for half, is_held in (("tune", False), ("hold", True)):
        part = [one for one in asking if one.asked.is_held == is_held]
        _out.print(_table(f"{half} half, by manner", part, lambda asked: asked.manner))
        _out.print(_table(f"{half} half, by topic", part, lambda asked: asked.group))
    _out.print(_refusals([one for one in tried if not one.asked.card]))
    _out.print(_conversations(house, read_conversations(folder or FOLDER), everything=everything))
    _print_confusions([one for one in asking if not one.asked.is_held], everything=everything)
    _print_changes(settings.data_dir / "bank.json", tried)
    return 0


def _table(title: str, tried: Sequence[Tried], key: Callable[[Asked], str]) -> Table:
    names = ("", "asked", "first %", "in three %", "right %", "offered %", "silent %", "wrong %")
    table = Table(*names, title=title)
    for name, group in _grouped(tried, key):
        counted = score(group)
        ended = [counted.ended[name] for name in ("right", "offered", "silent", "wrong")]
        shares = (counted.first, counted.in_three, *ended)
        table.add_row(name, str(counted.asked), *(f"{counted.share(n):.1f}" for n in shares))
    return table


def _grouped(
    tried: Sequence[Tried], key: Callable[[Asked], str]
) -> list[tuple[str, Sequence[Tried]]]:
    """The groups by name, and all together last."""
    groups: dict[str, list[Tried]] = {}
    for one in tried:
        groups.setdefault(key(one.asked), []).append(one)
    return [*sorted(groups.items()), ("all", tried)]


def _conversations(house: House, talks: Sequence[Conversation], *, everything: bool) -> Table:
    table = Table("", "conversations", "turns", "right %", "offered %", title="conversations")
    for half, is_held in (("tune", False), ("hold", True)):
        held = [hold(house, talk) for talk in talks if talk.is_held == is_held]
        turns = [turned for talk in held for turned in talk]
        right = sum(turned.is_right for turned in turns)
        offered = sum(t.is_right and t.status == "clarifying" for t in turns)
        shares = (f"{100 * count / max(1, len(turns)):.1f}" for count in (right, offered))
        table.add_row(half, str(len(held)), str(len(turns)), *shares)
        for talk in held if everything and not is_held else ():
            _print_talk(talk)
    return table


def _print_talk(talk: Sequence[Turned]) -> None:
    if all(turned.is_right for turned in talk):
        return
    for turned in talk:
        wanted = "" if turned.is_right else f" instead of {'|'.join(turned.line.expected)}"
        told = f"{turned.status} {turned.card or '-'}{wanted}"
        _out.print(f"  {turned.line.text}: {told}", markup=False)
    _out.print("")


def _refusals(tried: Sequence[Tried]) -> Table:
    names = ("", "hold", "wrong", "choices offered", "tune", "wrong", "choices offered")
    table = Table(*names, title="must be refused, by kind")
    for name, group in _grouped(tried, lambda asked: asked.group):
        row: list[str] = []
        for is_held in (True, False):
            counted = score([one for one in group if one.asked.is_held == is_held])
            ended = counted.ended
            row += [str(counted.asked), str(ended["wrong"]), str(ended["offered"])]
        table.add_row(name, *row)
    return table


def _print_confusions(tried: Sequence[Tried], *, everything: bool) -> None:
    _out.print("confusions of the tune half (wanted → answered):")
    for wanted, got, count in confusions(tried)[:_MOST_CONFUSIONS]:
        _out.print(f"  {count} × {wanted} → {got}")
    for one in tried if everything else ():
        if one.outcome in ("wrong", "silent"):
            asked = one.asked
            told = f"{one.outcome} {one.status} {one.card or '-'} instead of {asked.card}"
            _out.print(f"  [{asked.manner}] {asked.context} | {asked.text}: {told}", markup=False)


def _print_changes(path: Path, tried: Sequence[Tried]) -> None:
    """What ended otherwise than the last time, and remember this time."""
    now = {f"{one.asked.context}\t{one.asked.text}": one.outcome for one in tried}
    if path.exists():
        before = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        changed = [(text, before[text], end) for text, end in now.items() if text in before]
        changed = [row for row in changed if row[1] != row[2]]
        _out.print(f"since the last time: {len(changed)} ended otherwise")
        for text, was, end in changed[:_MOST_CONFUSIONS]:
            _out.print(f"  {was} → {end}: {text.strip()}", markup=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(now))
