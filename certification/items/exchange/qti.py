"""QTI 2.1, 2.2 and 3: a single item, or a content package with pictures. Pure."""

import json
import posixpath
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from xml.etree.ElementTree import Element

from certification.items.content import LANGUAGES
from certification.items.exchange import package as packages
from certification.items.exchange import qti_entries, qti_kinds, qti_places, qti_scoring
from certification.items.exchange.attempts import attempted
from certification.items.exchange.found import (
    MOST_ITEMS,
    CannotTake,
    Found,
    Image,
    Making,
    TooMany,
    refused,
    taken,
)
from certification.items.exchange.package import Package
from certification.items.exchange.pictures import Album, from_data_address
from certification.items.exchange.places import parted
from certification.items.exchange.qti_item import ESSAY, Pictures, QtiItem, declared
from certification.items.exchange.qti_proof import prove
from certification.items.exchange.qti_scoring import Rule
from certification.items.exchange.qti_unread import note_unread
from certification.items.exchange.xmltree import descendants, parse
from lms.encoding import json_of
from lms.reasons import Reason

MAKERS: dict[str, Callable[[QtiItem, Element, Rule], dict[str, Any]]] = {
    "choiceInteraction": qti_kinds.choice,
    "orderInteraction": qti_kinds.order,
    "textEntryInteraction": qti_entries.text,
    "extendedTextInteraction": qti_kinds.essay,
    "matchInteraction": qti_places.match,
    "associateInteraction": qti_places.associate,
    "gapMatchInteraction": qti_places.gaps,
    "hotspotInteraction": qti_places.hotspot,
    "selectPointInteraction": qti_places.point,
}
LIST = "inlineChoiceInteraction"
READ = (
    "responseDeclaration",
    "outcomeDeclaration",
    "itemBody",
    "responseProcessing",
    "modalFeedback",
    "rubricBlock",
)
"""What is read of an item; all else is named."""
PICTURE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
MOST_NAMED = 12


def read(content: bytes, language: str = "en") -> list[Found]:
    """Every item of a package, or the item of a file."""
    try:
        if content.startswith(b"PK"):
            return _package(packages.opened(content), language)
        album = Album()
        root = parse(content)
        found = _items(root, content, language, lambda one: album.take(from_data_address(one)))
        return [one(number) for number, one in enumerate(found, 1)]
    except CannotTake as error:
        return [refused(1, Making(), [error.reason])]


Later = Callable[[int], Found]


def _items(root: Element, content: bytes, language: str, pictures: Pictures) -> Iterator[Later]:
    """What a file holds: an item, or what we can only name."""
    del content
    if root.tag == "assessmentItem":
        yield lambda number: item_found(number, root, language, pictures)
    elif root.tag == "questestinterop":
        for one in [*root.iter("item")][: MOST_ITEMS + 1] or [root]:
            yield _left(one.get("title") or one.get("ident") or "", "import_qti_old")
    elif root.tag in ("assessmentTest", "assessmentSection"):
        yield _left(root.get("title") or "", "import_test_left")
    elif root.tag == "assessmentStimulus":
        yield _left(root.get("title") or "", "import_stimulus_left")
    else:
        yield _left("", "import_not_qti", name=str(root.tag)[:40])


def _left(name: str, code: str, /, **values: object) -> Later:
    making = Making(" ".join(name.split())[:60])
    return lambda number: refused(number, making, [Reason(code, values)])


def item_found(number: int, root: Element, language: str, pictures: Pictures) -> Found:
    """The item as ours, or refused with the reason."""
    holder = root if root.get("xml:lang") or (body := root.find("itemBody")) is None else body
    tag = (holder.get("xml:lang") or "").partition("-")[0].lower()
    item = QtiItem(root, tag if tag in LANGUAGES else language, pictures)
    item.making.language = item.language
    if tag and tag not in LANGUAGES:
        said = holder.get("xml:lang", "")[:20]
        item.making.note("import_language_other", name=said, kept=language)
    title = root.get("title") or root.get("identifier") or ""
    item.making.name = " ".join(title.split())[:60]
    return attempted(
        number, item.making, lambda: _content(item), lambda content: prove(item, content)
    )


def _content(item: QtiItem) -> dict[str, Any]:
    if item.element.get("adaptive") in ("true", "1"):
        raise CannotTake("import_adaptive")
    if item.element.find("templateDeclaration") is not None:
        raise CannotTake("import_template")
    if item.element.find("assessmentStimulusRef") is not None:
        raise CannotTake("import_stimulus_needed")
    if next(descendants(item.element, "include", "responseProcessingFragment"), None) is not None:
        raise CannotTake("import_included")
    _note_rest(item)
    item.responses = declared(item.element)
    item.interactions = [one for one in item.body.iter() if str(one.tag).endswith("Interaction")]
    buttons = [one for one in item.interactions if one.tag == "endAttemptInteraction"]
    for button in buttons:
        button.tag = "button"
        item.interactions.remove(button)
    note_unread(item)
    data = _made(item)
    words = data.pop("words_of")
    body = words.pop("body")
    feedback = {**words.pop("feedback", {}), **_feedback(item, data)}
    if data["kind"] not in ("inline", "gaps"):
        body = parted(body, item.making)
    data["texts"] = {item.language: {"body": body, **words, "feedback": feedback}}
    return data


def _note_rest(item: QtiItem) -> None:
    """What stands beside the question, by name."""
    for one in item.element:
        if one.tag == "stylesheet":
            item.making.note("import_style")
        elif one.tag not in READ:
            item.making.note("import_element", name=str(one.tag)[:40])
    if item.element.find("responseDeclaration/defaultValue") is not None:
        item.making.note("import_element", name="defaultValue")


def _made(item: QtiItem) -> dict[str, Any]:
    names = {str(one.tag) for one in item.interactions}
    if not names:
        raise CannotTake("import_no_question")
    if names == {LIST}:
        rules = _ruled(item)
        return qti_entries.inline(item, rules)
    if unknown := sorted(names - {*MAKERS, LIST}):
        raise CannotTake("import_interaction", name=", ".join(unknown)[:80])
    if len(item.interactions) > 1:
        entries = names <= {"textEntryInteraction", LIST}
        raise CannotTake("import_entries" if entries else "import_several")
    interaction = item.interactions[0]
    return MAKERS[str(interaction.tag)](item, interaction, _ruled(item)(interaction))


def _ruled(item: QtiItem) -> Callable[[Element], Rule]:
    """The rule of an interaction's response; where none is said, being right is what counts."""
    essay = item.interactions[0].tag == ESSAY
    rules = {"": Rule("none")} if essay else qti_scoring.rules_of(item.element)

    def rule(interaction: Element) -> Rule:
        name = interaction.get("responseIdentifier", "")
        if "" in rules and rules[""].kind != "none" and len(item.interactions) > 1:
            raise CannotTake("import_processing", name="template")
        found = rules.get(name) or rules.get("") or Rule("none")
        if found.kind == "none" and not essay:
            item.making.note("import_processing_assumed")
            return Rule("match")
        return found

    return rule


def _feedback(item: QtiItem, data: dict[str, Any]) -> dict[str, str]:
    """What is said afterwards, where it belongs to an option or to being right or wrong."""
    known = {one["id"] for one in data.get("options", ())}
    found: dict[str, str] = {}
    for one in item.element.findall("modalFeedback"):
        name = one.get("identifier", "")
        ours = {"correct": "right", "incorrect": "wrong"}.get(name.lower(), name)
        fits = _follows(item, one) and (ours in known or ours in ("right", "wrong", "general"))
        if not fits or one.get("showHide", "show") != "show" or ours in found:
            item.making.note("import_feedback_named", name=name[:60])
        elif text := item.markdown(one):
            found[ours] = text
    return found


def _follows(item: QtiItem, feedback: Element) -> bool:
    """Whether what decides over the feedback is set by the processing, or is what systems set by
    themselves; a hint's outcome, for one, is set by a button."""
    name = feedback.get("outcomeIdentifier", "FEEDBACK")
    sets = item.element.iter("setOutcomeValue")
    return "FEEDBACK" in name.upper() or any(one.get("identifier") == name for one in sets)


def _package(package: Package, language: str) -> list[Found]:
    """The items that the manifest lists, or those that lie there, then what was left behind."""
    album = Album()
    later: list[Later] = []
    names = _listed(package)
    later += [_left(name, why) for name, why in package.unsafe.items()]
    for name in names:
        later += _file(package, name, language, album)
        if len(later) > MOST_ITEMS:
            raise TooMany
    found = [one(number) for number, one in enumerate(later, 1)]
    unused = sorted(set(package.entries) - package.used)
    if unused:
        shown = ", ".join(unused[:MOST_NAMED])[:400]
        reason = Reason("import_files_left", {"count": len(unused), "names": shown})
        found.append(refused(len(found) + 1, Making("—"), [reason]))
    return found


def _listed(package: Package) -> list[str]:
    manifest = next((one for one in package.entries if one.endswith("imsmanifest.xml")), None)
    every = [one for one in package.entries if one.endswith(".xml") and one != manifest]
    if manifest is None:
        return every
    root = parse(package.read(manifest))
    hrefs = list(_hrefs(root))
    names = [package.find(manifest, one) for one in hrefs]
    listed = list(dict.fromkeys(one for one in names if one and one.endswith(".xml")))
    missing = [one for one, name in zip(hrefs, names, strict=True) if name is None]
    package.unsafe |= {one[:200]: "import_file_missing" for one in missing[:MOST_NAMED]}
    return listed or every


def _hrefs(manifest: Element) -> Iterator[str]:
    """The address of each resource, from where the elements around it begin (XML Base)."""
    for holder in manifest.iter("resources"):
        for one in holder.findall("resource"):
            bases = [each.get("xml:base", "") for each in (manifest, holder, one)]
            if href := one.get("href"):
                yield posixpath.join(*bases, href)


def _file(package: Package, name: str, language: str, album: Album) -> list[Later]:
    def picture(address: str) -> Image | None:
        if address.startswith("data:"):
            return album.take(from_data_address(address))
        found = package.find(name, address)
        return album.take(package.read(found)) if found else None

    try:
        content = package.read(name)
        if (own := _own(package, name, content, picture)) is not None:
            return [own]
        return list(_items(parse(content), content, language, picture))
    except CannotTake as error:
        return [_left(name, error.reason.code, **error.reason.values)]


def _own(package: Package, name: str, content: bytes, picture: Pictures) -> Later | None:
    """An item of our own export that nobody changed: our own data lie beside it."""
    beside = f"{name.removesuffix('.xml')}.json"
    if beside not in package.entries:
        return None
    try:
        data = json_of(package.read(beside))
        if data["xml_sha256"] != sha256(content).hexdigest():
            return None
        making = Making(str(data["name"])[:60])
        said = json.dumps(data["content"])
        for named, address in data["pictures"].items():
            if (image := picture(str(address))) is not None:
                making.pictures[image.sha256] = image
                said = said.replace(str(named), image.sha256)
        making.data = json.loads(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return lambda number: taken(number, making)
