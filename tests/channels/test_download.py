"""What residents attach is fetched from the messenger's own hosts, within a limit."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.channels.channel import SendError
from bot.channels.download import Download, PublicResolver
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_hosts import FILE_HOSTS
from handlers.message import Attachment
from tests.fakes.file_host import FileHost, LoopbackResolver

PHOTO = b"\xff\xd8\xff" + b"x" * 9_997
URL = "https://f1.zdn.vn/anh.jpg"


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[FileHost]:
    async with FileHost(tmp_path) as host:
        host.files["/anh.jpg"] = PHOTO
        yield host


def download(host: FileHost) -> Download:
    return Download(FILE_HOSTS, resolver=host.resolver, trusted=host.trusted)


async def failing(reader: Download, url: str = URL, limit: int = 20_000) -> SendError:
    with pytest.raises(SendError) as caught:
        await reader.read(url, limit)
    error: BaseException | None = caught.value
    while error is not None:  # an address is a key to somebody's photo
        assert "anh.jpg" not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__
    assert not caught.value.unknown
    return caught.value


async def test_a_photo_is_fetched_through_its_door(host: FileHost) -> None:
    door = ZaloBot("1:a", files=download(host))
    assert await door.fetch(Attachment(kind="photo", source=URL), 10_000) == PHOTO
    assert host.asked == ["f1.zdn.vn/anh.jpg"]


async def test_a_photo_larger_than_the_limit_is_let_go_while_it_comes(host: FileHost) -> None:
    host.files["/anh.jpg"] = b"x" * 5_000_000
    error = await failing(download(host), limit=10_000)
    assert "larger than 10000 bytes" in error.reason
    assert error.retry_in is None


async def test_a_photo_that_says_it_is_too_large_is_not_read(host: FileHost) -> None:
    host.files["/anh.jpg"] = lambda: web.Response(body=PHOTO)
    assert "larger than 9999 bytes" in (await failing(download(host), limit=9_999)).reason


@pytest.mark.parametrize(
    "url",
    [
        "http://f1.zdn.vn/anh.jpg",
        "https://f1.zdn.vn:8443/anh.jpg",
        "https://elsewhere.example/anh.jpg",
        "https://zdn.vn.elsewhere.example/anh.jpg",
        "https://notzdn.vn/anh.jpg",
        "https://f1.zdn.vn@elsewhere.example/anh.jpg",
        "https://127.0.0.1/anh.jpg",
        "https://[::1]/anh.jpg",
        "https://[half/anh.jpg",
        "https://f1.zdn.vn:port/anh.jpg",
        "file:///anh.jpg",
        "data:image/png,anh.jpg",
        "//f1.zdn.vn/anh.jpg",
        "anh.jpg",
        "",
    ],
)
async def test_an_address_that_is_not_the_messengers_is_never_asked(
    host: FileHost, url: str
) -> None:
    error = await failing(download(host), url)
    assert error.retry_in is None
    assert host.asked == []


async def test_a_redirect_is_followed_within_the_messengers_hosts(host: FileHost) -> None:
    host.files["/cu.jpg"] = lambda: web.Response(
        status=302, headers={"location": "//f2.zadn.vn/anh.jpg"}
    )
    assert await download(host).read("https://f1.zdn.vn/cu.jpg", 20_000) == PHOTO
    assert host.asked == ["f1.zdn.vn/cu.jpg", "f2.zadn.vn/anh.jpg"]


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/anh.jpg", "http://f1.zdn.vn/anh.jpg", "https://[::1]/anh.jpg", ""],
)
async def test_a_redirect_off_the_list_is_not_followed(host: FileHost, target: str) -> None:
    host.files["/cu.jpg"] = lambda: web.Response(status=301, headers={"location": target})
    await failing(download(host), "https://f1.zdn.vn/cu.jpg")
    assert set(host.asked) == {"f1.zdn.vn/cu.jpg"}
    assert len(host.asked) <= 4


@pytest.mark.parametrize(
    ("status", "passes"), [(404, False), (403, False), (410, False), (429, True), (503, True)]
)
async def test_a_status_says_whether_to_ask_again(
    host: FileHost, status: int, passes: bool
) -> None:
    host.files["/anh.jpg"] = lambda: web.Response(status=status)
    error = await failing(download(host))
    assert (error.retry_in is not None) == passes
    assert str(status) in error.reason


async def test_a_host_whose_certificate_nobody_vouches_for_is_not_believed(host: FileHost) -> None:
    error = await failing(Download(FILE_HOSTS, resolver=host.resolver))
    assert "Certificate" in error.reason
    assert host.asked == []


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.0.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 "
    "::1 fd00::1 fe80::1%eth0 ::ffff:10.0.0.1".split(),
)
async def test_a_name_that_leads_into_somebodys_own_network_is_refused(address: str) -> None:
    resolver = PublicResolver(LoopbackResolver(443, address))
    with pytest.raises(OSError, match="not public"):
        await resolver.resolve("f1.zdn.vn")
    error = await failing(Download(FILE_HOSTS, resolver=resolver))
    assert error.retry_in is not None


async def test_a_public_address_passes() -> None:
    resolver = PublicResolver(LoopbackResolver(443, "1.1.1.1"))
    assert [one["host"] for one in await resolver.resolve("f1.zdn.vn")] == ["1.1.1.1"]
