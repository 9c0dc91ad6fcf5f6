"""Linking: an official ties the chat that gets their digest to their account, and unties it."""

import secrets
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from handlers.officials.signing_in import hash_of
from storage import audit, links, officials, sessions
from storage.audit import AuditLine
from storage.residents import Account

LASTS = timedelta(minutes=10)
_WINDOW = timedelta(minutes=15)
_PER_CHAT, _ALTOGETHER = 5, 50
"""Wrong codes within the window after which nobody is let try: a code has only six digits."""

Linked = Literal["done", "wrong", "too_often"]


def offer(connection: sa.Connection, official_id: int, now: datetime) -> str:
    """The code to send from the chat; it works once, for ten minutes."""
    links.forget(connection, now)
    code = _new_code()
    while links.is_offered(connection, hash_of(code)):
        code = _new_code()
    links.offer(connection, official_id, code_hash=hash_of(code), expires_at=now + LASTS)
    _note(connection, official_id, "official.offer_link", now)
    return code


def _new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def bind(connection: sa.Connection, code: str, *, account: Account, now: datetime) -> Linked:
    """Tie the chat to the official whose code it is; how it went."""
    key = f"link:{account[0]}:{account[1]}"
    since = now - _WINDOW
    for counted, most in ((key, _PER_CHAT), ("link", _ALTOGETHER)):
        if sessions.count_attempts(connection, counted, since) >= most:
            return "too_often"
    official_id = links.use(connection, hash_of(code), now)
    if official_id is None:
        for counted in (key, "link"):
            sessions.note_attempt(connection, counted, now)
        return "wrong"
    channel, address = account
    officials.change(connection, official_id, {"channel": channel, "address": address})
    _note(connection, official_id, "official.link", now, data={"channel": channel})
    return "done"


def untie(connection: sa.Connection, official_id: int, now: datetime) -> None:
    """No digest goes to that chat any more."""
    officials.change(connection, official_id, {"channel": None, "address": None})
    _note(connection, official_id, "official.untie", now)


def _note(
    connection: sa.Connection,
    official_id: int,
    did: str,
    now: datetime,
    *,
    data: dict[str, str] | None = None,
) -> None:
    line = AuditLine(now, official_id, did, "official", str(official_id), data=data)
    audit.note(connection, [line])
