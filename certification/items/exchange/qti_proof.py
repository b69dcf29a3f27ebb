"""Whether what was made of a question of QTI scores as its own processing does: both are asked,
with the same answers. Pure.

How a processing is read (`qti_scoring`) knows some forms. What it overlooks shows here, and such a
question is refused: none is taken over that scores differently from what its author wrote.
"""

from fractions import Fraction
from typing import Any

from certification.items.content import ItemContent
from certification.items.exchange import trying
from certification.items.exchange.found import CannotTake
from certification.items.exchange.qti_expressions import Unknown
from certification.items.exchange.qti_item import QtiItem
from certification.items.exchange.qti_run import Given, Processing
from certification.items.scoring import score

ROUNDED = Fraction(1, 1000)
"""Of the points: shares such as 0.333 count as a third here (`items.scoring`)."""
LONGEST = 80


def prove(item: QtiItem, content: ItemContent) -> None:
    """Try the item.

    Raises:
        CannotTake: an answer earns something else than it did, or that cannot be told.
    """
    if item.back is None or not _says(item):
        return
    processing = Processing(item.element, item.responses)
    # Where case counts for some answers alone, a note says that it no longer does for any.
    mixed = any(one.code == "import_case" for one in item.making.notes)
    whole = all(one.base == "integer" for one in item.responses.values())
    for answer in trying.answers(content, whole=whole, as_written=mixed):
        _same(item, processing, item.back(answer) if answer else {}, content, answer)


def _says(item: QtiItem) -> bool:
    """Whether anything was said of the score; if not, a note tells what was taken for it."""
    return not any(one.code == "import_processing_assumed" for one in item.making.notes)


def _same(
    item: QtiItem, processing: Processing, given: Given, content: ItemContent, answer: Any
) -> None:
    ours = score(content, answer or None, language=_language(content)).raw
    try:
        theirs = processing.score(given)
    except Unknown as error:
        raise CannotTake("import_processing", name=str(error)[:60]) from None
    if not answer and theirs < 0:
        item.making.note("import_empty_costs", points=_short(-theirs))
    elif abs(ours - theirs) > ROUNDED * Fraction(content.scoring.points):
        said = "; ".join(one for values in given.values() for one in values) or "—"
        raise CannotTake(
            "import_scores_differ",
            answer=said[:LONGEST],
            theirs=_short(theirs),
            ours=_short(ours),
        )


def _language(content: ItemContent) -> str:
    """The item's own; numbers are tried as English writes them."""
    return "en" if content.kind == "number" else content.languages[0]


def _short(value: Fraction) -> str:
    return f"{float(value):.6g}"
