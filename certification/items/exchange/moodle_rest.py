"""What a file of Moodle says besides its questions' words and is left behind, by name. Pure."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from certification.items.exchange.found import Found, Making, refused
from certification.items.exchange.moodle_question import Question, number_of
from certification.items.exchange.xmltree import text_of
from lms.reasons import Reason

MOST_NAMED = 12


@dataclass(slots=True)
class Categories:
    """The category that the next questions are in, and those of which more is said than a name."""

    name: str = ""
    described: list[str] = field(default_factory=list)

    def enter(self, element: Element) -> None:
        """What follows is in this category."""
        self.name = text_of(element, "category/text")
        if text_of(element, "info/text") or text_of(element, "idnumber"):
            self.described.append(self.name)

    def note(self, making: Making) -> None:
        """A question loses its category."""
        if self.name:
            making.note("import_category", name=self.name[:120])

    def left(self, number: int) -> list[Found]:
        """Said once, behind the questions: a category may hold none."""
        if number == 1 or not self.described:
            return []
        shown = "; ".join(name[-80:] for name in self.described[:MOST_NAMED])
        values = {"count": len(self.described), "names": shown}
        return [refused(number, Making("—"), [Reason("import_category_texts", values)])]


def note_rest(question: Question) -> None:
    """Whatever is left behind of a question, by name."""
    if question.rich("partiallycorrectfeedback"):
        question.making.note("import_feedback_dropped")
    if question.element.find("hint") is not None:
        question.making.note("import_hints")
    if number_of(text_of(question.element, "penalty") or "0", strict=False) > 0:
        question.making.note("import_tries")
    if text_of(question.element, "hidden") in ("1", "true"):
        question.making.note("import_hidden")
    for said in _labels(question.element):
        question.making.note("import_label", name=said[:400])


def _labels(element: Element) -> list[str]:
    """Its number, and its tags one by one, however they stand in the file."""
    said = [text_of(element, "idnumber")]
    for name in ("tags", "coursetags"):
        tags = [" ".join(text_of(tag).split()) for tag in element.iterfind(f"{name}/tag")]
        said.append(", ".join(filter(None, tags)) or text_of(element, name))
    return [" ".join(one.split()) for one in said if one]
