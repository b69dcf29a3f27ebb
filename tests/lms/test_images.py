"""Uploaded pictures: only pixels stay, and what is dangerous is refused before it is unpacked."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from lms import images
from lms.errors import Refusal
from tests.certification.designs.drafts import png


def refusal(content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        images.cleaned(content)
    return refused.value.reasons[0].code


def test_a_picture_keeps_its_pixels_and_loses_everything_else() -> None:
    secret = PngImagePlugin.PngInfo()
    secret.add_text("Comment", "SECRET-PLACE")
    file = io.BytesIO()
    Image.new("RGBA", (60, 30), (9, 90, 88, 128)).save(file, "PNG", pnginfo=secret)
    sent = file.getvalue() + b"PK\x03\x04 a program behind the picture"
    picture = images.cleaned(sent)
    assert (picture.width, picture.height) == (60, 30)
    assert b"SECRET" not in picture.content
    assert b"program" not in picture.content
    drawn = Image.open(io.BytesIO(picture.content))
    assert drawn.getpixel((5, 5)) == (9, 90, 88, 128)


def test_an_opaque_picture_needs_no_transparency() -> None:
    assert Image.open(io.BytesIO(images.cleaned(png()).content)).mode == "RGB"


def test_a_large_picture_becomes_smaller() -> None:
    picture = images.cleaned(png(2000, 1000))
    assert (picture.width, picture.height) == (1600, 800)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"%PDF-1.7" + b"\0" * 40,
        b"\xff\xd8\xff\xe0" + b"\0" * 40,
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_no_png_is_refused_whatever_its_name(content: bytes) -> None:
    assert refusal(content) == "image_not_png"


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that unpacks to very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000, 9)
    return images.PNG_HEAD + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(60_000, 60_000), (3001, 10), (0, 10), (2500, 2500)])
def test_too_many_pixels_are_refused_by_the_header_alone(size: tuple[int, int]) -> None:
    assert refusal(bomb(*size)) == "image_too_many_pixels"


def test_a_file_that_is_too_large_is_refused() -> None:
    assert refusal(png() + b"\0" * (2 << 20)) == "image_too_large"


@pytest.mark.parametrize("cut", [30, 60, 90])
def test_a_broken_file_is_refused(cut: int) -> None:
    assert refusal(png(300, 300)[:cut]) == "image_broken"


def encoded(kind: str, size: tuple[int, int] = (60, 30), **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (9, 90, 88)).save(file, kind, **options)
    return file.getvalue()


ALL = ("PNG", "JPEG", "WEBP")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_photograph_becomes_a_png_where_it_is_welcome(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    picture = images.cleaned(encoded(kind, exif=exif), ALL)
    assert picture.content.startswith(images.PNG_HEAD)
    assert b"SECRET" not in picture.content
    assert (picture.width, picture.height) == (60, 30)


def test_a_photograph_is_turned_as_its_camera_was() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = images.cleaned(encoded("JPEG", exif=exif), ALL)
    assert (picture.width, picture.height) == (30, 60)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_photograph_of_too_many_pixels_is_refused(kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        images.cleaned(encoded(kind, (3001, 10)), ALL)
    assert refused.value.reasons[0].code == "image_too_many_pixels"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_photograph_that_was_cut_is_refused(kind: str) -> None:
    content = encoded(kind, (300, 300))
    with pytest.raises(Refusal) as refused:
        images.cleaned(content[: len(content) - 20], ALL)
    assert refused.value.reasons[0].code == "image_broken"
