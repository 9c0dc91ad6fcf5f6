"""A messenger's file host on loopback: https with a certificate of our own, under any name."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = ("f1.zdn.vn", "f2.zadn.vn", "elsewhere.example")


class FileHost:
    """`async with FileHost(folder) as host`; `host.files` says what each path answers."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.files: dict[str, Callable[[], web.Response] | bytes] = {}
        self._certificate = _certify(folder)
        self.trusted = ssl.create_default_context(cafile=str(self._certificate[0]))
        self.resolver: AbstractResolver = LoopbackResolver(0)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*map(str, self._certificate))
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.resolver = LoopbackResolver(self._runner.addresses[0][1])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.host}{request.path}")
        answer = self.files.get(request.path)
        if not isinstance(answer, bytes):
            return answer() if answer else web.Response(status=404)
        # In pieces, without saying how many there will be.
        stream = web.StreamResponse()
        await stream.prepare(request)
        for at in range(0, len(answer), 1000):
            await stream.write(answer[at : at + 1000])
        return stream


class LoopbackResolver(AbstractResolver):
    """Every name leads to one loopback port."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._port = port
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        kind = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host, host=self._address, port=self._port, family=kind, proto=0, flags=0
            )
        ]

    async def close(self) -> None: ...


def _certify(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "file host")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in NAMES]), False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
