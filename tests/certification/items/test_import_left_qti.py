"""What a question of QTI says besides is taken over or named."""

import pytest

from certification.items.exchange import qti
from tests.certification.items.test_qti import CHOICE, MATCH, RIGHT_A, entry


@pytest.mark.parametrize("said", ["pt-BR", "it", "ru", "AR"])
def test_a_language_that_is_none_here_is_named(said: str) -> None:
    (found,) = qti.read(entry(CHOICE, RIGHT_A, MATCH, f'xml:lang="{said}"'), "de")
    assert found.content is not None
    assert found.content.languages == ("de",)
    assert [(one.code, one.values) for one in found.notes] == [
        ("import_language_other", {"name": said, "kept": "de"})
    ]


def test_what_stands_beside_a_question_is_named() -> None:
    beside = "<companionMaterialsInfo><calculator/></companionMaterialsInfo><apipAccessibility/>"
    (found,) = qti.read(entry(CHOICE, RIGHT_A + beside, MATCH))
    names = [one.values["name"] for one in found.notes if one.code == "import_element"]
    assert names == ["companionMaterialsInfo", "apipAccessibility"]
