"""The doorway: signing in and out, and accepting an invitation; the pages before the guard."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import segno
from pyotp import random_base32
from pyotp.totp import TOTP
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.assets import serve_asset
from bot.console.guard import COOKIE, SIGN_IN, Guard, own_address
from bot.console.looks import STATIC
from bot.console.visit import HEADERS, Desk, Visit
from bot.security import is_same_origin
from handlers.officials import signing_in
from handlers.officials.signing_in import Browser, hash_of
from handlers.refusal import Refusal
from storage import officials, sessions
from storage.officials import OfficialRow

Form = Mapping[str, Sequence[str]]
CODE = f"{SIGN_IN}/code"
INVITATION = "/console/invitation"


class Doorway:
    """The routes that strangers may use."""

    def __init__(self, desk: Desk, guard: Guard) -> None:
        self._desk = desk
        self._guard = guard

    def routes(self) -> list[Route]:
        return [
            Route(f"{STATIC}/{{version}}/{{name}}", self.static),
            Route(SIGN_IN, self.sign_in, methods=["GET", "POST"]),
            Route(CODE, self.code, methods=["GET", "POST"]),
            Route(f"{INVITATION}/{{token}}", self.invitation, methods=["GET", "POST"]),
            self._guard.route("/console/sign-out", sign_out, methods=("POST",)),
        ]

    async def static(self, request: Request) -> Response:
        return serve_asset(request, self._desk.looks.find_asset)

    async def sign_in(self, request: Request) -> Response:
        """Login and password; when right, on to the code of the moment."""
        wanted = own_address(request.query_params.get("next", "/console"))
        if request.method == "GET":
            return self._show("sign_in.html", wanted=wanted, login="")
        form = await self._form(request)
        return await asyncio.to_thread(self._check_password, request, form, wanted=wanted)

    def _check_password(self, request: Request, form: Form, *, wanted: str) -> Response:
        login, password = _typed(form, "login")[:60], _typed(form, "password")[:200]
        browser = self._browser(request)
        try:
            with self._desk.database.read() as connection:
                official = signing_in.check_password(connection, login, password, browser=browser)
        except Refusal as refusal:
            return self._problem("sign_in.html", refusal, wanted=wanted, login=login)
        if official is None:
            failed = partial(signing_in.note_failure, login=login, browser=browser)
            self._desk.database.write(failed).result()
            refusal = Refusal("sign_in_wrong")
            return self._problem("sign_in.html", refusal, wanted=wanted, login=login)
        begin = partial(signing_in.begin, official=official, browser=browser, is_confirmed=False)
        token = self._desk.database.write(begin).result()
        answer = RedirectResponse(f"{CODE}?next={wanted}", 303)
        return self._guard.keep(request, answer, token)

    async def code(self, request: Request) -> Response:
        """The code of the moment, or a recovery code."""
        wanted = own_address(request.query_params.get("next", "/console"))
        if request.method == "GET":
            return self._show("sign_in_code.html", wanted=wanted)
        form = await self._form(request)
        return await asyncio.to_thread(self._check_code, request, form, wanted=wanted)

    def _check_code(self, request: Request, form: Form, *, wanted: str) -> Response:
        found = self._guard.who(request.cookies.get(COOKIE, ""))
        if found is None:
            return RedirectResponse(SIGN_IN, 303)
        official, session = found
        browser = self._browser(request)
        confirm = partial(
            signing_in.confirm,
            session=session,
            code=_typed(form, "code")[:20],
            browser=browser,
            unseal=self._desk.vault.unseal,
        )
        try:
            token = self._desk.database.write(confirm).result()
        except Refusal as refusal:
            failed = partial(signing_in.note_failure, login=official.login, browser=browser)
            self._desk.database.write(failed).result()
            return self._problem("sign_in_code.html", refusal, wanted=wanted)
        return self._guard.keep(request, RedirectResponse(wanted, 303), token)

    async def invitation(self, request: Request) -> Response:
        """A newcomer chooses a password and ties an app for codes to the account."""
        form: Form = await self._form(request) if request.method == "POST" else {}
        return await asyncio.to_thread(self._invitation, request, form)

    def _invitation(self, request: Request, form: Form) -> Response:
        token, now = request.path_params["token"], self._desk.house.clock.now()
        with self._desk.database.read() as connection:
            official_id = sessions.invited(connection, hash_of(token), now)
            official = officials.find(connection, official_id) if official_id else None
        if official is None:
            return self._problem("invitation_old.html", Refusal("invitation_old"))
        if request.method == "GET":
            return self._show_invitation(official, self._new_secret())
        return self._accept(token, form, official)

    def _accept(self, token: str, form: Form, official: OfficialRow) -> Response:
        now = self._desk.house.clock.now()
        sealed = _typed(form, "sealed").encode()
        try:
            secret = self._desk.vault.unseal(sealed).decode()
        except ValueError:
            raise HTTPException(400) from None
        accept = partial(
            signing_in.accept,
            token=token,
            password=_typed(form, "password")[:200],
            sealed_secret=sealed,
            step=signing_in.step_of(secret, "".join(_typed(form, "code").split()), now),
            now=now,
        )
        try:
            codes = self._desk.database.write(accept).result()
        except Refusal as refusal:
            return self._show_invitation(official, secret, refusal)
        return self._show("recovery_codes.html", codes=codes)

    def _new_secret(self) -> str:
        return random_base32()

    def _show_invitation(
        self, official: OfficialRow, secret: str, refusal: Refusal | None = None
    ) -> Response:
        address = TOTP(secret, name=official.login, issuer="Doi Thoai").provisioning_uri()
        data: dict[str, Any] = {
            "official": official,
            # Sealed, so that the page can hand it back and nobody can swap it.
            "sealed": self._desk.vault.seal(secret.encode()).decode(),
            "secret": secret,
            "qr": segno.make(address).svg_inline(scale=4),
        }
        if refusal is None:
            return self._show("invitation.html", **data)
        return self._problem("invitation.html", refusal, **data)

    def _show(
        self, template: str, *, status: int = 200, problem: str = "", **data: Any
    ) -> Response:
        text = self._desk.looks.render(template, problem=problem, **data)
        return HTMLResponse(text, status, HEADERS)

    def _problem(self, template: str, refusal: Refusal, **data: Any) -> Response:
        problem = self._desk.house.library.phrases.render(refusal.phrase)
        return self._show(template, status=403, problem=problem, **data)

    async def _form(self, request: Request) -> Form:
        hosts = {request.headers.get("host", "").lower()}
        # No cookie of ours vouches for the sender here: the browser has to say where it comes from.
        if not is_same_origin(request.headers, hosts, has_cookie=False):
            raise HTTPException(403)
        return await self._guard.form_of(request)

    def _browser(self, request: Request) -> Browser:
        address = request.client.host if request.client else ""
        agent = request.headers.get("user-agent", "")
        return Browser(address, agent, self._desk.house.clock.now())


def sign_out(visit: Visit) -> Response:
    """End this session here and everywhere."""
    visit.write(partial(signing_in.sign_out, session=visit.session, now=visit.now))
    answer = visit.go(SIGN_IN)
    answer.delete_cookie(COOKIE, path="/console")
    return answer


def _typed(form: Form, name: str) -> str:
    return (form.get(name) or ("",))[-1].strip()
