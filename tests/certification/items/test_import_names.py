"""Names of files in a package of QTI, in whatever way they were written."""

import struct
import unicodedata

import pytest

from certification.items.exchange import qti
from tests.certification.items.test_qti import CHOICE, MATCH, PNG, RIGHT_A, codes, entry, zipped

PHOTO = f'<p><img src="images/Größe.png" alt="p"/></p>{CHOICE}'
MANIFEST = '<manifest><resources><resource href="Übung.xml"/></resources></manifest>'


def unflagged(content: bytes) -> bytes:
    """The package without a word that its names are UTF-8, as old programs write it."""
    kept = bytearray(content)
    for mark, off in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := kept.find(mark, at + 1)) >= 0:
            (flags,) = struct.unpack_from("<H", kept, at + off)
            struct.pack_into("<H", kept, at + off, flags & ~0x800)
    return bytes(kept)


def packed(form: str) -> bytes:
    names = {"Übung.xml": entry(PHOTO, RIGHT_A, MATCH), "images/Größe.png": PNG}
    files = {unicodedata.normalize(form, name): content for name, content in names.items()}
    return zipped({"imsmanifest.xml": MANIFEST.encode(), **files})


@pytest.mark.parametrize(
    "content",
    [
        packed("NFC"),
        packed("NFD"),
        unflagged(packed("NFC")),
        unflagged(packed("NFD")),
    ],
)
def test_names_of_files_are_the_same_in_whatever_way_they_were_written(content: bytes) -> None:
    (found,) = qti.read(content)
    assert found.content is not None
    assert len(found.pictures) == 1
    assert codes(found) == []
