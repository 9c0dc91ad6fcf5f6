"""Signing in: a password, then a code of the moment; few attempts, sessions that can be ended."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pyotp.totp import TOTP

from handlers.refusal import Refusal
from storage import audit, officials, sessions
from storage.audit import AuditLine
from storage.officials import OfficialRow
from storage.sessions import NewSession, SessionRow

IDLE = timedelta(hours=4)
"""A session nobody uses ends after this."""
LONGEST = timedelta(hours=12)
"""A session ends after this, used or not."""
CONFIRM_WITHIN = timedelta(minutes=10)
"""From the password to the code of the moment."""
INVITATION = timedelta(days=7)
SHORTEST_PASSWORD = 10
_WINDOW = timedelta(minutes=15)
_PER_LOGIN, _PER_ADDRESS = 5, 20
"""Failures within the window after which nobody is let try."""
_RECOVERY_CODES = 8

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Browser:
    """Who knocks: the client's network address, its name for itself, and when."""

    address: str
    agent: str
    now: datetime


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """The hash of no password: checking it takes as long as checking a real one."""
    return _hasher.hash(secrets.token_urlsafe(16))


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except (Argon2Error, InvalidHashError):
        return False


def check_password(
    connection: sa.Connection, login: str, password: str, *, browser: Browser
) -> OfficialRow | None:
    """The official whose password this is; takes some 0.2 s of processor, and only reads.

    Raises Refusal when too many attempts failed lately.
    """
    since = browser.now - _WINDOW
    for key, most in ((_login(login), _PER_LOGIN), (_from(browser), _PER_ADDRESS)):
        if sessions.count_attempts(connection, key, since) >= most:
            raise Refusal("sign_in_too_often")
    official = officials.find_by_login(connection, login)
    held = officials.password_hash(connection, official.id) if official else None
    if not _fits(held, password) or official is None or official.disabled_at is not None:
        return None
    return official


def note_failure(connection: sa.Connection, login: str, browser: Browser) -> None:
    """An attempt failed: it counts against the login and against where it came from."""
    for key in (_login(login), _from(browser)):
        sessions.note_attempt(connection, key, browser.now)


def _login(login: str) -> str:
    return f"login:{login.strip().lower()}"


def _from(browser: Browser) -> str:
    return f"from:{browser.address}"


def begin(
    connection: sa.Connection, official: OfficialRow, browser: Browser, *, is_confirmed: bool
) -> str:
    """A new session's token; it opens pages only once the second factor was given."""
    token = secrets.token_urlsafe(32)
    new = NewSession(
        hash_of(token), official.id, is_confirmed, browser.agent[:120], browser.now, browser.now
    )
    sessions.add(connection, new)
    if is_confirmed:
        _note(connection, official.id, "session.begin", browser.now)
    return token


def confirm(
    connection: sa.Connection,
    session: SessionRow,
    code: str,
    *,
    browser: Browser,
    unseal: Callable[[bytes], bytes],
) -> str:
    """The token of a confirmed session in place of this one; raises Refusal for a wrong code."""
    official = officials.find(connection, session.official_id)
    if official is None or session.created_at + CONFIRM_WITHIN < browser.now:
        raise Refusal("sign_in_again")
    since = browser.now - _WINDOW
    if sessions.count_attempts(connection, _login(official.login), since) >= _PER_LOGIN:
        raise Refusal("sign_in_too_often")
    if not _is_second_factor(connection, official.id, code, now=browser.now, unseal=unseal):
        raise Refusal("sign_in_wrong_code")
    # Another token than before the code: one planted in the browser earlier is worth nothing.
    sessions.end(connection, session.id, browser.now)
    return begin(connection, official, browser, is_confirmed=True)


def _is_second_factor(
    connection: sa.Connection,
    official_id: int,
    code: str,
    *,
    now: datetime,
    unseal: Callable[[bytes], bytes],
) -> bool:
    held = officials.second_factor(connection, official_id)
    typed = "".join(code.split()).upper().replace("-", "")
    if held is None:
        return False
    if hash_of(typed) in held.recovery_hashes:
        rest = [kept for kept in held.recovery_hashes if kept != hash_of(typed)]
        officials.change(connection, official_id, {"recovery_hashes": rest})
        _note(connection, official_id, "session.recovery_code", now)
        return True
    step = step_of(unseal(held.totp_secret).decode(), typed, now)
    if step <= held.totp_step:
        return False
    officials.change(connection, official_id, {"totp_step": step})
    return True


def step_of(secret: str, code: str, now: datetime) -> int:
    """The half minute a code belongs to, now or one beside it; 0 when it is wrong."""
    totp = TOTP(secret)
    here = int(now.timestamp()) // totp.interval
    for step in (here, here - 1, here + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return 0


def is_alive(session: SessionRow, now: datetime) -> bool:
    """Whether the session still opens pages at that moment."""
    return (
        session.ended_at is None
        and now < session.seen_at + IDLE
        and now < session.created_at + LONGEST
    )


def sign_out(connection: sa.Connection, session: SessionRow, now: datetime) -> None:
    """End this session."""
    sessions.end(connection, session.id, now)
    _note(connection, session.official_id, "session.end", now)


def invite(connection: sa.Connection, official_id: int, now: datetime, *, by: int | None) -> str:
    """The token of a link by which an official sets password and second factor."""
    token = secrets.token_urlsafe(32)
    sessions.invite(
        connection, official_id, token_hash=hash_of(token), now=now, expires_at=now + INVITATION
    )
    line = AuditLine(now, by, "official.invite", "official", str(official_id))
    audit.note(connection, [line])
    return token


def accept(
    connection: sa.Connection,
    token: str,
    password: str,
    *,
    sealed_secret: bytes,
    step: int,
    now: datetime,
) -> list[str]:
    """Set the password and the second factor; the recovery codes, shown this once.

    `sealed_secret` as the database keeps it; `step` as `step_of` told for the code typed.
    """
    official_id = sessions.invited(connection, hash_of(token), now)
    if official_id is None:
        raise Refusal("invitation_old")
    check_new_password(password)
    if not step:
        raise Refusal("sign_in_wrong_code")
    codes = [secrets.token_hex(5).upper() for _ in range(_RECOVERY_CODES)]
    values = {
        "password_hash": _hasher.hash(password),
        "totp_secret": sealed_secret,
        "totp_step": step,
        "recovery_hashes": [hash_of(code) for code in codes],
    }
    officials.change(connection, official_id, values)
    sessions.use_invitation(connection, hash_of(token), now)
    sessions.end_all(connection, official_id, now)
    _note(connection, official_id, "official.accept", now)
    return codes


def check_new_password(password: str) -> None:
    """Raises Refusal for a password too short or too simple to guess."""
    if len(password) < SHORTEST_PASSWORD or len(set(password)) < SHORTEST_PASSWORD // 2:
        raise Refusal("password_weak")


def _note(connection: sa.Connection, official_id: int, did: str, now: datetime) -> None:
    line = AuditLine(now, official_id, did, "official", str(official_id))
    audit.note(connection, [line])
