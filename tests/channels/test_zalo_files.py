"""What residents attach comes from Zalo's own hosts, by HTTPS, and is never larger than asked."""

import datetime as dt
import socket
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.channels.channel import SendError
from bot.channels.download import Download, PublicResolver, is_private
from bot.channels.zalo_hosts import FILE_HOSTS
from handlers.message import Attachment
from tests.channels.zalo_room import reading_door

NAMES = ["f1.zdn.vn", "file-stal-1.dlfl.vn", "evil.invalid"]


class ToLoopback(AbstractResolver):
    """Every name leads to the test's own server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=self.port, family=family, proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]  # fmt: skip

    async def close(self) -> None: ...


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the test's own for the names that it plays."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in NAMES]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(pem))
    return path


async def answer(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/photo.jpg":
            assert "access_token" not in request.headers
            return web.Response(body=b"x" * 1000)
        case "/endless":
            endless = web.StreamResponse()
            await endless.prepare(request)
            for _ in range(1000):
                await endless.write(b"x" * 100_000)
            return endless
        case "/packed":
            packed = web.Response(body=b"x" * 10_000_000)
            packed.enable_compression(web.ContentCoding.gzip)
            return packed
        case "/moved":
            raise web.HTTPFound("https://file-stal-1.dlfl.vn/photo.jpg")
        case "/circle":
            raise web.HTTPFound("/circle")
        case "/astray":
            raise web.HTTPFound("https://evil.invalid/photo.jpg")
        case "/down":
            raise web.HTTPFound("http://f1.zdn.vn/photo.jpg")
        case "/busy":
            raise web.HTTPServiceUnavailable
        case _:
            raise web.HTTPNotFound


@pytest.fixture
async def cdn(certificate: Path) -> AsyncIterator[ToLoopback]:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    yield ToLoopback(runner.addresses[0][1])
    await runner.cleanup()


@pytest.fixture
def files(cdn: ToLoopback, certificate: Path) -> Download:
    trusting = ssl.create_default_context(cafile=str(certificate))
    return Download(FILE_HOSTS, resolver=cdn, trusted=trusting)


async def failing(files: Download, address: str, limit: int = 5000) -> SendError:
    with pytest.raises(SendError) as caught:
        await files.read(address, limit)
    assert not caught.value.unknown
    return caught.value


@pytest.mark.parametrize("name", ["photo.jpg", "moved"])
async def test_a_photo_comes_from_zalos_hosts_and_where_they_send_on(
    name: str, files: Download, cdn: ToLoopback
) -> None:
    assert await files.read(f"https://f1.zdn.vn/{name}", 1000) == b"x" * 1000
    assert set(cdn.asked) <= {"f1.zdn.vn", "file-stal-1.dlfl.vn"}


async def test_the_door_fetches_what_an_attachment_names(files: Download) -> None:
    door = reading_door(lambda: dt.datetime.now(dt.UTC), files=files)
    photo = Attachment(kind="photo", source="https://f1.zdn.vn/photo.jpg")
    assert len(await door.fetch(photo, 1000)) == 1000


@pytest.mark.parametrize("name", ["photo.jpg", "endless"])
async def test_what_is_larger_than_asked_is_left(name: str, files: Download) -> None:
    error = await failing(files, f"https://f1.zdn.vn/{name}", 999)
    assert (error.retry_in, error.reason) == (None, "the file is larger than 999 bytes")


async def test_what_comes_packed_is_never_unpacked(files: Download) -> None:
    assert len(await files.read("https://f1.zdn.vn/packed", 100_000)) < 100_000


@pytest.mark.parametrize(
    ("name", "again"),
    [("astray", None), ("down", None), ("circle", None), ("nothing", None), ("busy", 10.0)],
)
async def test_what_cannot_be_fetched_is_told(
    name: str, again: float | None, files: Download, cdn: ToLoopback
) -> None:
    assert (await failing(files, f"https://f1.zdn.vn/{name}")).retry_in == again
    assert cdn.asked == ["f1.zdn.vn"] * len(cdn.asked)


@pytest.mark.parametrize(
    "address",
    [
        "http://f1.zdn.vn/photo.jpg",
        "https://f1.zdn.vn:8443/photo.jpg",
        "https://user:pass@f1.zdn.vn/photo.jpg",
        "https://evil.invalid/photo.jpg",
        "https://f1.zdn.vn.evil.invalid/photo.jpg",
        "https://evilzdn.vn/photo.jpg",
        "https://evil.invalid#.zdn.vn",
        "https://evil.invalid\\@f1.zdn.vn/",
        "https://127.0.0.1/photo.jpg",
        "https://[::1]/photo.jpg",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "//f1.zdn.vn/photo.jpg",
        "https://[",
        "",
    ],
)
async def test_nothing_else_is_even_looked_up(
    address: str, files: Download, cdn: ToLoopback
) -> None:
    assert (await failing(files, address)).retry_in is None
    assert cdn.asked == []


async def test_a_name_that_leads_to_a_private_address_is_refused(
    cdn: ToLoopback, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    guarded = Download(FILE_HOSTS, resolver=PublicResolver(cdn), trusted=trusting)
    error = await failing(guarded, "https://f1.zdn.vn/photo.jpg")
    assert cdn.asked == ["f1.zdn.vn"]
    assert "did not come" in error.reason


async def test_a_host_that_cannot_prove_its_name_is_refused(cdn: ToLoopback) -> None:
    distrusting = Download(FILE_HOSTS, resolver=cdn)
    assert "Certificate" in (await failing(distrusting, "https://f1.zdn.vn/photo.jpg")).reason


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 "
    "::1 fe80::1%eth0 fd00::1 ::ffff:127.0.0.1 ::".split(),
)
def test_an_address_of_no_open_internet_is_private(address: str) -> None:
    assert is_private(address)
    assert ip_address(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_open_internet_is_not(address: str) -> None:
    assert not is_private(address)
