"""What a question of QTI asks for beyond what we can hold is named."""

import pytest

from certification.items.exchange import qti
from certification.items.exchange.found import Found
from tests.certification.items.test_qti import zipped

MATCHED = (
    '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}"/>'
)


def read(declaration: str, body: str) -> Found:
    content = (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a" title="A">'
        f"{declaration}<itemBody>{body}</itemBody>{MATCHED.format('match_correct')}</assessmentItem>"
    )
    (found,) = qti.read(content.encode())
    return found


def named(found: Found) -> list[object]:
    assert found.content is not None
    return [one.values["names"] for one in found.notes if one.code == "import_attributes"]


def typed(attributes: str, base: str = "string") -> Found:
    return read(
        f'<responseDeclaration identifier="R" cardinality="single" baseType="{base}">'
        "<correctResponse><value>7</value></correctResponse></responseDeclaration>",
        f'<p>Seven? <textEntryInteraction responseIdentifier="R" {attributes}/></p>',
    )


def listed(interaction: str, option: str = 'fixed="true"') -> Found:
    options = f'<simpleChoice identifier="a" {option}>a</simpleChoice>'
    return read(
        f'<responseDeclaration identifier="R" baseType="identifier" cardinality="'
        f'{"single" if interaction.startswith("choice") else "ordered"}">'
        "<correctResponse>"
        f"<value>a</value>{'' if interaction.startswith('choice') else '<value>b</value>'}"
        "</correctResponse></responseDeclaration>",
        f'<p>Which?</p><{interaction} responseIdentifier="R">{options}<simpleChoice identifier="b">'
        f"b</simpleChoice></{interaction.split(maxsplit=1)[0]}>",
    )


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ('patternMask="[0-9]" placeholderText="a digit"', ["patternMask, placeholderText"]),
        ('pattern-mask="[0-9]"', ["patternMask"]),
        (
            'minStrings="2" format="xhtml" stringIdentifier="S"',
            ["format, minStrings, stringIdentifier"],
        ),
        ('expectedLength="4" class="short" data-x="y" minStrings="1" format="plain" base="10"', []),
    ],
)
def test_what_a_field_asks_for_is_named(attributes: str, names: list[str]) -> None:
    assert named(typed(attributes)) == names


def test_a_fixed_place_is_named_where_it_is_lost() -> None:
    assert named(listed('orderInteraction shuffle="true"')) == ["fixed"]
    assert named(listed("orderInteraction")) == []
    assert named(listed('choiceInteraction shuffle="true"')) == []
    assert named(listed('choiceInteraction shuffle="true"', 'required="true"')) == ["required"]


def test_a_number_in_another_base_is_refused() -> None:
    found = typed('base="16"', "integer")
    assert [one.code for one in found.refusals] == ["import_base_type"]


RUBRIC = '<rubricBlock view="scorer"><p>KEY: winter</p></rubricBlock>'
GAPS = (
    '<gapMatchInteraction responseIdentifier="R"><gapText identifier="W" matchMax="1">winter'
    '</gapText><gapText identifier="S" matchMax="1">summer</gapText>'
    '<p>Now is <gap identifier="G"/>.</p></gapMatchInteraction>'
)


def answered(kind: str, base: str, right: str) -> str:
    return (
        f'<responseDeclaration identifier="R" cardinality="{kind}" baseType="{base}">'
        f"<correctResponse><value>{right}</value></correctResponse></responseDeclaration>"
    )


@pytest.mark.parametrize(
    ("declaration", "body"),
    [
        (answered("multiple", "directedPair", "W G"), GAPS),
        (
            answered("single", "string", "7"),
            '<p>Seven? <textEntryInteraction responseIdentifier="R"/></p>',
        ),
    ],
)
def test_what_is_said_to_scorers_is_named_and_not_shown(declaration: str, body: str) -> None:
    found = read(declaration, RUBRIC + body)
    assert found.content is not None
    assert "KEY" not in found.content.texts["en"].body
    assert [one.values for one in found.notes if one.code == "import_element"] == [
        {"name": "rubricBlock"}
    ]


def test_an_essays_correct_answer_is_its_rubric_and_lost_scoring_is_told() -> None:
    found = read(
        answered("single", "string", "The *model* answer"),
        '<p>Why?</p><extendedTextInteraction responseIdentifier="R"/>',
    )
    assert found.content is not None
    assert found.content.texts["en"].criteria == {"whole": r"The \*model\* answer"}
    assert [one.code for one in found.notes] == ["import_essay_scored"]


@pytest.mark.parametrize("second", ["true", "false"])
def test_lists_are_shuffled_if_all_were(second: str) -> None:
    lists = "".join(
        f'<inlineChoiceInteraction responseIdentifier="{name}" shuffle="{shuffle}"><inlineChoice '
        'identifier="a">a</inlineChoice><inlineChoice identifier="b">b</inlineChoice>'
        "</inlineChoiceInteraction>"
        for name, shuffle in (("R", "true"), ("S", second))
    )
    sets = "".join(
        f'<responseCondition><responseIf><match><variable identifier="{name}"/><correct identifier='
        f'"{name}"/></match><setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        '<baseValue baseType="float">1</baseValue></sum></setOutcomeValue></responseIf>'
        "</responseCondition>"
        for name in "RS"
    )
    one = answered("single", "identifier", "a")
    (found,) = qti.read(
        (
            '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a" '
            f'title="A">{one}{one.replace("R", "S", 1)}<itemBody><p>x {lists}</p></itemBody>'
            f"<responseProcessing>{sets}</responseProcessing></assessmentItem>"
        ).encode()
    )
    assert named(found) == ([] if second == "true" else ["shuffle"])
    assert found.content is not None
    assert found.content.shuffle == (second == "true")


def test_a_hint_is_no_feedback_of_an_option() -> None:
    body = (
        '<p>Which?</p><choiceInteraction responseIdentifier="R" maxChoices="1"><simpleChoice '
        'identifier="a">a</simpleChoice><simpleChoice identifier="b">b</simpleChoice>'
        "</choiceInteraction>"
    )
    said = answered("single", "identifier", "a")
    for outcome, kept in (("HINTS", {}), ("FEEDBACK", {"b": "Think."})):
        content = (
            '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a" '
            f'title="A">{said}<itemBody>{body}</itemBody>{MATCHED.format("match_correct")}'
            f'<modalFeedback outcomeIdentifier="{outcome}" identifier="b" showHide="show">Think.'
            "</modalFeedback></assessmentItem>"
        )
        (found,) = qti.read(content.encode())
        assert found.content is not None
        assert found.content.texts["en"].feedback == kept


def test_addresses_in_a_package_begin_where_its_manifest_says() -> None:
    item = (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a" title="A">'
        + answered("single", "string", "7")
        + '<itemBody><p>Seven? <textEntryInteraction responseIdentifier="R"/></p></itemBody>'
        + MATCHED.format("match_correct")
        + "</assessmentItem>"
    )
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources xml:base="items/">'
        '<resource identifier="r" type="imsqti_item_xmlv2p1" href="a.xml"/></resources></manifest>'
    )
    found = qti.read(zipped({"imsmanifest.xml": manifest.encode(), "items/a.xml": item.encode()}))
    assert [one.refusals for one in found] == [()]
