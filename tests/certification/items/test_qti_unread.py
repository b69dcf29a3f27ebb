"""What a question of QTI asks for beyond what we can hold is named."""

import pytest

from certification.items.exchange import qti
from certification.items.exchange.found import Found

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
