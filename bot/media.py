"""What a file really is, by its content; photos come out without anything a phone wrote in them."""

import io
import zipfile

LARGEST_PHOTO = 50_000_000
"""Pixels; a small file may unfold to many more, and each takes three bytes."""
LONGEST_SIDE = 4096
"""Pixels of a photo that is kept: letters on a page of paper can be read, memory stays bounded."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_PHOTOS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "PNG"}
"""The photos that we take in, and the format each is written in again."""
_ISO_AUDIO = (b"M4A ", b"M4B ")
_ISO_VIDEO = (b"mp4", b"iso", b"avc1", b"3gp", b"3g2", b"qt  ", b"MSNV", b"dash")
_FIRST_BYTES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class MediaError(Exception):
    """This file is not kept; the text says why, in English, for whoever looks into the box."""


def type_of(content: bytes) -> str:
    """The media type by content; raises MediaError for what we do not take in."""
    for first, media_type in _FIRST_BYTES:
        if content.startswith(first):
            return media_type
    found = _riff(content) or _iso(content) or _mpeg(content) or _office(content) or _ole(content)
    if not found:
        raise MediaError("not a type of file that is taken in")
    return found


def is_photo(media_type: str) -> bool:
    """Whether `clean` makes it anew."""
    return media_type in _PHOTOS


def _riff(content: bytes) -> str:
    kinds = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
    return kinds.get(content[8:12], "") if content.startswith(b"RIFF") else ""


def _iso(content: bytes) -> str:
    """The family of MP4 (ISO 14496-12): the brand tells voice, video and photo apart."""
    if content[4:8] != b"ftyp":
        return ""
    brand = content[8:12]
    if brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
        raise MediaError("a photo in HEIC: nothing here can take out what the phone wrote in it")
    if brand in _ISO_AUDIO:
        return "audio/mp4"
    return "video/mp4" if brand.startswith(_ISO_VIDEO) else ""


def _mpeg(content: bytes) -> str:
    """An MP3 without a tag begins with a frame of layer III (ISO 11172-3)."""
    is_frame = len(content) > 2 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2
    return "audio/mpeg" if is_frame and content[2] >> 4 != 0xF else ""


def _office(content: bytes) -> str:
    """A document of Word or Excel: a zip that says so, without programs in it."""
    if not content.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise MediaError("a broken zip") from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise MediaError("a document with programs (macros) in it")
    if "word/document.xml" in names:
        return f"{_OFFICE}.wordprocessingml.document"
    return f"{_OFFICE}.spreadsheetml.sheet" if "xl/workbook.xml" in names else ""


def _ole(content: bytes) -> str:
    """An old document of Word or Excel: its streams are named in UTF-16."""
    if not content.startswith(_OLE):
        return ""
    if "WordDocument".encode("utf-16-le") in content:
        return "application/msword"
    is_sheet = any(name.encode("utf-16-le") in content for name in ("Workbook", "Book"))
    return "application/vnd.ms-excel" if is_sheet else ""


def clean(content: bytes, media_type: str) -> tuple[bytes, str]:
    """A photo made anew of nothing but its picture, turned upright; with its media type.

    Of a moving picture the first one is kept. Raises MediaError when it is broken or too large.
    """
    # Imported here: who is never sent a photo need not have it in memory.
    from PIL import Image, ImageOps

    written = _PHOTOS[media_type]
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF")) as photo:
            if photo.width * photo.height > LARGEST_PHOTO:
                raise MediaError(f"a photo of {photo.width} by {photo.height} pixels is too large")
            photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(photo)
            is_clear = upright.has_transparency_data and written != "JPEG"
            picture = upright.convert("RGBA" if is_clear else "RGB")
        picture.info.clear()
        out = io.BytesIO()
        picture.save(out, written, quality=88)
    except MediaError:
        raise
    except Exception as error:
        # Pillow's readers fail in many ways on what was made to break them.
        raise MediaError(f"a broken photo ({type(error).__name__})") from error
    return out.getvalue(), f"image/{written.lower()}"
