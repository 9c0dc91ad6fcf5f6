"""Zalo's consent server (OAuth v4 with PKCE): the link for an admin, and tokens for its code."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import msgspec

from bot.channels.channel import SendError
from bot.channels.zalo_signature import challenge_of, verifier_from
from bot.channels.zalo_tokens import REFRESH_LIFE, GrantError, Tokens

OAUTH = "https://oauth.zaloapp.com"

_DEAD = frozenset({-118, -14014})  # the grant is used up or withdrawn
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)  # seconds
_RETRY_IN = 60.0  # seconds
_LONGEST = 10 * 365 * 24 * 3600  # seconds; no token lives longer, whatever is said


class _Answer(msgspec.Struct):
    """Zalo writes numbers as texts here and there; the decoder takes both."""

    access_token: str = ""
    refresh_token: str = ""
    expires_in: int = 0
    refresh_token_expires_in: int = 0
    error: int = 0
    error_name: str | None = None


_ANSWER = msgspec.json.Decoder(_Answer, strict=False)


class Callback(msgspec.Struct, frozen=True):
    """What Zalo hands to the callback address."""

    code: str
    state: str = ""
    oa_id: str = ""


def read_callback(pasted: str) -> Callback:
    """The whole callback address, or only the code, as somebody pasted it.

    Raises ValueError when there is no code in it.
    """
    text = pasted.strip()
    if "?" not in text and "=" not in text:
        found = {"code": text}
    else:
        query = urlsplit(text).query or text
        found = {name: values[-1] for name, values in parse_qs(query).items()}
    if not found.get("code"):
        raise ValueError("there is no code in it")
    return Callback(found["code"], found.get("state", ""), found.get("oa_id", ""))


class ConsentServer:
    """Zalo's, for one app: every call raises GrantError or SendError."""

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        clock: Callable[[], datetime],
        base: str = OAUTH,
        verifier: str = "",
    ) -> None:
        """`verifier`: when the app's saved code challenge belongs to another one than ours."""
        self._app_id = app_id
        self._app_secret = app_secret
        self._clock = clock
        self._base = base.rstrip("/")
        self._verifier = verifier or verifier_from(app_secret)

    @property
    def challenge(self) -> str:
        """The code challenge that has to be saved at developers.zalo.me: always the same."""
        return challenge_of(self._verifier)

    def link(self, callback: str, state: str) -> str:
        """Where an admin of the Official Account gives consent."""
        query = {
            "app_id": self._app_id,
            "redirect_uri": callback,
            "code_challenge": self.challenge,
            "state": state,
        }
        return f"{self._base}/v4/oa/permission?{urlencode(query)}"

    async def exchange(self, code: str) -> Tokens:
        """The first pair, for a code that is at most ten minutes old."""
        return await self._ask(
            code=code, grant_type="authorization_code", code_verifier=self._verifier
        )

    async def refresh(self, refresh_token: str) -> Tokens:
        """A new pair; the token given dies, so an answer lost on the way loses the account."""
        return await self._ask(refresh_token=refresh_token, grant_type="refresh_token")

    async def _ask(self, **form: str) -> Tokens:
        form["app_id"] = self._app_id
        # From before the call: better renewed too early than too late.
        asked_at = self._clock()
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.post(
                    f"{self._base}/v4/oa/access_token",
                    data=form,
                    headers={"secret_key": self._app_secret},
                    allow_redirects=False,
                ) as answer,
            ):
                status, content = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = f"Zalo's consent server is out of reach: {type(error).__name__}"
            raise SendError(reason, retry_in=_RETRY_IN, whole_channel=True) from None
        return _tokens_of(_read(status, content), asked_at)


def _read(status: int, content: bytes) -> _Answer:
    try:
        answer = _ANSWER.decode(content)
    except (ValueError, RecursionError):
        answer = _Answer()
    if answer.access_token and answer.refresh_token and answer.expires_in > 0:
        return answer
    if answer.error:
        raise GrantError(
            answer.error, (answer.error_name or "")[:80], is_dead=answer.error in _DEAD
        )
    reason = f"Zalo's consent server gave an unreadable answer (status {status})"
    raise SendError(reason, retry_in=_RETRY_IN, whole_channel=True)


def _tokens_of(answer: _Answer, asked_at: datetime) -> Tokens:
    lives = timedelta(seconds=min(answer.refresh_token_expires_in, _LONGEST)) or REFRESH_LIFE
    return Tokens(
        answer.access_token,
        answer.refresh_token,
        received_at=asked_at,
        expires_at=asked_at + timedelta(seconds=min(answer.expires_in, _LONGEST)),
        refresh_until=asked_at + max(lives, timedelta(0)),
    )
