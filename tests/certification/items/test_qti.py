"""QTI: read from 2.1, 2.2 and 3.0, written as 2.1, and nothing lost on the way."""

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from certification.items.content import KINDS as ALL
from certification.items.content import ItemContent
from certification.items.exchange import qti, qti_package, qti_write, table
from certification.items.exchange.found import Found
from certification.items.exchange.pictures import Album
from certification.items.exchange.qti_package import Exported
from certification.items.reading import as_json, content_from
from certification.items.scoring import score
from tests.certification.items.contents import KINDS, RIGHT, item

RULES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
SHAPE = etree.RelaxNG(etree.parse(Path(__file__).with_name("qti21.rng")))


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(file, "PNG")
    found = Album().take(file.getvalue())
    assert found is not None
    return found.content


PNG = png()
SHA = Album().take(PNG).sha256  # type: ignore[union-attr]


def of(kind: str, **changes: Any) -> ItemContent:
    if kind == "hotspot":
        changes = {"picture": {"sha256": SHA, "width": 400, "height": 300}, **changes}
    return item(kind, **changes)


def package(content: ItemContent) -> bytes:
    return qti_package.write([Exported("A-1", "Title", content)], lambda _digest: PNG)


def without_ours(content: bytes) -> bytes:
    """The package as another program would give it back: without what we laid beside."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if not name.endswith(".json"):
                new.writestr(name, old.read(name))
    return out.getvalue()


def codes(found: Found) -> list[str]:
    return [reason.code for reason in (*found.refusals, *found.notes)]


@pytest.mark.parametrize("kind", ALL)
def test_a_package_brings_back_exactly_what_it_took(kind: str) -> None:
    content = of(kind)
    (found,) = qti.read(package(content))
    assert (found.name, found.content) == ("A-1", content)


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind not in ("essay", "inline")])
def test_the_xml_alone_says_the_same_item(kind: str) -> None:
    content = of(kind, shuffle=kind != "hotspot")
    found = qti.read(without_ours(package(content)))
    assert found[0].content == content


def test_lists_within_a_text_keep_their_meaning_in_xml_alone() -> None:
    (found,) = qti.read(without_ours(package(of("inline"))))
    assert found.content is not None
    assert score(found.content, {"p1": "p1o1", "p2": "p2o2"}).is_right
    assert not score(found.content, {"p1": "p1o1", "p2": "p2o1"}).is_right


def test_a_changed_xml_counts_more_than_what_lies_beside_it() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package(of("text")))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"of France", b"of Peru"))
    found = qti.read(out.getvalue())[0]
    assert found.content is not None
    assert found.content.texts["en"].body == "The capital of Peru?"


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
TEXT = WORDS.map(lambda text: "x" + text)
SHARE = st.decimals("0.001", "1", places=3)
FRAMES = st.sampled_from(
    ["%s", "\n\n- %s", "\n\n> %s", "\n\n# %s", "\n\n- x\n\n  > **%s**", "\n\n| a |\n|---|\n| %s |"]
)


@st.composite
def contents(draw: Any) -> ItemContent:
    """Any item of any kind, in one or two languages, with any scoring that fits it."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    data = as_json(of(kind))
    marked = dict.fromkeys(("en",), data["texts"]["en"]["body"])["en"]
    tags = draw(st.lists(st.sampled_from(["en", "de", "ja"]), min_size=1, unique=True))
    data["texts"] = {
        tag: {
            "body": draw(TEXT).replace("{{", "{") + draw(FRAMES) % marked,
            **{
                part: {name: draw(TEXT) for name in data["texts"]["en"][part]}
                for part in ("options", "places", "criteria")
            },
            "feedback": draw(st.dictionaries(st.sampled_from(["right", "wrong", "general"]), TEXT)),
        }
        for tag in tags
    }
    if kind != "essay":
        data["scoring"]["points"] = str(draw(st.decimals("0.5", "900", places=2)))
        data["scoring"]["penalty"] = str(draw(SHARE))
        data["scoring"]["rule"] = draw(st.sampled_from(["all", "share"]))
    return content_from(data)


@pytest.mark.thorough
@given(content=contents())
def test_any_item_comes_back_from_a_package_as_it_was(content: ItemContent) -> None:
    (found,) = qti.read(package(content))
    assert found.content == content


@pytest.mark.thorough
@given(content=contents())
def test_any_item_comes_back_from_a_table_as_it_was(content: ItemContent) -> None:
    (found,) = table.read(table.write([("A-1", "Title", content)]))
    assert found.content == content


@pytest.mark.thorough
@given(content=contents())
def test_any_item_has_the_shape_of_qti_and_earns_in_xml_what_it_earned(
    content: ItemContent,
) -> None:
    xml = qti_write.item_xml("A-1", "Title", content)
    SHAPE.assertValid(etree.fromstring(xml))
    found = qti.item_found(1, qti.parse(xml), "en", lambda _address: Album().take(PNG))
    again, kind = found.content, content.kind
    if again is not None and kind in RIGHT and kind != "inline":
        said = content.answers[0].text if kind == "text" else RIGHT[kind]
        earned = float(score(content, said).raw)
        assert float(score(again, said).raw) == pytest.approx(earned)


def entry(body: str, declared: str, rest: str = "", root: str = "") -> bytes:
    return (
        f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="i" title="T"'
        f" {root}>{declared}<itemBody>{body}</itemBody>{rest}</assessmentItem>"
    ).encode()


RIGHT_A = (
    '<responseDeclaration identifier="R" cardinality="single" baseType="identifier">'
    "<correctResponse><value>A</value></correctResponse></responseDeclaration>"
)
CHOICE = (
    '<choiceInteraction responseIdentifier="R" maxChoices="1"><prompt>Which?</prompt>'
    '<simpleChoice identifier="A">One</simpleChoice><simpleChoice identifier="B">Two'
    "</simpleChoice></choiceInteraction>"
)
MATCH = f'<responseProcessing template="{RULES}match_correct"/>'


def test_version_three_is_read_by_its_own_names() -> None:
    text = (
        '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i"'
        ' title="T" xml:lang="de-AT"><qti-response-declaration identifier="R"'
        ' cardinality="multiple"'
        ' base-type="identifier"><qti-mapping default-value="0"><qti-map-entry map-key="A"'
        ' mapped-value="2"/><qti-map-entry map-key="B" mapped-value="-1"/></qti-mapping>'
        "</qti-response-declaration><qti-item-body><qti-choice-interaction response-identifier='R'"
        ' max-choices="0" shuffle="true"><qti-prompt>Welche?</qti-prompt><qti-simple-choice'
        ' identifier="A">Eins</qti-simple-choice><qti-simple-choice identifier="B">Zwei'
        "</qti-simple-choice></qti-choice-interaction></qti-item-body><qti-response-processing"
        ' template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/>'
        "</qti-assessment-item>"
    )
    (found,) = qti.read(text.encode())
    content = found.content
    assert content is not None
    assert content.texts["de"].body == "Welche?"
    assert content.shuffle
    assert score(content, ["A"]).raw == 2
    assert score(content, ["A", "B"]).raw == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (entry("<p>x</p>", RIGHT_A), "import_no_question"),
        (entry(CHOICE, RIGHT_A, root='adaptive="true"'), "import_adaptive"),
        (entry(CHOICE, f"{RIGHT_A}<templateDeclaration/>"), "import_template"),
        (entry(CHOICE + CHOICE, RIGHT_A, MATCH), "import_several"),
        (entry(CHOICE, "", MATCH), "import_no_response"),
        (entry('<uploadInteraction responseIdentifier="R"/>', RIGHT_A), "import_interaction"),
        (
            entry(CHOICE, RIGHT_A, '<responseProcessing template="http://e.org/own.xml"/>'),
            "import_processing",
        ),
        (
            entry(
                CHOICE,
                RIGHT_A,
                "<responseProcessing><setOutcomeValue identifier='SCORE'><random/>"
                "</setOutcomeValue></responseProcessing>",
            ),
            "import_processing",
        ),
        (b"<assessmentTest title='T'/>", "import_test_left"),
        (b"<questestinterop><item title='x'/></questestinterop>", "import_qti_old"),
        (b"<html/>", "import_not_qti"),
        (b"PK\x03\x04nonsense", "import_zip_broken"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_by_name(content: bytes, code: str) -> None:
    (found,) = qti.read(content)
    assert found.content is None
    assert [reason.code for reason in found.refusals] == [code]


def test_an_assumption_about_the_scoring_is_noted() -> None:
    (found,) = qti.read(entry(CHOICE, RIGHT_A))
    assert found.content is not None
    assert codes(found) == ["import_processing_assumed"]


def zipped(files: dict[str, bytes], mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({"a.xml": b"0" * (9 << 20)}), "import_zip_bomb"),
        (zipped({f"{n}.xml": b"" for n in range(2_001)}), "import_zip_bomb"),
        (zipped({"../../etc/passwd.xml": b"x"}), "import_path"),
        (zipped({"/etc/passwd.xml": b"x"}), "import_path"),
        (zipped({"C:\\x.xml": b"x"}), "import_path"),
        (zipped({"a.xml": b"/etc/passwd"}, stat.S_IFLNK | 0o777), "import_symlink"),
        (zipped({"a.xml": b"<broken"}), "import_xml_broken"),
        (zipped({"imsmanifest.xml": b"<manifest/>", "a.pdf": b"x"}), "import_files_left"),
    ],
)
def test_a_hostile_package_is_refused_or_named(content: bytes, code: str) -> None:
    found = qti.read(content)
    assert [one.content for one in found] == [None]
    assert [reason.code for reason in found[0].refusals] == [code]


ASKED = "choice order match gapMatch hotspot selectPoint textEntry inlineChoice extendedText"
EMPTY = [f"<{kind}Interaction responseIdentifier='R'/>" for kind in ASKED.split()]
PARTS = st.sampled_from(
    [
        *EMPTY,
        RIGHT_A,
        CHOICE,
        MATCH,
        "<p>x</p>",
        "<gap identifier='g'/>",
        "<object data='x'/>",
        "<mapping><mapEntry mapKey='A' mappedValue='x'/></mapping>",
        "<responseProcessing/>",
        "&nbsp;",
        "</itemBody>",
    ]
)


@given(
    body=st.lists(PARTS, max_size=5).map("".join),
    declared=st.lists(PARTS, max_size=2).map("".join),
    rest=st.lists(PARTS, max_size=2).map("".join),
)
def test_nothing_is_dropped_silently_and_nothing_crashes(
    body: str, declared: str, rest: str
) -> None:
    for found in qti.read(entry(body, declared, rest)):
        assert (found.content is None) == bool(found.refusals)


@given(content=st.binary(max_size=80), at=st.integers(0, 3_000))
def test_a_damaged_package_never_crashes(content: bytes, at: int) -> None:
    whole = package(of("choice"))
    broken = whole[: at % len(whole)] + content + whole[at % len(whole) + len(content) :]
    for found in qti.read(b"PK" + broken[2:]):
        assert (found.content is None) == bool(found.refusals)
