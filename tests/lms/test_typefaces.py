"""East Asian typefaces cut down to the common letters draw as the whole ones do."""

import io
from pathlib import Path

import pikepdf
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from lms import press, typefaces
from lms.typefaces import FACES, Face

pytestmark = pytest.mark.thorough
COMMON = {"JP": "証明書あア", "SC": "证书编号", "KR": "증명서김", "TC": "證書編號"}
RARE = "𠮷"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("typefaces")
    assert typefaces.make(made) == []
    return made


def _drawn(font: TTFont, letter: str) -> list[object]:
    pen = RecordingPen()
    font.getGlyphSet()[font.getBestCmap()[ord(letter)]].draw(pen)
    return [pen.value, font["hmtx"][font.getBestCmap()[ord(letter)]]]


def _both(face: Face, folder: Path) -> tuple[TTFont, TTFont]:
    path, index = typefaces.where(face)
    return TTFont(path, fontNumber=index, lazy=True), TTFont(folder / face.file, lazy=True)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.file)
def test_a_common_letter_has_the_same_outline_and_width(face: Face, folder: Path) -> None:
    whole, cut = _both(face, folder)
    for letter in COMMON[face.region]:
        assert _drawn(cut, letter) == _drawn(whole, letter)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.file)
def test_lines_stand_as_high_as_with_the_whole(face: Face, folder: Path) -> None:
    """Of mixed scripts too, which Pango aligns by the table of baselines."""
    whole, cut = _both(face, folder)
    for name in ("ascent", "descent", "lineGap"):
        assert getattr(cut["hhea"], name) == getattr(whole["hhea"], name)
    assert cut.getTableData("BASE") == whole.getTableData("BASE")


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.file)
def test_a_glyphs_name_is_its_place(face: Face, folder: Path) -> None:
    """A document holds places, which readers of PDF take for names."""
    names = TTFont(folder / face.file, lazy=True).getGlyphOrder()
    assert names[1:] == [f"cid{place:05}" for place in range(1, len(names))]


def test_a_rare_letter_and_the_other_regions_forms_are_left_to_the_whole(folder: Path) -> None:
    whole, cut = _both(Face("Serif", "JP", 400), folder)
    assert ord(RARE) in whole.getBestCmap()
    assert ord(RARE) not in cut.getBestCmap()
    assert cut["maxp"].numGlyphs < 9_000


def test_the_same_letters_give_the_same_file(folder: Path) -> None:
    face = FACES[0]
    again = typefaces.cut(*typefaces.where(face), typefaces.letters("shift_jis"))
    assert again == (folder / face.file).read_bytes()


def test_only_what_was_cut_is_named_to_style_sheets(folder: Path, tmp_path: Path) -> None:
    assert typefaces.rules(folder).count("@font-face") == len(FACES)
    assert typefaces.rules(tmp_path) == ""


def test_a_typeface_that_is_not_there_says_so() -> None:
    with pytest.raises(typefaces.NoCut, match="Noto Script CJK JP is not installed"):
        typefaces.where(Face("Script", "JP", 400))


def test_a_file_that_is_no_typeface_is_not_cut(tmp_path: Path) -> None:
    (tmp_path / "no.ttc").write_bytes(b"nothing")
    with pytest.raises(typefaces.NoCut, match="is no typeface"):
        typefaces.cut(str(tmp_path / "no.ttc"), 0, [65])


def test_a_report_borrows_no_letters_for_a_vietnamese_name() -> None:
    name = "Nguyễn Thị Tuyết Đặng Ước"
    content = press.draw(f"<html lang=en><title>x</title><p>{name}<p class=issuer>{name}</html>")
    with pikepdf.open(io.BytesIO(content)) as document:
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        assert {str(font.BaseFont).partition("+")[2][:12] for font in fonts} == {"Academy-Sans"}
