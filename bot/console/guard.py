"""The guard: before every page of the console, who it is, what they may, and that they mean it."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import get_args
from urllib.parse import parse_qs, quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.visit import Desk, Visit
from bot.security import is_same_origin, read_body
from handlers.officials.signing_in import hash_of, is_alive
from handlers.refusal import Refusal
from storage import officials, sessions
from storage.officials import OfficialRow, Role
from storage.sessions import SessionRow

COOKIE = "doithoai_console"
SIGN_IN = "/console/sign-in"
FORM_LIMIT = 256 * 1024
MOST_FIELDS = 500
EVERYONE: frozenset[Role] = frozenset(get_args(Role))
_LOOK_AGAIN = timedelta(minutes=5)

View = Callable[[Visit], Response]
log = logging.getLogger(__name__)


class Guard:
    """Makes routes of views: each names the roles that may use it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._public = urlsplit(desk.public_url.lower())

    def route(
        self,
        path: str,
        view: View,
        *,
        roles: Collection[Role] = EVERYONE,
        methods: Sequence[str] = ("GET",),
    ) -> Route:
        """A route only these roles may use; others are told so, strangers are asked to sign in."""

        async def guarded(request: Request) -> Response:
            form = await self.form_of(request) if request.method == "POST" else {}
            return await asyncio.to_thread(self._answer, request, form, view=view, roles=roles)

        # The tests read off each route who may come in.
        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return Route(path, guarded, methods=list(methods), name=f"console {path}")

    def _answer(
        self,
        request: Request,
        form: Mapping[str, Sequence[str]],
        *,
        view: View,
        roles: Collection[Role],
    ) -> Response:
        token = request.cookies.get(COOKIE, "")
        found = self.who(token)
        if found is None or not found[1].is_confirmed:
            return _to_sign_in(request)
        official, session = found
        if request.method == "POST" and not self.means_it(request, form, token):
            raise HTTPException(403)
        if official.role not in roles:
            raise HTTPException(403)
        visit = Visit(
            desk=self._desk,
            official=official,
            session=session,
            path=request.path_params,
            query=parse_qs(request.url.query, keep_blank_values=True),
            form=form,
            csrf=csrf_of(token),
            is_part=request.headers.get("hx-request") == "true",
            now=self._desk.house.clock.now(),
        )
        return self._view(view, visit)

    def _view(self, view: View, visit: Visit) -> Response:
        try:
            return view(visit)
        except Refusal as refusal:
            return visit.show("refused.html", 409, problem=visit.phrase(refusal.phrase))

    def who(self, token: str) -> tuple[OfficialRow, SessionRow] | None:
        """Whose living session this is; it counts as used."""
        if not token:
            return None
        now = self._desk.house.clock.now()
        with self._desk.database.read() as connection:
            session = sessions.find(connection, hash_of(token))
            if session is None or not is_alive(session, now):
                return None
            official = officials.find(connection, session.official_id)
        if official is None or official.disabled_at is not None:
            return None
        if now - session.seen_at > _LOOK_AGAIN:
            seen = partial(sessions.note_seen, session_id=session.id, now=now)
            self._desk.database.write(seen).result()
        return official, session

    def means_it(self, request: Request, form: Mapping[str, Sequence[str]], token: str) -> bool:
        """Whether a POST comes from a form of ours that this very browser was shown."""
        hosts = {request.headers.get("host", "").lower(), self._public.netloc} - {""}
        if not is_same_origin(request.headers, hosts, has_cookie=bool(token)):
            return False
        given = request.headers.get("x-csrf", "") or (form.get("csrf") or ("",))[-1]
        return given == csrf_of(token)

    async def form_of(self, request: Request) -> dict[str, list[str]]:
        """The posted form; 400 for what is none, 413 for one too large."""
        try:
            text = (await read_body(request, FORM_LIMIT)).decode()
            return parse_qs(
                text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
            )
        except ValueError as error:
            raise HTTPException(400) from error

    def keep(self, request: Request, answer: Response, token: str) -> Response:
        """Put the session into the browser, for as long as it is open."""
        secure = request.url.scheme == "https" or self._public.scheme == "https"
        answer.set_cookie(
            COOKIE, token, path="/console", secure=secure, httponly=True, samesite="lax"
        )
        return answer


def csrf_of(token: str) -> str:
    """What stands in the forms shown to the browser that holds this token."""
    return hashlib.sha256(f"csrf {token}".encode()).hexdigest()[:32]


def _to_sign_in(request: Request) -> Response:
    """Asked to sign in; a part of a page sends the whole page there."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"hx-redirect": SIGN_IN})
    wanted = request.url.path if request.method == "GET" else "/console"
    if request.method == "GET" and request.url.query:
        wanted = f"{wanted}?{request.url.query}"
    return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}", 303)


def own_address(wanted: str) -> str:
    """A page of the console to go on to, whatever an address says."""
    parts = urlsplit(wanted)
    is_ours = not parts.scheme and not parts.netloc and wanted.startswith("/console")
    return wanted if is_ours and "\\" not in wanted and "\n" not in wanted else "/console"
