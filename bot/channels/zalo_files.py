"""What residents attach on Zalo: fetched from Zalo's own hosts and from nowhere else."""

import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.channels.channel import SendError

HOSTS = (
    "zdn.vn",
    "zadn.vn",
    "dlfl.vn",
    "dlmd.me",
    "flchat.vn",
    "zalo.me",
    "zaloapp.com",
    "zaloplatforms.com",
)
"""The domains under which Zalo keeps photos, voices, videos and files."""

_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=10)  # seconds
_RETRY_IN = 10.0  # seconds
_HOPS = 4  # Zalo sends some files on from one of its hosts to another
_PIECE = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


def is_private(address: str) -> bool:
    """Whether an IP address is none of the open Internet."""
    ip = ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return not (mapped or ip).is_global or ip.is_multicast


class _PublicResolver(AbstractResolver):
    """Finds addresses like another resolver, and refuses private ones at the last moment.

    The connection is made to what was checked here: a name that changes its mind gains nothing.
    """

    def __init__(self, resolver: AbstractResolver, refuse: Callable[[str], bool]) -> None:
        self._resolver = resolver
        self._refuse = refuse

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if any(self._refuse(one["host"]) for one in found):
            raise OSError("a private address")
        return found

    async def close(self) -> None:
        await self._resolver.close()


class Files:
    """Fetches by HTTPS; `resolver`, `tls` and `refuse` are for tests, which have no Internet."""

    def __init__(
        self,
        *,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        refuse: Callable[[str], bool] = is_private,
    ) -> None:
        self._resolver = resolver
        self._tls = tls
        self._refuse = refuse

    async def fetch(self, address: str, limit: int) -> bytes:
        """At most `limit` bytes; raises SendError, with `retry_in` where that may help."""
        try:
            async with self._session() as session:
                return await self._follow(session, address, limit)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = f"the file did not come: {type(error).__name__}"
            raise SendError(reason, retry_in=_RETRY_IN) from None

    def _session(self) -> aiohttp.ClientSession:
        resolver = _PublicResolver(self._resolver or aiohttp.ThreadedResolver(), self._refuse)
        connector = aiohttp.TCPConnector(resolver=resolver, ssl=self._tls or True)
        # Unpacked here, a small file could become a huge one before it is counted.
        return aiohttp.ClientSession(
            connector=connector,
            timeout=_TIMEOUT,
            auto_decompress=False,
            headers={"accept-encoding": "identity"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def _follow(self, session: aiohttp.ClientSession, address: str, limit: int) -> bytes:
        url = _checked(address)
        for _ in range(_HOPS):
            async with session.get(url, allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    return await _read(answer, limit)
                url = _checked(answer.headers.get("location", ""), base=url)
        raise SendError("the file is sent on and on")


def _checked(address: str, base: URL | None = None) -> URL:
    try:
        url = base.join(URL(address)) if base else URL(address)
        host = (url.host or "").lower()
        is_plain = url.scheme == "https" and url.port == 443 and not (url.user or url.password)
    except ValueError:
        raise SendError("the file has no address") from None
    if not is_plain or not any(host == one or host.endswith(f".{one}") for one in HOSTS):
        raise SendError("the file is not on a host of Zalo")
    return url


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if answer.status != 200:
        again = _RETRY_IN if answer.status in _PASSING else None
        raise SendError(f"the file was refused (status {answer.status})", retry_in=again)
    content = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        content += piece
        if len(content) > limit:
            raise SendError(f"the file has more than {limit} bytes")
    return bytes(content)
