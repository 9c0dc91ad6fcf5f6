"""Fetches what a resident attached, from a messenger's own hosts and from nowhere else."""

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.channels.channel import SendError

_RETRY_IN = 10.0  # seconds, after a fault that passes by itself
_TIMES = aiohttp.ClientTimeout(total=60, connect=10, sock_read=20)
_REDIRECTS = 3
_CHUNK = 64 * 1024  # bytes
_AS_IT_IS = {"accept-encoding": "identity"}
_MOVED = {301, 302, 303, 307, 308}
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


def is_private(address: str) -> bool:
    """Whether an IP address is none of the open Internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return not (mapped or ip).is_global or ip.is_multicast


class PublicResolver(AbstractResolver):
    """Finds a host's addresses, and refuses one that leads into somebody's own network.

    The connection is made to what was checked here: a name that changes its mind gains nothing.
    """

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if any(is_private(one["host"]) for one in found):
            raise OSError(f"{host} has an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()


class Download:
    """Reads files over https from `hosts` and the hosts under them."""

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        resolver: AbstractResolver | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`resolver`: PublicResolver unless another is given; `trusted`: whom to believe in TLS."""
        self._hosts = tuple(hosts)
        self._resolver = resolver
        self._trusted = trusted

    async def read(self, url: str, limit: int) -> bytes:
        """The file, at most `limit` bytes; raises SendError, never `unknown`, without the URL."""
        connector = aiohttp.TCPConnector(
            resolver=self._resolver or PublicResolver(), ssl=self._trusted or True
        )
        # A session of its own: a file carries no cookie and leaves none. What came packed is not
        # unpacked: a small answer would become a large one before it is counted.
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=_TIMES,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            try:
                return await self._follow(session, url, limit)
            except SendError:
                raise
            except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
                name = type(error).__name__
        # Raised out here: as its context, aiohttp's error would carry the address along.
        raise SendError(f"the file did not come: {name}", retry_in=_RETRY_IN)

    async def _follow(self, session: aiohttp.ClientSession, url: str, limit: int) -> bytes:
        for _ in range(_REDIRECTS + 1):
            self._check(url)
            async with session.get(url, headers=_AS_IT_IS, allow_redirects=False) as answer:
                if answer.status not in _MOVED:
                    return await _read(answer, limit)
                url = urljoin(url, answer.headers.get("location", ""))
        raise SendError("the file moved too often")

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            is_named = parts.username is not None or parts.password is not None
        except ValueError:
            raise SendError("the file's address cannot be read") from None
        if parts.scheme != "https" or port not in (None, 443) or is_named:
            raise SendError("the file is not offered over https")
        if not any(host == known or host.endswith(f".{known}") for known in self._hosts):
            raise SendError("the file lies on a host that is not the messenger's")


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if answer.status != HTTPStatus.OK:
        passes = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _LATER
        retry_in = _RETRY_IN if passes else None
        raise SendError(f"the file was not given: status {answer.status}", retry_in=retry_in)
    too_large = SendError(f"the file is larger than {limit} bytes")
    if (answer.content_length or 0) > limit:
        raise too_large
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise too_large
    return bytes(content)
