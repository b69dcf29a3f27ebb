"""What was taken out of the bank in several files comes in again, file by file."""

import io
import zipfile
from collections.abc import Sequence

import pytest
from flask import Flask

from certification.items import views_exchange
from certification.items.exchange import formats, parting, qti_package, table
from certification.items.exchange.found import MOST_ITEMS
from lms.permissions import Role
from tests.certification.items.contents import item
from tests.factories import Factory


def written(part: Sequence[int]) -> bytes:
    return b"".join(b"%d;" % one for one in part)


@pytest.mark.parametrize(
    ("count", "most", "sizes"),
    [
        (0, 9, [0]),
        (MOST_ITEMS, 1 << 20, [MOST_ITEMS]),
        (MOST_ITEMS + 1, 1 << 20, [MOST_ITEMS, 1]),
        (2 * MOST_ITEMS + 7, 1 << 20, [MOST_ITEMS, MOST_ITEMS, 7]),
        (9, 4, [2, 2, 2, 1, 2]),
        (2, 1, [1, 1]),
    ],
)
def test_no_part_is_larger_than_an_import_takes_and_none_is_lost(
    count: int, most: int, sizes: list[int]
) -> None:
    files = parting.parts(range(count), written, most)
    assert sorted(file.count(b";") for file in files) == sorted(sizes)
    assert b"".join(files) == written(range(count))


def test_each_part_of_a_table_is_read_and_all_together_are_refused_with_the_way() -> None:
    rows = [(f"I-{n}", "T", item("essay")) for n in range(MOST_ITEMS + 1)]
    files = parting.parts(rows, lambda part: table.write(part).encode(), 1 << 20)
    read = [formats.read("auto", file, "en") for file in files]
    assert [len(found) for found in read] == [MOST_ITEMS, 1]
    packed = parting.together(files, "items", ".csv")
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["items-1.csv", "items-2.csv"]
    for content in (packed, parting.together([packed], "items-qti", ".zip")):
        (found,) = formats.read("auto", content, "en")
        assert [one.code for one in found.refusals] == ["import_parts"]
    package = qti_package.write([qti_package.Exported(*rows[0])], lambda _digest: b"")
    assert not parting.are_together(package)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["csv", "zip"])
def test_an_export_that_is_too_large_for_an_import_comes_in_parts(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    programme = make.programme()
    for code in ("A", "B"):
        make.item(programme, code)
    author = make.sign_in(app.test_client(), make.person("Ann", Role.AUTHOR))
    whole = author.get(f"/manage/items/export.{kind}")
    monkeypatch.setattr(views_exchange, "MOST_BYTES", len(whole.data) - 1)
    answer = author.get(f"/manage/items/export.{kind}")
    assert answer.mimetype == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    assert len(packed.namelist()) == 2
    for name in packed.namelist():
        (found,) = formats.read("auto", packed.read(name), "en")
        assert found.content is not None
