"""What is taken in, by content; and photos lose everything but their picture."""

import io
import zipfile

import pytest
from PIL import Image, PngImagePlugin

from bot.media import LONGEST_SIDE, MediaError, clean, type_of


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return out.getvalue()


def picture(written: str, size: tuple[int, int] = (40, 20), **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, written, **how)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (picture("GIF"), "image/gif"),
        (b"OggS\x00\x02OpusHead", "audio/ogg"),
        (b"ID3\x04tag", "audio/mpeg"),
        (b"\xff\xfb\x90\x64frame", "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypmp42\x00", "video/mp4"),
        (b"\x00\x00\x00\x20ftyp3gp4\x00", "video/mp4"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"%PDF-1.7\n", "application/pdf"),
        (zipped("[Content_Types].xml", "word/document.xml"), WORD),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), SHEET),
        (OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
        (OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    ],
)
def test_a_type_is_told_by_content(content: bytes, media_type: str) -> None:
    assert type_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"MZ\x90\x00program",
        b"\x7fELF",
        b"#!/bin/sh\n",
        b"<html><script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"RIFF\x00\x00\x00\x00AVI ",
        b"\xff\xf1\x50\x80adts",
        b"\x00\x00\x00\x20ftypheic\x00",
        b"\x00\x00\x00\x20ftypxxxx\x00",
        b"PK\x03\x04broken",
        zipped("game.exe"),
        zipped("word/document.xml", "word/vbaProject.bin"),
        OLE + "PowerPoint Document".encode("utf-16-le"),
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    with pytest.raises(MediaError):
        type_of(content)


def with_gps(size: tuple[int, int] = (40, 20)) -> bytes:
    told = Image.Exif()
    told[0x010F] = "MAKER-OF-THE-PHONE"
    told[0x0112] = 6
    gps = told.get_ifd(0x8825)
    gps[1], gps[2] = "N", (10.0, 27.0, 36.0)
    return picture("JPEG", size, exif=told, comment=b"A-COMMENT")


def test_a_photo_keeps_its_picture_upright_and_nothing_of_where_it_was_taken() -> None:
    sent = with_gps()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)[1] == "N"
    kept, media_type = clean(sent, type_of(sent))
    photo = Image.open(io.BytesIO(kept))
    assert (media_type, photo.format, photo.size) == ("image/jpeg", "JPEG", (20, 40))
    assert not photo.getexif()
    assert not photo.getexif().get_ifd(0x8825)
    for told in (b"Exif", b"MAKER", b"COMMENT", b"http://ns.adobe.com"):
        assert told not in kept


@pytest.mark.parametrize("written", ["PNG", "WEBP"])
def test_other_photos_lose_it_too(written: str) -> None:
    told = Image.Exif()
    told[0x010F] = "MAKER-OF-THE-PHONE"
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SOMEBODY")
    how = {"exif": told, "xmp": b"<x:xmpmeta>SOMEBODY</x:xmpmeta>"}
    sent = picture(written, **(how | {"pnginfo": text} if written == "PNG" else how))
    assert b"MAKER" in sent
    kept, media_type = clean(sent, type_of(sent))
    assert media_type == f"image/{written.lower()}"
    assert b"MAKER" not in kept
    assert b"SOMEBODY" not in kept


def test_what_is_clear_stays_clear_and_of_a_moving_picture_the_first_is_kept() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGBA", (8, 8), (255, 0, 0, n)) for n in (0, 255)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    kept, media_type = clean(out.getvalue(), "image/gif")
    photo = Image.open(io.BytesIO(kept))
    assert (media_type, photo.mode, getattr(photo, "n_frames", 1)) == ("image/png", "RGBA", 1)


def test_a_photo_that_unfolds_to_too_much_is_refused_before_it_does() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    bomb = out.getvalue()
    assert len(bomb) < 100_000
    with pytest.raises(MediaError):
        clean(bomb, "image/png")


def test_a_large_photo_is_made_smaller() -> None:
    kept, _ = clean(picture("JPEG", (5000, 100)), "image/jpeg")
    assert max(Image.open(io.BytesIO(kept)).size) == LONGEST_SIDE


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.99])
def test_a_broken_photo_is_refused(cut: float) -> None:
    sent = with_gps((400, 300))
    with pytest.raises(MediaError):
        clean(sent[: int(len(sent) * cut)], "image/jpeg")
