"""The answer statuses: every Incoming ends in exactly one of this closed set."""

from typing import Literal, get_args

import msgspec

Status = Literal[
    "answered",
    "partly_answered",
    "followup_answered",
    "clarifying",
    "queued",
    "refused",
    "own_case",
    "emergency",
    "greeting",
    "command",
    "form",
    "opinion",
    "personal_data",
    "spam",
    "unreadable",
    "failed",
]
STATUSES: tuple[Status, ...] = get_args(Status)


class Ending(msgspec.Struct, frozen=True):
    """How a turn ended: with which card, at which score (0..1), among which candidates."""

    status: Status
    card: str | None = None
    score: float | None = None
    candidates: tuple[tuple[str, float], ...] = ()
