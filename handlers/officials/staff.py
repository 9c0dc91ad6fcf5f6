"""Staff: officials are added, changed, invited and let go; by an admin or at the machine."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

import sqlalchemy as sa

from handlers.officials import signing_in
from handlers.refusal import Refusal
from knowledge.library import Library
from storage import audit, officials, sessions
from storage.audit import AuditLine
from storage.officials import NewOfficial, OfficialRow, Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,58}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an official is to be; ids of the base, as they were typed."""

    name: str
    role: str
    unit: str
    areas: list[str]
    topics: list[str]


def add(
    connection: sa.Connection,
    *,
    login: str,
    wanted: Wanted,
    library: Library,
    by: int | None,
    now: datetime,
) -> tuple[int, str]:
    """Add an official: the id, and the token of the invitation. `by` None: at the machine."""
    role = _checked(wanted, library)
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Refusal("official_bad_login")
    if officials.find_by_login(connection, login):
        raise Refusal("official_login_taken")
    new = NewOfficial(login, wanted.name, role, wanted.unit, wanted.areas, wanted.topics, now)
    official_id = officials.add(connection, new)
    data = {"login": login, **_as_data(wanted)}
    _note(connection, "official.add", official_id, by=by, now=now, data=data)
    return official_id, signing_in.invite(connection, official_id, now, by=by)


def change(
    connection: sa.Connection,
    *,
    who: OfficialRow,
    wanted: Wanted,
    library: Library,
    by: int,
    now: datetime,
) -> None:
    """Change what an official is; nobody takes the admin's role from themselves."""
    role = _checked(wanted, library)
    if who.id == by and role != who.role:
        raise Refusal("official_own_role")
    officials.change(connection, who.id, {**_as_data(wanted), "role": role})
    _note(connection, "official.change", who.id, by=by, now=now, data=_as_data(wanted))


def invite_again(
    connection: sa.Connection, *, who: OfficialRow, by: int | None, now: datetime
) -> str:
    """A new invitation's token; whoever was let go may sign in again once it is accepted."""
    officials.change(connection, who.id, {"disabled_at": None})
    return signing_in.invite(connection, who.id, now, by=by)


def disable(connection: sa.Connection, *, who: OfficialRow, by: int, now: datetime) -> None:
    """The official may not sign in any more, and is signed out everywhere."""
    if who.id == by:
        raise Refusal("official_own_end")
    officials.change(connection, who.id, {"disabled_at": now})
    sessions.end_all(connection, who.id, now)
    _note(connection, "official.disable", who.id, by=by, now=now)


def _checked(wanted: Wanted, library: Library) -> Role:
    """The role; raises Refusal when something is not in the base."""
    if not wanted.name:
        raise Refusal("official_no_name")
    for role in get_args(Role):
        if role == wanted.role:
            break
    else:
        raise Refusal("official_bad_role")
    known = (
        wanted.unit in library.units,
        all(area in library.units for area in wanted.areas),
        all(topic in library.topics for topic in wanted.topics),
    )
    if not all(known):
        raise Refusal("official_bad_unit")
    return role


def _as_data(wanted: Wanted) -> dict[str, object]:
    return {
        "name": wanted.name,
        "role": wanted.role,
        "unit": wanted.unit,
        "areas": wanted.areas,
        "topics": wanted.topics,
    }


def _note(
    connection: sa.Connection,
    did: str,
    official_id: int,
    *,
    by: int | None,
    now: datetime,
    data: dict[str, object] | None = None,
) -> None:
    line = AuditLine(now, by, did, "official", str(official_id), data=data)
    audit.note(connection, [line])
