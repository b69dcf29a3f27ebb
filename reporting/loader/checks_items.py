"""What is wrong with the items of a folder: their content, and names that nothing has."""

from collections.abc import Iterator

from certification.items.datafiles import ItemFile, ItemsFile
from certification.items.reading import ContentError, content_from
from lms.datafile import DataError, Document
from lms.reasons import Reason
from lms.wording import word
from reporting.loader.files import Folder
from reporting.loader.naming import Entry, twice, unknown

PARTS = {"item_key": "key", "item_option_unknown": "key", "item_rubric": "criteria"}
"""Where in an item's content a flaw stands whose reason names no part."""


def item_flaws(folder: Folder) -> Iterator[DataError]:
    """Every flaw of every bank."""
    programmes = {programme.code for programme in folder.catalog.value.programmes}
    known: dict[str, set[str]] = {}
    for document in folder.items:
        value = document.value
        yield from unknown(document, "programme", programmes, [(("programme",), value.programme)])
        codes = [(("items", i, "code"), item.code) for i, item in enumerate(value.items)]
        yield from twice(document, "item code", codes, known.setdefault(value.programme, set()))
    for document in folder.items:
        for i, item in enumerate(document.value.items):
            yield from _name_flaws(folder, document, i, known[document.value.programme])
            yield from _content_flaws(folder, document, i, item)


def _name_flaws(
    folder: Folder, document: Document[ItemsFile], i: int, codes: set[str]
) -> Iterator[DataError]:
    item, at = document.value.items[i], ("items", i)
    named = [((*at, "enemies", k), code) for k, code in enumerate(item.enemies)]
    yield from unknown(document, "item", codes - {item.code}, named)
    yield from _level_flaws(folder, document, i)
    modules = {
        course.code: {module.title for module in course.modules}
        for programme in folder.catalog.value.programmes
        for course in programme.courses
    }
    source = [((*at, "source", "course"), item.source.course)]
    yield from unknown(document, "course", modules, source)
    taught = modules.get(item.source.course)
    if taught is not None:
        source = [((*at, "source", "module"), item.source.module)]
        yield from unknown(document, "module", taught, source)


def _level_flaws(folder: Folder, document: Document[ItemsFile], i: int) -> Iterator[DataError]:
    tops = {
        competency.code: len(framework.levels)
        for framework in folder.competencies.value.frameworks
        if framework.programme == document.value.programme
        for competency in framework.competencies
    }
    shows = document.value.items[i].shows
    places: list[Entry] = [
        (("items", i, "shows", k, "competency"), one.competency) for k, one in enumerate(shows)
    ]
    yield from unknown(document, "competency", tops, places)
    yield from twice(document, "competency", places)
    for k, one in enumerate(shows):
        if one.level > tops.get(one.competency, one.level):
            text = f"level {one.level} is above the scale of {tops[one.competency]}"
            yield document.error(text, "items", i, "shows", k, "level")


def _content_flaws(
    folder: Folder, document: Document[ItemsFile], i: int, item: ItemFile
) -> Iterator[DataError]:
    at = ("items", i, "content")
    name = item.picture_file()
    if name is not None and folder.size_of(name) is None:
        yield document.error(f"“{name}” is no PNG of this folder", *at, "picture")
        return
    try:
        content_from(folder.content_of(item))
    except ContentError as error:
        for reason in error.reasons:
            text = f"{item.code}: {word(reason)}"
            yield document.error(text, *at, *_where(reason))


def _where(reason: Reason) -> tuple[str, ...]:
    """The part of a content that a reason speaks of, as far as it says."""
    if "field" in reason.values:
        return tuple(str(reason.values["field"]).split("."))
    if "language" in reason.values:
        return ("texts", str(reason.values["language"]))
    found = (part for start, part in PARTS.items() if reason.code.startswith(start))
    return tuple(found)[:1]
