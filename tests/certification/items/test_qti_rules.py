"""How items of QTI are scored: what our rules say too is taken over, all else is refused."""

from typing import Any

import pytest

from certification.items.exchange import qti
from certification.items.scoring import score
from tests.certification.items.test_qti import CHOICE, MATCH, RIGHT_A, RULES, codes, entry

MAP = f'<responseProcessing template="{RULES}map_response"/>'
ENTRY = '<p>x <textEntryInteraction responseIdentifier="R"/></p>'
LIST = (
    "<p>x <inlineChoiceInteraction responseIdentifier='R'><inlineChoice identifier='A'>a"
    "</inlineChoice><inlineChoice identifier='B'>b</inlineChoice></inlineChoiceInteraction></p>"
)


def declared(base: str, entries: str = "", right: str = "A", **bounds: str) -> str:
    said = "".join(f' {name}="{value}"' for name, value in bounds.items())
    cardinality = bounds.get("cardinality", "single")
    return (
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse><value>{right}</value></correctResponse>"
        + (f"<mapping{said}>{entries}</mapping>" if entries else "")
        + "</responseDeclaration>"
    )


def maps(**entries: float) -> str:
    return "".join(
        f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in entries.items()
    )


def sets(value: str, outcome: str = "SCORE") -> str:
    said = value if value.startswith("<") else f"<baseValue baseType='float'>{value}</baseValue>"
    return f"<setOutcomeValue identifier='{outcome}'>{said}</setOutcomeValue>"


def asks(value: str, tag: str = "match", **attributes: str) -> str:
    said = "".join(f' {name}="{one}"' for name, one in attributes.items())
    other = f"<baseValue>{value}</baseValue>" if value else "<correct identifier='R'/>"
    return f"<{tag}{said}><variable identifier='R'/>{other}</{tag}>"


def condition(*branches: tuple[str, str], otherwise: str = "") -> str:
    tags = ["responseIf"] + ["responseElseIf"] * len(branches)
    said = "".join(
        f"<{tag}>{asked}{sets(value)}</{tag}>"
        for tag, (asked, value) in zip(tags, branches, strict=False)
    )
    if otherwise:
        said += f"<responseElse>{sets(otherwise)}</responseElse>"
    return f"<responseProcessing><responseCondition>{said}</responseCondition></responseProcessing>"


def content_of(body: str, said: str, rest: str) -> Any:
    (found,) = qti.read(entry(body, said, rest))
    assert found.content is not None, found.refusals
    return found.content


EMPTY = "<isNull><variable identifier='R'/></isNull>"
TOTAL = '<outcomeDeclaration identifier="{}" baseType="float"><defaultValue><value>{}</value>{}'
END = "</defaultValue></outcomeDeclaration>"
MAXSCORE = TOTAL.format("MAXSCORE", 3, END)
SUM = "<sum><variable identifier='SCORE'/><variable identifier='MAXSCORE'/></sum>"


@pytest.mark.parametrize(
    ("body", "said", "rest", "earned"),
    [
        (
            CHOICE,
            declared("identifier"),
            condition((asks(""), "2"), (asks("B"), "1")),
            {"A": 2, "B": 1},
        ),
        (
            CHOICE,
            declared("identifier"),
            condition((asks("B"), "4"), otherwise="-1"),
            {"A": -1, "B": 4},
        ),
        (CHOICE, RIGHT_A + MAXSCORE, condition((asks(""), SUM)), {"A": 3, "B": 0}),
        (
            CHOICE,
            declared("identifier", maps(A=2, B=-1), upperBound="1", lowerBound="0"),
            MAP,
            {"A": 1, "B": 0},
        ),
        (
            ENTRY,
            declared("string", right="Ada"),
            condition((asks("", "stringMatch", caseSensitive="false"), "1")),
            {"ada": 1, "Ada": 1, "Ben": 0},
        ),
        (
            ENTRY,
            declared("string", right="Ada"),
            MATCH,
            {"Ada": 1, "ada": 0},
        ),
        (
            ENTRY,
            declared("string", maps(Ada=2, ada=1), defaultValue="-1"),
            MAP,
            {"Ada": 2, "ada": 1, "Ben": -1},
        ),
        (
            ENTRY,
            declared("integer", right="7"),
            condition(
                (asks(""), "2"),
                (asks("7", "equal", toleranceMode="absolute", tolerance="1 1"), "1"),
                otherwise="-1",
            ),
            {"7": 2, "8": 1, "9": -1},
        ),
        (
            LIST,
            declared("identifier", maps(A=2, B=-1)),
            MAP,
            {"A": 2, "B": -1},
        ),
        (
            LIST,
            declared("identifier"),
            condition((asks("B"), "4"), otherwise="-1"),
            {"A": -1, "B": 4},
        ),
    ],
)
def test_each_answer_earns_what_it_earned(
    body: str, said: str, rest: str, earned: dict[str, int]
) -> None:
    content = content_of(body, said, rest)
    for answer, points in earned.items():
        given: object = answer
        if content.kind == "choice":
            given = [answer]
        elif content.kind == "inline":
            given = {"p1": f"p1o{' AB'.index(answer)}"}
        assert score(content, given).raw == points, answer


def test_no_more_is_earned_than_so_many_choices_can_earn() -> None:
    body = CHOICE.replace('maxChoices="1"', 'maxChoices="2"').replace(
        "</choiceI", '<simpleChoice identifier="C">Three</simpleChoice></choiceI'
    )
    said = declared("identifier", maps(A=1, B=1, C=1)).replace('"single"', '"multiple"')
    content = content_of(body, said, MAP)
    assert score(content, ["A", "C"]).is_right
    assert score(content, ["A"]).raw == 1


@pytest.mark.parametrize(
    ("body", "said", "rest", "code"),
    [
        (
            CHOICE,
            RIGHT_A + "<outcomeDeclaration identifier='MARK' baseType='float'/>",
            condition((asks(""), "1")).replace("'SCORE'", "'MARK'"),
            "import_processing",
        ),
        (
            CHOICE,
            RIGHT_A + TOTAL.format("SCORE", 1, END),
            condition((asks(""), "1")),
            "import_processing",
        ),
        (
            ENTRY,
            declared("string"),
            condition((asks("A", "stringMatch", substring="true"), "1")),
            "import_processing",
        ),
        (ENTRY, declared("string", maps(Ada=1, Ben=-1)), MAP, "import_unequal"),
        (ENTRY, declared("float", maps(A=1), defaultValue="1"), MAP, "import_no_key"),
        (
            ENTRY,
            declared("float", right="7"),
            condition(
                (asks("7", "equal", toleranceMode="absolute", tolerance="2 2"), "1"),
                (asks(""), "2"),
            ),
            "import_processing",
        ),
        (
            ENTRY,
            declared("float", right="7"),
            condition((asks("7", "equal", toleranceMode="relative", tolerance="1"), "1")),
            "import_tolerance",
        ),
        (ENTRY, declared("string", cardinality="record"), MATCH, "import_base_type"),
        (
            LIST,
            declared("identifier"),
            condition((asks("A"), "2"), (asks("B"), "1")),
            "import_part_credit",
        ),
        (
            CHOICE,
            RIGHT_A + "<assessmentStimulusRef href='s.xml'/>",
            MATCH,
            "import_stimulus_needed",
        ),
        (
            CHOICE,
            declared("identifier"),
            condition((EMPTY, "-1"), (asks(""), "1")),
            "import_processing",
        ),
        (ENTRY + LIST, declared("string"), MATCH, "import_entries"),
        (CHOICE + "<include href='more.xml'/>", RIGHT_A, MATCH, "import_included"),
    ],
)
def test_what_would_be_scored_otherwise_is_refused(
    body: str, said: str, rest: str, code: str
) -> None:
    (found,) = qti.read(entry(body, said, rest))
    assert found.content is None
    assert codes(found) == [code]


def test_an_essay_is_worth_what_its_outcomes_say() -> None:
    body = "<p>Why?</p><extendedTextInteraction responseIdentifier='R'/>"
    content = content_of(body, declared("string") + MAXSCORE, "")
    assert content.scoring.points == content.criteria[0].points == 3


def test_the_language_of_the_body_is_the_items() -> None:
    said = entry(CHOICE, RIGHT_A, MATCH).replace(b"<itemBody>", b'<itemBody xml:lang="nl-NL">')
    (found,) = qti.read(said)
    assert found.content is not None
    assert found.content.languages == ("nl",)
