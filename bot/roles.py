"""The parts of the bot that may run in processes of their own."""

from enum import StrEnum


class Role(StrEnum):
    """web: the doors and the pages; worker: takes turns; sender: sends what was decided."""

    WEB = "web"
    WORKER = "worker"
    SENDER = "sender"


ROLES = frozenset(Role)
"""All of them: one process does everything."""
