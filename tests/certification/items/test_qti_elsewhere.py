"""What we export earns and says in another system what it earns and says here."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from certification.items.content import ItemContent
from certification.items.exchange import qti, qti_write
from certification.items.exchange.qti_score import named
from certification.items.scoring import is_answered, score
from tests.certification.items.qti_engine import Engine
from tests.certification.items.test_qti import contents, of

ROUNDED = Fraction(1, 1000)
"""A third is written with so many digits as a file has room for."""


def asked(content: ItemContent, response: Any) -> Engine:
    """The exported item, after another system has processed this answer to it."""
    item = etree.fromstring(qti_write.item_xml("A-1", "T", content))
    return Engine(item, theirs(content, response)).run()


def theirs(content: ItemContent, response: Any) -> dict[str, Any]:
    """Our response in QTI's words."""
    if content.kind == "inline":
        return {named(one): response.get(one.id) for one in content.places}
    if content.kind in ("match", "gaps"):
        turned = content.kind == "gaps"
        pairs = [f"{b} {a}" if turned else f"{a} {b}" for a, b in response.items()]
        return {"RESPONSE": pairs or None}
    if content.kind in ("text", "number"):
        return {"RESPONSE": response or None}
    several = content.most != 1 or content.kind == "order"
    return {"RESPONSE": (response if several else response[0]) if response else None}


def answers(content: ItemContent) -> st.SearchStrategy[Any]:
    """Answers that a candidate may give."""
    options = st.sampled_from(list(content.option_ids())) if content.options else st.nothing()
    if content.kind == "order":
        return st.permutations(list(content.option_ids()))
    if content.kind in ("inline", "match", "gaps"):
        kept = st.fixed_dictionaries(
            {},
            optional={one.id: st.sampled_from(content.choices_of(one)) for one in content.places},
        )
        return kept.filter(lambda one: len(set(one.values())) == len(one) or not content.once)
    if content.kind == "text":
        return st.sampled_from([*(one.text for one in content.answers), "zzz", ""])
    if content.kind == "number":
        known = [str(one.value) for one in content.answers]
        return st.sampled_from([*known, "-987654", ""])
    return st.lists(options, unique=True, max_size=content.most or 9)


@pytest.mark.thorough
@given(content=contents(), data=st.data())
def test_any_item_earns_elsewhere_what_it_earns_here(content: ItemContent, data: Any) -> None:
    assume(content.kind != "essay")
    assume(not (content.kind == "order" and content.scoring.rule == "share"))
    response = data.draw(answers(content))
    language = content.languages[0]
    here = score(content, response, language=language)
    engine = asked(content, response)
    assert abs(engine.outcomes["SCORE"] - here.raw) <= ROUNDED
    said = {name for name, text in content.texts[language].feedback.items() if text.strip()}
    expected = {"general", "right" if here.is_right else "wrong"} & said
    assert engine.shown() == expected


@pytest.mark.parametrize(("most", "chosen"), [(1, ["a"]), (1, ["b"]), (0, ["a", "c"]), (0, [])])
def test_an_options_text_shows_once_it_was_chosen(most: int, chosen: list[str]) -> None:
    feedback = {"a": "So it is.", "b": "Look again.", "general": "See chapter 3."}
    texts = {"en": {**as_texts(of("choice")), "feedback": feedback}}
    key = ["a"] if most == 1 else ["a", "b"]
    engine = asked(of("choice", most=most, key=key, texts=texts), chosen)
    assert engine.shown() == {"general"} | (set(chosen) & set(feedback))


def as_texts(content: ItemContent) -> dict[str, Any]:
    """The English words as data."""
    words = content.texts["en"]
    return {"body": words.body, "options": dict(words.options)}


def test_a_decimal_is_what_another_system_reads() -> None:
    content = of("number")
    (best, *_) = sorted(content.answers, key=lambda one: -one.credit)
    assert is_answered(content, str(best.value))
    points = content.scoring.points
    assert asked(content, str(best.value)).outcomes["SCORE"] == Fraction(Decimal(points))


LISTS = of("inline", scoring={"points": "1", "rule": "all", "penalty": "0.5"})


def test_lists_together_cost_as_soon_as_one_is_answered() -> None:
    first, second = LISTS.places
    for response in ({}, {first.id: LISTS.choices_of(first)[0]}, {second.id: "s"}):
        here = score(LISTS, response, language=LISTS.languages[0]).raw
        assert (
            asked(LISTS, response).outcomes["SCORE"] == here == (Fraction(-1, 2) if response else 0)
        )


def test_lists_of_which_one_alone_may_stay_empty_are_refused() -> None:
    written = qti_write.item_xml("A-1", "T", LISTS).decode()
    at = written.index("<isNull>")
    other = written.index("<isNull>", at + 1)
    one = written[:other] + written[written.index("</and>", other) :]
    (found,) = qti.read(written.encode())
    assert found.content is not None
    (found,) = qti.read(one.encode())
    assert [reason.code for reason in found.refusals] == ["import_processing"]
