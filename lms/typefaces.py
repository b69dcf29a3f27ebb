"""East Asian typefaces, cut down to the letters of everyday writing.

    python -m lms.typefaces     cuts them; called by script/setup when they or this file changed

Noto's hold 65,000 letters each, and a document's few are picked out of all of them each time it is
drawn: 30 ms for each face, against 3 out of 7,000. A letter that was cut off is drawn from the
whole typeface, which style sheets name next.
"""

import ctypes
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from ctypes import byref, c_char_p, c_uint, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / ".typefaces"
MADE = "made"
"""A file that is as old as the last cutting."""
CHARSETS = {"JP": "shift_jis", "SC": "gb2312", "TC": "big5", "KR": "euc_kr"}
FEATURES = "ccmp rlig liga clig calt kern mark mkmk ljmo vjmo tjmo"
"""What shaping asks for without being told. `locl` is left out: it holds the other regions' forms
of each letter, twice as much as the rest, and every region is drawn by a typeface of its own."""
UPRIGHT_ONLY = "vhea vmtx VORG"
BASELINES = "BASE"
"""Left as it is: Pango aligns lines of mixed scripts by it."""
NO_SUBSET, DROP, FEATURE = 2, 3, 6
"""hb_subset_sets_t."""
CHARSET, LAST_OPERATOR, ESCAPE, FRACTION = 15, 21, 12 << 8, 30
WIDE = {28: 2, 29: 4}
"""Signs of a CFF's dictionaries: operators, a fraction, and numbers of so many bytes."""
RANGE = 2
"""The format of a CFF charset that tells ranges of up to 65,536 glyphs (Adobe TN 5176, 13)."""


class NoCut(Exception):
    """The machine has no such typeface, or no harfbuzz to cut it with."""


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface of Noto in one weight."""

    style: str
    region: str
    weight: int

    @property
    def source(self) -> str:
        """The whole typeface's family."""
        return f"Noto {self.style} CJK {self.region}"

    @property
    def family(self) -> str:
        """What style sheets call it."""
        return f"{self.source} common"

    @property
    def file(self) -> str:
        return f"{self.style}-{self.region}-{self.weight}.otf".lower()


FACES = [
    *(Face(style, region, weight) for style in ("Sans", "Serif") for region in ("JP", "SC")
      for weight in (400, 700)),
    Face("Serif", "KR", 400),
    Face("Serif", "TC", 400),
]  # fmt: skip
"""The rest is rare on certificates, and drawn from the whole."""


def rules(folder: Path = FOLDER) -> str:
    """Style rules that bring in what was cut, if anything was."""
    return "".join(
        f'@font-face {{ font-family: "{face.family}"; src: url({(folder / face.file).as_uri()}); '
        f"font-weight: {face.weight}; }}\n"
        for face in FACES
        if (folder / face.file).exists()
    )


def letters(charset: str) -> list[int]:
    """The letters of a region's everyday standard."""
    return [point for point in range(0x20, 0x10000) if _is_in(charset, chr(point))]


def _is_in(charset: str, letter: str) -> bool:
    try:
        code = letter.encode(charset)
    except UnicodeEncodeError:
        return False
    return charset != "big5" or len(code) < 2 or code[0] <= 0xC6  # its first level


def where(face: Face) -> tuple[str, int]:
    """The file of the whole typeface and its place in it; raises NoCut."""
    wanted = f"{face.source}:weight={80 if face.weight == 400 else 200}"
    try:
        found = subprocess.run(
            ["fc-match", "-f", "%{family[0]}|%{file}|%{index}", wanted],
            capture_output=True, text=True, check=True,
        ).stdout.split("|")  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoCut(str(error)) from error
    if found[0] != face.source:
        raise NoCut(f"{face.source} is not installed")
    return found[1], int(found[2])


def cut(path: str, index: int, points: list[int]) -> bytes:
    """The typeface with these letters only; raises NoCut."""
    try:
        harfbuzz, subset = _library("libharfbuzz.so.0"), _library("libharfbuzz-subset.so.0")
    except OSError as error:
        raise NoCut(str(error)) from error
    blob = harfbuzz.hb_blob_create_from_file(path.encode())
    face = harfbuzz.hb_face_create(c_void_p(blob), c_uint(index))
    if not harfbuzz.hb_face_get_glyph_count(c_void_p(face)):
        raise NoCut(f"{path} is no typeface")
    wanted = c_void_p(subset.hb_subset_input_create_or_fail())
    _choose(harfbuzz, subset, wanted, points)
    made = subset.hb_subset_or_fail(c_void_p(face), wanted)
    if not made:
        raise NoCut(f"harfbuzz could not cut {path}")
    return named_by_place(_content(harfbuzz, c_void_p(made)))


def named_by_place(typeface: bytes) -> bytes:
    """The same with each glyph's name, a number, changed to its place in the file.

    A cut typeface keeps the names of the whole one. WeasyPrint writes places into a document, and
    readers that go by the standard (ISO 32000-2, 9.7.4.2) take them for names: MuPDF drew nothing.
    """
    tables = _tables(typeface)
    outlines = tables["CFF "]
    (count,) = struct.unpack_from(">H", typeface, tables["maxp"] + 4)
    names = outlines + _place_of_names(typeface[outlines:])
    whole = struct.pack(">BHH", RANGE, 1, count - 2)
    return typeface[:names] + whole + typeface[names + len(whole) :]


def _tables(typeface: bytes) -> dict[str, int]:
    """Where each table of an OpenType file begins."""
    (count,) = struct.unpack_from(">H", typeface, 4)
    entries = (struct.unpack_from(">4sLLL", typeface, 12 + 16 * n) for n in range(count))
    return {tag.decode("ascii"): start for tag, _sum, start, _length in entries}


def _place_of_names(outlines: bytes) -> int:
    """Where a CFF's charset begins (Adobe TN 5176): its top dictionary, the first of the second
    index, says so."""
    names = outlines[2]
    end_of_names, _first = _index(outlines, names)
    _end, (start, end) = _index(outlines, end_of_names)
    return _operands(outlines[start:end])[CHARSET][-1]


def _index(outlines: bytes, place: int) -> tuple[int, tuple[int, int]]:
    """Where an index ends, and its first object's two ends."""
    count, size = struct.unpack_from(">HB", outlines, place)
    listed = place + 3
    ends = [
        int.from_bytes(outlines[at : at + size], "big")
        for at in range(listed, listed + (count + 1) * size, size)
    ]
    base = listed + (count + 1) * size - 1
    return base + ends[-1], (base + ends[0], base + ends[1])


def _operands(dictionary: bytes) -> dict[int, list[int]]:
    """The whole numbers before each operator; a fraction, which none of ours is, counts as 0."""
    found: dict[int, list[int]] = {}
    given: list[int] = []
    rest = iter(dictionary)
    for byte in rest:
        if byte <= LAST_OPERATOR:
            operator = ESCAPE + next(rest) if byte == ESCAPE >> 8 else byte
            found[operator], given = given, []
        else:
            given.append(_number(byte, rest))
    return found


def _number(byte: int, rest: Iterator[int]) -> int:
    if byte in WIDE:
        return int.from_bytes((next(rest) for _ in range(WIDE[byte])), "big", signed=True)
    if byte == FRACTION:
        while next(rest) & 15 != 15:
            pass
        return 0
    if byte <= 246:
        return byte - 139
    if byte <= 250:
        return (byte - 247) * 256 + next(rest) + 108
    return -(byte - 251) * 256 - next(rest) - 108


def _library(name: str) -> Any:
    """A C library, whose pointers are not cut to 32 bits."""
    library = ctypes.CDLL(name)
    for function in (
        "hb_blob_create_from_file", "hb_face_create", "hb_face_reference_blob",
        "hb_subset_input_create_or_fail", "hb_subset_input_unicode_set", "hb_subset_input_set",
        "hb_subset_or_fail", "hb_blob_get_data",
    ):  # fmt: skip
        if hasattr(library, function):
            getattr(library, function).restype = c_void_p
    library.hb_blob_create_from_file.argtypes = [c_char_p]
    return library


def _choose(harfbuzz: Any, subset: Any, wanted: c_void_p, points: list[int]) -> None:
    """Say which letters, features and tables stay."""

    def chosen(kind: int) -> c_void_p:
        return c_void_p(subset.hb_subset_input_set(wanted, c_uint(kind)))

    letters_set = c_void_p(subset.hb_subset_input_unicode_set(wanted))
    for point in points:
        harfbuzz.hb_set_add(letters_set, c_uint(point))
    harfbuzz.hb_set_clear(chosen(FEATURE))
    for tag in _tags(FEATURES):
        harfbuzz.hb_set_add(chosen(FEATURE), tag)
    for tag in _tags(UPRIGHT_ONLY):
        harfbuzz.hb_set_add(chosen(DROP), tag)
    for tag in _tags(BASELINES):
        harfbuzz.hb_set_del(chosen(DROP), tag)
        harfbuzz.hb_set_add(chosen(NO_SUBSET), tag)


def _tags(names: str) -> Iterator[c_uint]:
    return (c_uint(int.from_bytes(name.encode(), "big")) for name in names.split())


def _content(harfbuzz: Any, face: c_void_p) -> bytes:
    length = c_uint()
    blob = c_void_p(harfbuzz.hb_face_reference_blob(face))
    start = harfbuzz.hb_blob_get_data(blob, byref(length))
    return ctypes.string_at(start, length.value)


def make(folder: Path = FOLDER) -> list[str]:
    """Cut all of them; returns why some could not be. Whoever draws meanwhile sees whole files."""
    folder.mkdir(exist_ok=True)
    troubles = []
    for face in FACES:
        try:
            content = cut(*where(face), letters(CHARSETS[face.region]))
        except NoCut as trouble:
            troubles.append(str(trouble))
            (folder / face.file).unlink(missing_ok=True)
            continue
        temporary = folder / f".{face.file}.{os.getpid()}"
        temporary.write_bytes(content)
        temporary.replace(folder / face.file)
    (folder / MADE).touch()
    return troubles


if __name__ == "__main__":
    for line in make():
        sys.stderr.write(f"{line}\n")
