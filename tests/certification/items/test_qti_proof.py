"""An item of QTI that would score differently here is refused, however that is written."""

from fractions import Fraction

import pytest

from certification.items.exchange import qti
from certification.items.exchange.found import Found
from certification.items.exchange.qti_expressions import Unknown
from certification.items.exchange.qti_item import declared as responses_of
from certification.items.exchange.qti_run import Processing
from certification.items.exchange.xmltree import parse
from certification.items.scoring import score
from tests.certification.items.test_qti import CHOICE, codes, entry
from tests.certification.items.test_qti_rules import (
    END,
    ENTRY,
    LIST,
    MAP,
    TOTAL,
    asks,
    content_of,
    declared,
    maps,
    sets,
)

SEVERAL = CHOICE.replace('maxChoices="1"', 'maxChoices="3"').replace(
    "</choiceI", '<simpleChoice identifier="C">Three</simpleChoice></choiceI'
)
TWO_LISTS = LIST + LIST.replace("'R'", "'S'")
MAPPED = "<mapResponse identifier='R'/>"
EMPTY = "<isNull><variable identifier='R'/></isNull>"


def several(entries: str, **bounds: str) -> str:
    return declared("identifier", entries, **bounds).replace('"single"', '"multiple"')


def two(entries: str = "") -> str:
    one = declared("identifier", entries)
    return one + one.replace('identifier="R"', 'identifier="S"')


def processing(*steps: str) -> str:
    return f"<responseProcessing>{''.join(steps)}</responseProcessing>"


def when(test: str, then: str, *others: str) -> str:
    said = f"<responseIf>{test}{then}</responseIf>{''.join(others)}"
    return f"<responseCondition>{said}</responseCondition>"


def otherwise(then: str) -> str:
    return f"<responseElse>{then}</responseElse>"


def read(body: str, said: str, rest: str) -> Found:
    (found,) = qti.read(entry(body, said, rest))
    return found


def other(text: str) -> str:
    return text.replace("identifier='R'", "identifier='S'")


WEIGHED = several(maps(A=1, B=1, C=-1), lowerBound="0", upperBound="2")
TABLE = (
    "<outcomeDeclaration identifier='SCORE' baseType='float'><matchTable defaultValue='0'>"
    "<matchTableEntry sourceValue='1' targetValue='{}'/></matchTable></outcomeDeclaration>"
    "<outcomeDeclaration identifier='RAWSCORE' baseType='float'/>"
)
LOOKED_UP = (
    "<lookupOutcomeValue identifier='SCORE'><variable identifier='RAWSCORE'/></lookupOutcomeValue>"
)
MATCHES = (
    "<matchInteraction responseIdentifier='R' maxAssociations='0'><prompt>Which?</prompt>"
    "<simpleMatchSet>"
    "<simpleAssociableChoice identifier='A' matchMax='1'>a</simpleAssociableChoice>"
    "<simpleAssociableChoice identifier='B' matchMax='1'>b</simpleAssociableChoice>"
    "</simpleMatchSet><simpleMatchSet>"
    "<simpleAssociableChoice identifier='X' matchMax='2'>x</simpleAssociableChoice>"
    "<simpleAssociableChoice identifier='Y' matchMax='2'>y</simpleAssociableChoice>"
    "</simpleMatchSet></matchInteraction>"
)


def pairs(default: str, **values: int) -> str:
    said = {one.replace("_", " "): value for one, value in values.items()}
    entries = "".join(f'<mapEntry mapKey="{k}" mappedValue="{v}"/>' for k, v in said.items())
    found = declared("directedPair", entries, right="A X", defaultValue=default)
    return found.replace('"single"', '"multiple"')


@pytest.mark.parametrize(
    ("body", "said", "rest"),
    [
        pytest.param(
            SEVERAL,
            WEIGHED,
            processing(when(asks(""), sets(MAPPED))),
            id="mapped only if all is right",
        ),
        pytest.param(
            SEVERAL, WEIGHED, processing(when(EMPTY, sets(MAPPED))), id="mapped only if empty"
        ),
        pytest.param(
            TWO_LISTS,
            two(maps(A=1)),
            processing(sets(MAPPED), when(asks(""), sets(other(MAPPED)))),
            id="the second list only if the first is right",
        ),
        pytest.param(
            TWO_LISTS,
            two(),
            processing(when(asks(""), sets("1")), when(other(asks("")), sets("1"))),
            id="the second overwrites the first",
        ),
        pytest.param(
            TWO_LISTS,
            two(maps(A=1)),
            processing(sets(MAPPED), sets(other(MAPPED))),
            id="the second mapping overwrites the first",
        ),
        pytest.param(MATCHES, pairs("0", A_X=1, B_Y=1, A_Y=-1), MAP, id="one costly pair"),
        pytest.param(MATCHES, pairs("-1", A_X=1, B_Y=1, A_Y=0), MAP, id="one free pair"),
        pytest.param(SEVERAL, several(maps(A=1, B=-2)), MAP, id="loses more than all"),
        pytest.param(
            SEVERAL, several(maps(A=1, B=-1), lowerBound="0.5"), MAP, id="never less than a half"
        ),
        pytest.param(
            CHOICE,
            declared("identifier") + TABLE.format("0.5"),
            processing(when(asks(""), sets("1", "RAWSCORE")), LOOKED_UP),
            id="by a table",
        ),
    ],
)
def test_what_scores_differently_is_refused_with_an_answer(body: str, said: str, rest: str) -> None:
    found = read(body, said, rest)
    assert found.content is None
    (reason,) = found.refusals
    assert reason.code in ("import_scores_differ", "import_unequal"), reason


def test_a_refusal_names_the_answer_and_both_scores() -> None:
    found = read(SEVERAL, WEIGHED, processing(when(asks(""), sets(MAPPED))))
    (reason,) = found.refusals
    assert reason.values == {"answer": "B", "theirs": "0", "ours": "1"}


def test_time_that_decides_is_refused() -> None:
    quick = "<lt><variable identifier='duration'/><baseValue baseType='float'>30</baseValue></lt>"
    found = read(SEVERAL, WEIGHED, processing(when(quick, sets(MAPPED))))
    assert codes(found) == ["import_processing"]
    assert found.refusals[0].values == {"name": "duration"}


def test_what_no_answer_cost_is_told() -> None:
    given = f"<not>{EMPTY}</not>"
    found = read(
        SEVERAL,
        several(maps(A=1), lowerBound="0"),
        processing(when(given, sets(MAPPED), otherwise(sets("-1")))),
    )
    assert found.content is not None
    assert codes(found) == ["import_empty_costs"]


@pytest.mark.parametrize("body", [CHOICE, ENTRY])
def test_several_that_are_the_only_correct_one_are_refused(body: str) -> None:
    said = declared("string" if body == ENTRY else "identifier", right="A").replace(
        "</value>", "</value><value>B</value>"
    )
    assert "import_correct_several" in codes(
        read(body, said, processing(when(asks(""), sets("1"))))
    )


def test_a_bound_that_the_mapping_has_anyway_is_taken_over() -> None:
    """As OPAL and its relatives end each item."""
    most = TOTAL.format("MAXSCORE", 2, END) + TOTAL.format("MINSCORE", 0, END)
    bounds = [
        when(
            f"<{tag}><variable identifier='SCORE'/><variable identifier='{name}'/></{tag}>",
            sets(f"<variable identifier='{name}'/>"),
        )
        for tag, name in (("gt", "MAXSCORE"), ("lt", "MINSCORE"))
    ]
    content = content_of(SEVERAL, WEIGHED + most, processing(sets(MAPPED), *bounds))
    assert score(content, ["A", "B"]).raw == 2
    assert score(content, ["A", "C"]).raw == 0
    less = most.replace("<value>2", "<value>1")
    assert codes(read(SEVERAL, WEIGHED + less, processing(sets(MAPPED), *bounds))) == [
        "import_scores_differ"
    ]


@pytest.mark.parametrize(
    ("expression", "earns"),
    [
        ("<product>{2}{3}</product>", 6),
        ("<divide>{3}{2}</divide>", Fraction(3, 2)),
        ("<divide>{3}{0}</divide>", 0),
        ("<subtract>{2}{3}</subtract>", -1),
        ("<max>{2}{3}</max>", 3),
        ("<min>{2}{3}</min>", 2),
        ("<sum>{2}<null/></sum>", 0),
    ],
)
def test_reckoning(expression: str, earns: float) -> None:
    numbers = [f"<baseValue baseType='float'>{one}</baseValue>" for one in range(4)]
    root = parse(
        entry(CHOICE, declared("identifier"), processing(sets(expression.format(*numbers))))
    )
    assert Processing(root, responses_of(root)).score({"R": ("A",)}) == earns


@pytest.mark.parametrize(
    ("test", "given", "holds"),
    [
        ("<member>{A}<multiple>{A}{B}</multiple></member>", "A", True),
        ("<contains><multiple>{A}{B}</multiple><multiple>{B}</multiple></contains>", "A", True),
        ("<contains><multiple>{A}</multiple><multiple>{B}</multiple></contains>", "A", False),
        ("<not><match>{R}{A}</match></not>", "B", True),
        ("<not><match>{R}{A}</match></not>", "", False),
        ("<or><match>{R}{A}</match><match>{R}{B}</match></or>", "B", True),
        ("<and><match>{R}{A}</match><match>{R}{B}</match></and>", "B", False),
        ("<stringMatch caseSensitive='false'>{R}{A}</stringMatch>", "a", True),
        ("<stringMatch caseSensitive='true'>{R}{A}</stringMatch>", "a", False),
    ],
)
def test_asking(test: str, given: str, holds: bool) -> None:
    values = {one: f"<baseValue baseType='identifier'>{one}</baseValue>" for one in ("A", "B")} | {
        "R": "<variable identifier='R'/>"
    }
    rest = processing(when(test.format(**values), sets("1")))
    root = parse(entry(CHOICE, declared("identifier"), rest))
    assert Processing(root, responses_of(root)).score({"R": (given,)}) == int(holds)


def test_what_is_unknown_decides_nothing_else() -> None:
    odd = when("<lt><variable identifier='duration'/><null/></lt>", sets("1", "FEEDBACK"))
    root = parse(entry(CHOICE, declared("identifier"), processing(odd, sets("2"))))
    assert Processing(root, responses_of(root)).score({}) == 2
    root = parse(
        entry(CHOICE, declared("identifier"), processing(odd.replace("FEEDBACK", "SCORE")))
    )
    with pytest.raises(Unknown, match="duration"):
        Processing(root, responses_of(root)).score({})
