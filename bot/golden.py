"""Golden talks: whole conversations officials can read, replayed word for word by tests."""

from pathlib import Path
from typing import Any

import yaml

from bot.plain import plain_all
from handlers.status import Ending
from handlers.talk import Talk
from handlers.turn import House

# The words of the file are for officials, so they are Vietnamese.
TITLE, NEW, TURNS = "tên", "người mới", "lượt"
SAYS, PRESSES, SENDS = "bà con", "bấm", "gửi"
STATUS, CARD, ANSWER = "kết thúc", "thẻ", "máy"
_SENT = {"ảnh": "photo", "ghi âm": "voice", "phim": "video", "tệp": "file", "vị trí": "place"}


def read_golden(path: Path) -> dict[str, Any]:
    """A golden talk as it stands in its file."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)


def replay(house: House, talk: dict[str, Any], held: Talk | None = None) -> dict[str, Any]:
    """The same talk with what the bot says to it now; `held`: by somebody with cases."""
    held = held or Talk(house)
    held.is_newcomer = bool(talk.get(NEW))
    turns = [_replay_turn(held, turn) for turn in talk[TURNS]]
    kept = {name: talk[name] for name in (TITLE, NEW) if name in talk}
    return {**kept, TURNS: turns}


def hear(held: Talk, turn: dict[str, Any]) -> Ending:
    """Let a golden turn's resident say, press or send; what we say is in `held.said`."""
    sends = _SENT[turn[SENDS]] if SENDS in turn else ""
    return held.hear(str(turn.get(SAYS, "")), choice=turn.get(PRESSES, ""), sends=sends)


def _replay_turn(held: Talk, turn: dict[str, Any]) -> dict[str, Any]:
    said = {name: turn[name] for name in (SAYS, PRESSES, SENDS) if name in turn}
    ending = hear(held, turn)
    card = {CARD: ending.card} if ending.card else {}
    return {**said, STATUS: ending.status, **card, ANSWER: plain_all(held.said)}


def write_golden(path: Path, talk: dict[str, Any]) -> None:
    """Write a talk so that it reads well: long texts as blocks, in the order given."""
    text = yaml.dump(talk, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(text, "utf-8")


def record(house: House, title: str, lines: list[str]) -> dict[str, Any]:
    """A golden talk made of what was typed."""
    return replay(house, {TITLE: title, NEW: True, TURNS: [{SAYS: line} for line in lines]})


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
