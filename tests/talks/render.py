"""`python -m tests.talks.render`: write down how every golden talk looks on every messenger.

The files under rendered/ are for officials to read, and a promise like the talks themselves: read
the difference before you commit it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bot.app import build_house
from bot.golden import NEW, PRESSES, SAYS, SENDS, TITLE, TURNS, hear, read_golden
from handlers.message import Choice, Message
from handlers.turn import House
from tests.conftest import StoppedClock
from tests.talks.cast import new_talk
from tests.talks.doors import DOORS, Bubble, View

FOLDER = Path(__file__).parent
_OLDER = "một nút ở trên nữa"
RENDERED = FOLDER / "rendered"
TALKS = sorted(FOLDER.glob("*.yaml"))


class Exchange(NamedTuple):
    """What a resident does on this door, in words, and what we say to it."""

    done: str
    said: list[Message]


def exchanges(house: House, talk: dict[str, Any], view: View) -> Iterator[Exchange]:
    """The talk on this door: where there are no buttons, a number is sent for a press."""
    held = new_talk(house)
    held.is_newcomer = bool(talk.get(NEW))
    menu: tuple[Choice, ...] = ()
    for turn in talk[TURNS]:
        number = _number(menu, turn)
        if number and not view.abilities.buttons:
            turn = {SAYS: str(number)}
        hear(held, turn)
        pressed = f"{number}. {menu[number - 1].label}" if number else _OLDER
        yield Exchange(_told(turn, view, pressed), held.said)
        menu = next((m.choices for m in reversed(held.said) if m.choices), menu)


def _number(menu: tuple[Choice, ...], turn: dict[str, Any]) -> int:
    """The number of the choice that is pressed; 0: none, or one of an older menu."""
    values = [choice.value for choice in menu]
    pressed = turn.get(PRESSES)
    return values.index(pressed) + 1 if pressed in values else 0


def _told(turn: dict[str, Any], view: View, pressed: str) -> str:
    if SAYS in turn:
        return str(turn[SAYS])
    if SENDS in turn:
        return f"(gửi {turn[SENDS]})"
    only_elsewhere = "" if view.abilities.buttons else f"; {view.title} không có nút"
    return f"(bấm {pressed}{only_elsewhere})"


def render(house: House, talk: dict[str, Any], view: View) -> str:
    """The whole talk as text."""
    lines = [f"{talk[TITLE]}", f"Trên {view.title}, bà con thấy:"]
    for done, said in exchanges(house, talk, view):
        lines += ["", "─── bà con", done]
        for bubble in (bubble for message in said for bubble in view.lay_out(message)):
            lines += ["", "─── máy", *_lines(bubble)]
    return "\n".join(lines) + "\n"


def _lines(bubble: Bubble) -> Iterator[str]:
    yield bubble.shown
    for row in bubble.rows:
        yield "  ".join(f"[{label}]" for label, _ in row)


def path_of(talk: Path, view: View) -> Path:
    """Where a talk's rendering lies."""
    return RENDERED / view.channel / f"{talk.stem}.txt"


def main() -> None:
    house = build_house(StoppedClock())
    for view in DOORS:
        (RENDERED / view.channel).mkdir(parents=True, exist_ok=True)
        for talk in TALKS:
            path, now = path_of(talk, view), render(house, read_golden(talk), view)
            if not path.exists() or path.read_text("utf-8") != now:
                path.write_text(now, "utf-8")
                print(path.relative_to(FOLDER))


if __name__ == "__main__":
    main()
