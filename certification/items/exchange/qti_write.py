"""Our items as assessmentItem of QTI 2.1. Pure.

    item_xml(code, title, content) -> bytes, in the item's first language

Scoring is said with the standard templates where they say the same, else as response conditions.
What QTI has no words for (other languages, a share for each right place of an order) is missing
from the XML; `qti_package` lays our own data beside it.
"""

from xml.etree.ElementTree import Element, SubElement, tostring

from certification.items.content import ItemContent, Texts
from certification.items.exchange import qti_body, qti_feedback, qti_score
from certification.items.exchange.qti_body import fill, put
from certification.items.exchange.weighing import digits

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
SCHEMA = f"{NAMESPACE} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def item_xml(code: str, title: str, content: ItemContent) -> bytes:
    """The whole document."""
    language = content.languages[0]
    root = Element(
        "assessmentItem",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": SCHEMA,
            "identifier": identifier(code),
            "title": qti_body.sound(title) or code,
            "adaptive": "false",
            "timeDependent": "false",
            "xml:lang": language,
        },
    )
    qti_score.declare(root, content)
    outcome = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    SubElement(root, "outcomeDeclaration", outcome)
    said = qti_feedback.texts_of(content, language)
    qti_feedback.declare(root, said)
    _BODIES[content.kind](SubElement(root, "itemBody"), content, content.texts[language])
    qti_score.process(root, content, said)
    qti_feedback.show(root, said)
    xml: bytes = tostring(root, "utf-8", xml_declaration=True)
    return xml


def identifier(code: str) -> str:
    """A name as QTI wants it: letters, digits, `-._`, beginning with a letter."""
    kept = "".join(
        one if one.isascii() and (one.isalnum() or one in "-._") else "-" for one in code
    )
    return kept if kept[:1].isalpha() else f"item-{kept}"


def _asked(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, tag, {"responseIdentifier": qti_score.RESPONSE, **attributes})


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _choice(body: Element, content: ItemContent, texts: Texts) -> None:
    put(body, texts.body)
    most = {"shuffle": _flag(content.shuffle), "maxChoices": str(content.most)}
    asked = _asked(body, "choiceInteraction", **most)
    for option in content.options:
        said = {"identifier": option.id, "fixed": _flag(option.fixed)}
        fill(SubElement(asked, "simpleChoice", said), texts.options[option.id])


def _order(body: Element, content: ItemContent, texts: Texts) -> None:
    put(body, texts.body)
    asked = _asked(body, "orderInteraction", shuffle="true")
    for option in content.options:
        said = {"identifier": option.id, "fixed": _flag(option.fixed)}
        SubElement(asked, "simpleChoice", said).text = qti_body.sound(texts.options[option.id])


def _entry(body: Element, content: ItemContent, texts: Texts) -> None:
    del content
    put(body, texts.body)
    _asked(SubElement(body, "p"), "textEntryInteraction")


def _essay(body: Element, content: ItemContent, texts: Texts) -> None:
    block = SubElement(body, "rubricBlock", {"view": "scorer"})
    for one in content.criteria:
        fill(SubElement(block, "div"), f"{texts.criteria[one.id]} ({digits(one.points)})")
    put(body, texts.body)
    _asked(body, "extendedTextInteraction")


def _match(body: Element, content: ItemContent, texts: Texts) -> None:
    put(body, texts.body)
    asked = _asked(
        body, "matchInteraction", shuffle="true", maxAssociations=str(len(content.places))
    )
    places, options = SubElement(asked, "simpleMatchSet"), SubElement(asked, "simpleMatchSet")
    for place in content.places:
        said = {"identifier": place.id, "matchMax": "1"}
        fill(SubElement(places, "simpleAssociableChoice", said), texts.places[place.id])
    for option in content.options:
        said = {"identifier": option.id, "matchMax": "1" if content.once else "0"}
        choice = SubElement(options, "simpleAssociableChoice", said)
        choice.text = qti_body.sound(texts.options[option.id])


def _gaps(body: Element, content: ItemContent, texts: Texts) -> None:
    asked = _asked(body, "gapMatchInteraction", shuffle="true")
    for option in content.options:
        said = {"identifier": option.id, "matchMax": "1" if content.once else "0"}
        SubElement(asked, "gapText", said).text = qti_body.sound(texts.options[option.id])
    gaps = {place.id: Element("gap", {"identifier": place.id}) for place in content.places}
    put(asked, texts.body, gaps)


def _inline(body: Element, content: ItemContent, texts: Texts) -> None:
    lists: dict[str, Element] = {}
    for place in content.places:
        said = {"responseIdentifier": qti_score.named(place), "shuffle": _flag(content.shuffle)}
        lists[place.id] = Element("inlineChoiceInteraction", said)
        for name in content.choices_of(place):
            choice = SubElement(lists[place.id], "inlineChoice", {"identifier": name})
            choice.text = qti_body.sound(texts.options[name])
    put(body, texts.body, lists)


def _hotspot(body: Element, content: ItemContent, texts: Texts) -> None:
    put(body, texts.body)
    asked = _asked(body, "hotspotInteraction", maxChoices=str(content.most))
    if content.picture is not None:
        said = {
            "data": qti_body.picture_path(content.picture.sha256),
            "type": "image/png",
            "width": str(content.picture.width),
            "height": str(content.picture.height),
        }
        SubElement(asked, "object", said)
    for option in content.options:
        if option.area is not None:
            said = {
                "identifier": option.id,
                "shape": option.area.shape,
                "coords": ",".join(map(str, option.area.at)),
                "hotspotLabel": qti_body.sound(texts.options[option.id]),
            }
            SubElement(asked, "hotspotChoice", said)


_BODIES = {
    "choice": _choice,
    "order": _order,
    "text": _entry,
    "number": _entry,
    "essay": _essay,
    "match": _match,
    "gaps": _gaps,
    "inline": _inline,
    "hotspot": _hotspot,
}
