"""A certificate's document: the same for ever, readable by people, machines and screen readers."""

import io
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from certification.certificates.document import CertificateFacts, Labels, render
from certification.certificates.sheet import ART_LEFT, ART_RISE, ART_SIZE
from lms.desk import FONTS, TEMPLATES, OwnAssets
from tests.certification.certificates.drawn import Drawn
from tests.factories.documents import certificate_facts, fullest_facts

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[3]
NAMES = {
    "Latin": ("José Ñíguez-Łukasiewicz Şahin", "es"),
    "Vietnamese": ("Nguyễn Thị Hồng Ngọc Đặng", "vi"),
    "Greek": ("Ελένη Παπαδοπούλου", "el"),
    "Cyrillic": ("Екатерина Щукина", "ru"),
    "Arabic": ("محمد عبد الرشيد", "ar"),
    "Hebrew": ("נועה בן דוד", "he"),
    "Devanagari": ("प्रिया शर्मा", "hi"),
    "Thai": ("สมชาย ศรีสุวรรณ", "th"),
    "Chinese": ("陈伟 骨直", "zh"),
    "Japanese": ("渡辺 遥ひなた", "ja"),
    "Korean": ("김하늘 金", "ko"),
}


@pytest.mark.parametrize("script", ["Chinese", "Japanese", "Korean"])
def test_readers_find_each_glyph_by_the_name_that_the_document_gives(script: str) -> None:
    """By the standard (ISO 32000-2, 9.7.4.2), which not every reader goes by."""
    name, language = NAMES[script]
    named = Drawn(certificate_facts(holder_name=name, holder_lang=language))
    kept = [font for font in named.file.pages[0].Resources.Font.values() if "CJK" in str(font)]
    assert kept
    for font in kept:
        inner = font.DescendantFonts[0]
        program = TTFont(io.BytesIO(inner.FontDescriptor.FontFile3.read_bytes()))
        shown = [int(first) for first in inner.W if not isinstance(first, pikepdf.Array)]
        names = program.getGlyphOrder()
        assert [names[place] for place in shown] == [f"cid{place:05}" for place in shown]


def test_frozen_facts_come_back_exactly() -> None:
    facts = fullest_facts()
    text = facts.to_json()
    assert CertificateFacts.from_json(text) == facts
    assert CertificateFacts.from_json(text).to_json() == text
    assert list(json.loads(text)) == sorted(json.loads(text))


@given(
    holder_name=st.text(max_size=40),
    valid_until=st.none() | st.dates(),
    score=st.none() | st.integers(0, 1000),
    issued_at=st.datetimes(timezones=st.just(UTC)),
    steps=st.lists(st.tuples(st.text(max_size=9), st.sampled_from(["course", "exam"]))).map(tuple),
)
def test_any_facts_come_back_exactly(
    holder_name: str,
    valid_until: date | None,
    score: int | None,
    issued_at: datetime,
    steps: tuple[tuple[str, str], ...],
) -> None:
    facts = certificate_facts(
        holder_name=holder_name,
        valid_until=valid_until,
        score=score,
        issued_at=issued_at,
        steps=steps,
    )
    again = CertificateFacts.from_json(facts.to_json())
    assert again == facts
    assert again.digest() == facts.digest()


def test_a_second_drawing_is_the_same_to_the_byte() -> None:
    assert render(certificate_facts()) == render(certificate_facts())


def test_other_processes_and_threads_draw_the_same_bytes() -> None:
    facts = certificate_facts(holder_name="陈伟 · Chen Wei", holder_lang="zh")
    script = (
        "import sys; from certification.certificates.document import CertificateFacts, render;"
        "sys.stdout.buffer.write(render(CertificateFacts.from_json(sys.stdin.read())))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        input=facts.to_json().encode(),
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "17", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
        check=True,
    ).stdout
    with ThreadPoolExecutor(2) as threads:
        drawn = set(threads.map(render, [facts] * 4))
    assert drawn == {elsewhere}


def test_one_changed_fact_changes_the_art() -> None:
    one, two = (
        Drawn(certificate_facts(valid_until=end)).image(0.5).crop((250, 0, 420, 190)).tobytes()
        for end in (date(2028, 11, 20), date(2028, 11, 21))
    )
    assert one != two


@pytest.mark.parametrize("script", NAMES)
def test_names_of_every_script_are_drawn_and_read_back(script: str) -> None:
    """A name must be found by its letters; in right-to-left scripts whatever the order."""
    name, language = NAMES[script]
    drawn = Drawn(certificate_facts(holder_name=name, holder_lang=language))
    assert len(drawn.pages) == 1
    assert ".notdef" not in drawn.content.decode("latin-1")
    if script in ("Arabic", "Hebrew"):
        assert set(name) <= set(drawn.text)
    elif script in ("Devanagari", "Thai"):
        assert set(name.split()[0][:1]) <= set(drawn.text)
    else:
        assert name in drawn.text
    assert drawn.file.docinfo["/Title"] == f"Certified Administrator – {name} – ACA-2026-004417"


@pytest.mark.parametrize("script", NAMES)
def test_every_glyph_stands_for_a_character(script: str) -> None:
    """PDF/A-3a and PDF/UA-1 want it, and a reader who copies or hears the name."""
    name, language = NAMES[script]
    drawn = Drawn(certificate_facts(holder_name=name, holder_lang=language))
    for font in drawn.file.pages[0].Resources.Font.values():
        mapped = bytes(font.ToUnicode.read_bytes())
        assert b"beginbfchar" in mapped
        assert b"<>" not in mapped


def test_east_asian_names_get_the_letters_of_their_region() -> None:
    faces = {}
    for language in ("zh", "zh-Hant", "ja", "ko"):
        drawn = Drawn(certificate_facts(holder_name="骨直", holder_lang=language))
        fonts = drawn.file.pages[0].Resources.Font
        faces[language] = {str(font.BaseFont)[8:] for font in fonts.values()}
    for language, region in {"zh": "SC", "zh-Hant": "TC", "ja": "JP", "ko": "KR"}.items():
        whole = f"Noto-Serif-CJK-{region}"
        assert {whole, f"{whole}-common"} & faces[language]


def test_a_right_to_left_name_runs_from_the_right_with_latin_words_in_place() -> None:
    drawn = Drawn(certificate_facts(holder_name="محمد الرشيد (ADM)", holder_lang="ar"))
    latin = next(words for words in drawn.words() if words.text.strip("()") == "ADM")
    arabic = next(words for words in drawn.words() if "م" in words.text)
    assert latin.left < arabic.left


@pytest.mark.parametrize("page_format", ["A4", "Letter"])
@pytest.mark.parametrize("make", [certificate_facts, fullest_facts])
def test_no_words_lie_over_others_or_over_the_art(page_format: str, make: type) -> None:
    drawn = Drawn(make(page_format=page_format, demonstration=True))
    assert len(drawn.pages) == 1
    width, height = drawn.pages[0].get_size()
    words = drawn.words()
    clashes = [(a.text, b.text) for a in words for b in words if a is not b and a.covers(b, 1.5)]
    assert not clashes
    for run in words:
        assert run.left > 20
        assert run.right < width - 20
        assert run.bottom > 20
        assert run.right <= ART_LEFT or run.top < height + ART_RISE - ART_SIZE


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": None, "score": None, "hours_minutes": None, "steps": ()},
        {"signatory_name": "", "statement": "", "holder_name": "A"},
        {"holder_name": "W" * 200, "title": "W" * 120, "statement": "W" * 300},
        {"steps": tuple((f"Step {number}", "competency") for number in range(60))},
    ],
)
def test_any_input_stays_on_one_page(changes: dict[str, object]) -> None:
    for page_format in ("A4", "Letter"):
        assert len(Drawn(certificate_facts(page_format=page_format, **changes)).pages) == 1


def test_every_fact_is_written_in_words() -> None:
    text = Drawn(certificate_facts(cycle=2)).text
    for words in (
        "TrustStram Academy",
        "CERTIFICATION Certified Administrator",
        "This certifies that Zoë Ångström-Müller completed the programme",
        "20 November 2026",
        "20 November 2028",
        "ACA-2026-004417",
        "ADM, version 3",
        "56 hours",
        "87 of 100, 70 required",
        "Platform Foundation · Administrator Exam",
        "Emily Rodriguez",
        "7F3K-9Q2M-XR4T-0C8V-A",
        "academy.example/verify",
    ):
        assert words in text
    assert "Cycle" in text


def test_more_steps_than_there_is_room_for_are_counted() -> None:
    steps = tuple(
        (f"A step with quite a long title, number {number}", "course") for number in range(30)
    )
    shown = re.search(r"number 0 .* · and (\d+) more", Drawn(certificate_facts(steps=steps)).text)
    assert shown
    assert 0 < int(shown[1]) < 30


def test_a_certificate_without_end_says_so() -> None:
    assert "Valid until" in Drawn(certificate_facts(valid_until=None)).text
    assert "Without end" in Drawn(certificate_facts(valid_until=None)).text


def test_only_a_demonstration_says_that_it_is_one() -> None:
    assert "Demonstration" in Drawn(certificate_facts(demonstration=True)).text
    assert "Demonstration" not in Drawn(certificate_facts()).text


def test_words_and_dates_follow_the_language() -> None:
    labels = Labels(certifies="Hiermit wird bescheinigt:", version="Fassung %(number)s")
    drawn = Drawn(certificate_facts(locale="de_DE", hours_minutes=3390), labels)
    for words in ("Hiermit wird bescheinigt:", "20. November 2026", "56,5", "Fassung 3"):
        assert words in drawn.text
    assert drawn.file.Root.Lang == "de-DE"


def test_markup_in_a_fact_stays_text() -> None:
    name = "<b>Ann</b> & <img src=x>"
    assert name in Drawn(certificate_facts(holder_name=name)).text


@pytest.mark.parametrize("page_format", ["A4", "Letter"])
def test_the_qr_code_leads_to_the_verification(page_format: str) -> None:
    facts = certificate_facts(page_format=page_format, demonstration=True)
    found = zxingcpp.read_barcodes(Drawn(facts).image())
    assert [code.text for code in found] == [facts.verify_url]
    assert str(found[0].ec_level) == "M"


def test_it_is_tagged_titled_and_marked_for_archives_and_screen_readers() -> None:
    drawn = Drawn(certificate_facts(holder_name="渡辺 遥ひなた"))
    root = drawn.file.Root
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert root.Lang == "en-GB"
    metadata = root.Metadata.read_raw_bytes().decode()
    for mark in ("<pdfaid:part>3<", "pdfuaid:part", "2026-11-20T09:00:00+00:00"):
        assert mark in metadata or mark.replace(">3<", '="3"').replace("<", "") in metadata
    assert len(drawn.elements("H1")) == 1
    (figure,) = drawn.elements("Figure")
    assert "https://academy.example/verify/7F3K9Q2MXR4T0C8VA" in str(figure.Alt)
    assert [str(p.Lang) for p in drawn.elements("P") if "/Lang" in p] == ["ja"]


@pytest.mark.parametrize("script", NAMES)
def test_the_name_is_spoken_as_it_was_written(script: str) -> None:
    name, language = NAMES[script]
    drawn = Drawn(certificate_facts(holder_name=name, holder_lang=language))
    spoken = [str(p.ActualText) for p in drawn.elements("P") if "/ActualText" in p]
    assert spoken == [name]


def test_the_figures_box_is_where_the_qr_code_is() -> None:
    drawn = Drawn(certificate_facts())
    left, bottom, right, top = (float(edge) for edge in drawn.elements("Figure")[0].A.BBox)
    height = drawn.pages[0].get_size()[1]
    box = (left * 2, (height - top) * 2, right * 2, (height - bottom) * 2)
    (code,) = zxingcpp.read_barcodes(drawn.image().crop(tuple(map(round, box))))
    assert code.text.endswith("7F3K9Q2MXR4T0C8VA")


def test_fonts_are_embedded_and_the_file_is_small() -> None:
    drawn = Drawn(certificate_facts())
    for font in drawn.file.pages[0].Resources.Font.values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())
    assert len(drawn.content) <= 60_000


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        f"{FONTS.as_uri()}/../../app.py",
        f"{FONTS.as_uri()}/%2e%2e/%2e%2e/app.py",
        f"{TEMPLATES.as_uri()}x/secret",
        "http://127.0.0.1:8000/",
        "https://example.com/a.png",
        "http://[::1]/",
        "ftp://127.0.0.1/a",
        "//127.0.0.1/a",
        "javascript:alert(1)",
        "",
    ],
)
def test_documents_fetch_nothing_that_is_not_ours(address: str) -> None:
    with pytest.raises(ValueError, match="may not fetch"):
        OwnAssets().fetch(address)


def test_documents_fetch_their_own_fonts_and_embedded_data() -> None:
    font = next(FONTS.rglob("*.woff2"))
    assert OwnAssets().fetch(font.as_uri()) is not None
    assert OwnAssets().fetch("data:text/plain,hello") is not None
