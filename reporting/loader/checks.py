"""What only shows when the files of a folder are read together: unknown names, names used twice."""

from collections.abc import Iterator
from pathlib import Path

from courses.catalog import rules
from courses.catalog.datafiles import CatalogFile, CourseFile
from lms.datafile import DataError, DataFileError, Document
from reporting.loader.checks_exams import paper_flaws
from reporting.loader.checks_items import item_flaws
from reporting.loader.files import Folder, read_files
from reporting.loader.naming import Entry, twice, unknown
from support.datafiles import SupportFile


def read_folder(path: Path) -> Folder:
    """Read and check a folder; raises DataFileError with every flaw."""
    folder = read_files(path)
    errors = list(flaws(folder))
    if errors:
        raise DataFileError(sorted(errors, key=lambda flaw: (flaw.file, flaw.line, flaw.column)))
    return folder


def flaws(folder: Folder) -> Iterator[DataError]:
    """Every flaw across the files."""
    yield from _catalog_flaws(folder.catalog)
    yield from _plan_flaws(folder)
    yield from _competency_flaws(folder)
    yield from _exam_flaws(folder)
    yield from _scheme_flaws(folder)
    yield from _design_flaws(folder)
    yield from item_flaws(folder)
    yield from paper_flaws(folder)
    yield from _support_flaws(folder)


def _courses(folder: Folder) -> dict[str, CourseFile]:
    return {c.code: c for p in folder.catalog.value.programmes for c in p.courses}


def _programmes(folder: Folder) -> set[str]:
    return {p.code for p in folder.catalog.value.programmes}


def _catalog_flaws(document: Document[CatalogFile]) -> Iterator[DataError]:
    value = document.value
    codes = [(("modes", i, "code"), row.code) for i, row in enumerate(value.modes)]
    yield from twice(document, "mode code", codes)
    codes = [(("formats", i, "code"), row.code) for i, row in enumerate(value.formats)]
    yield from twice(document, "format code", codes)
    modes = {mode.code for mode in value.modes}
    used = [(("formats", i, "mode"), row.mode) for i, row in enumerate(value.formats)]
    yield from unknown(document, "mode", modes, used)
    for key in ("code", "slug"):
        entries = [
            (("programmes", i, key), getattr(row, key)) for i, row in enumerate(value.programmes)
        ]
        yield from twice(document, f"programme {key}", entries)
    yield from _course_flaws(document)


def _placed(document: Document[CatalogFile]) -> list[tuple[tuple[str | int, ...], CourseFile]]:
    return [
        (("programmes", i, "courses", j), course)
        for i, programme in enumerate(document.value.programmes)
        for j, course in enumerate(programme.courses)
    ]


def _course_flaws(document: Document[CatalogFile]) -> Iterator[DataError]:
    placed = _placed(document)
    yield from twice(document, "course code", [((*at, "code"), c.code) for at, c in placed])
    for i, programme in enumerate(document.value.programmes):
        slugs = [
            (("programmes", i, "courses", j, "slug"), course.slug)
            for j, course in enumerate(programme.courses)
        ]
        yield from twice(document, "course slug", slugs)
    formats = {row.code for row in document.value.formats}
    codes = {course.code: number for number, (_, course) in enumerate(placed)}
    needs = {codes[c.code]: [codes[n] for n in c.prerequisites if n in codes] for _, c in placed}
    for at, course in placed:
        given = [((*at, "formats", k), name) for k, name in enumerate(course.formats)]
        yield from unknown(document, "format", formats, given)
        before = [((*at, "prerequisites", k), name) for k, name in enumerate(course.prerequisites)]
        yield from unknown(document, "course", codes, before)
        if rules.leads_to_itself(codes[course.code], needs):
            text = f"{course.code} needs itself, by way of its prerequisites"
            yield document.error(text, *at, "prerequisites")
        yield from _length_flaws(document, at, course)


def _length_flaws(
    document: Document[CatalogFile], at: tuple[str | int, ...], course: CourseFile
) -> Iterator[DataError]:
    total = sum(module.minutes for module in course.modules)
    if course.minutes is None and not course.length_note:
        yield document.error(f"{course.code} needs hours or a length_note", *at)
    if course.minutes is not None and total != course.minutes:
        text = (
            f"the modules of {course.code} add up to {total} minutes, its hours to {course.minutes}"
        )
        yield document.error(text, *at, "hours")


def _plan_flaws(folder: Folder) -> Iterator[DataError]:
    document, plans = folder.plans, folder.plans.value.plans
    codes = [(("plans", i, "code"), plan.code) for i, plan in enumerate(plans)]
    yield from twice(document, "plan code", codes)
    ranks = [(("plans", i, "rank"), str(plan.rank)) for i, plan in enumerate(plans)]
    yield from twice(document, "rank", ranks)
    for i, plan in enumerate(plans):
        at = ("plans", i, "covers")
        lines = [((*at, "programmes", k), name) for k, name in enumerate(plan.covers.programmes)]
        yield from unknown(document, "programme", _programmes(folder), lines)
        given = [((*at, "courses", k), name) for k, name in enumerate(plan.covers.courses)]
        yield from unknown(document, "course", _courses(folder), given)


def _competency_flaws(folder: Folder) -> Iterator[DataError]:
    document, frameworks = folder.competencies, folder.competencies.value.frameworks
    for key, word in (("code", "framework code"), ("programme", "programme")):
        entries = [(("frameworks", i, key), getattr(row, key)) for i, row in enumerate(frameworks)]
        yield from twice(document, word, entries)
        if key == "programme":
            yield from unknown(document, word, _programmes(folder), entries)
    places = [
        (("frameworks", i, "competencies", j), row, len(framework.levels))
        for i, framework in enumerate(frameworks)
        for j, row in enumerate(framework.competencies)
    ]
    codes = [((*at, "code"), row.code) for at, row, _ in places]
    yield from twice(document, "competency code", codes)
    for at, row, top in places:
        shown = [((*at, "evidence", code), code) for code in row.evidence]
        yield from unknown(document, "course", _courses(folder), shown)
        for code, level in row.evidence.items():
            if level > top:
                text = f"level {level} is above the scale of {top}"
                yield document.error(text, *at, "evidence", code)


def _exam_flaws(folder: Folder) -> Iterator[DataError]:
    document, courses = folder.certification, _courses(folder)
    exams = [(("exams", i, "code"), exam.code) for i, exam in enumerate(document.value.exams)]
    yield from twice(document, "exam", exams)
    yield from unknown(document, "course", courses, exams)
    for i, exam in enumerate(document.value.exams):
        course = courses.get(exam.code)
        if course is not None and course.kind != "exam":
            yield document.error(f"{exam.code} is a course, not an exam", "exams", i, "code")
        if exam.cut_score > exam.full_marks:
            yield document.error("the cut score is above the full marks", "exams", i, "cut_score")


def _scheme_flaws(folder: Folder) -> Iterator[DataError]:
    document, schemes = folder.certification, folder.certification.value.schemes
    codes = [(("schemes", i, "code"), scheme.code) for i, scheme in enumerate(schemes)]
    yield from twice(document, "scheme code", codes)
    lines = [(("schemes", i, "programme"), scheme.programme) for i, scheme in enumerate(schemes)]
    yield from unknown(document, "programme", _programmes(folder), lines)
    known, full = _requirable(folder), _full_marks(folder)
    for i, scheme in enumerate(schemes):
        for j, need in enumerate(scheme.requirements):
            at = ("schemes", i, "requirements", j)
            kind, code = need.names()
            yield from unknown(document, kind, known[kind], [(at, code)])
            if (need.at_least or 0) > full.get(code, need.at_least or 0):
                yield document.error("more points than the exam has", *at)


def _design_flaws(folder: Folder) -> Iterator[DataError]:
    document = folder.designs
    if document is None:
        return
    designs = document.value.designs
    codes = [(("designs", i, "code"), design.code) for i, design in enumerate(designs)]
    yield from twice(document, "design code", codes)
    schemes = {scheme.code for scheme in folder.certification.value.schemes}
    for i, design in enumerate(designs):
        named = [(("designs", i, "schemes", j), code) for j, code in enumerate(design.schemes)]
        yield from unknown(document, "scheme", schemes, named)


def _full_marks(folder: Folder) -> dict[str, int]:
    return {exam.code: exam.full_marks for exam in folder.certification.value.exams}


def _requirable(folder: Folder) -> dict[str, set[str]]:
    frameworks = folder.competencies.value.frameworks
    return {
        "course": set(_courses(folder)),
        "exam": set(_full_marks(folder)),
        "competency": {c.code for framework in frameworks for c in framework.competencies},
    }


def _support_flaws(folder: Folder) -> Iterator[DataError]:
    document, value = folder.support, folder.support.value
    plans = {plan.code for plan in folder.plans.value.plans}
    regions = [(("regions", i, "code"), region.code) for i, region in enumerate(value.regions)]
    yield from twice(document, "region code", regions)
    channels = [
        (("channels", i, "entries", j, "code"), channel.code)
        for i, group in enumerate(value.channels)
        for j, channel in enumerate(group.entries)
    ]
    yield from twice(document, "channel code", channels)
    groups = [(("contacts", i, "code"), group.code) for i, group in enumerate(value.contacts)]
    yield from twice(document, "contact group", groups)
    yield from unknown(document, "plan", plans, _plans_named(document))
    yield from unknown(document, "region", {r.code for r in value.regions}, _regions_named(value))


def _plans_named(document: Document[SupportFile]) -> Iterator[Entry]:
    value = document.value
    named = [
        *(
            (("channels", i, "entries", j), entry.plans)
            for i, group in enumerate(value.channels)
            for j, entry in enumerate(group.entries)
        ),
        *(
            (("contacts", i, "entries", j), entry.plans)
            for i, contacts in enumerate(value.contacts)
            for j, entry in enumerate(contacts.entries)
        ),
    ]
    for at, codes in named:
        for k, code in enumerate(codes):
            yield (*at, "plans", k), code


def _regions_named(value: SupportFile) -> Iterator[Entry]:
    for i, duty in enumerate(value.follow_the_sun.duty):
        yield ("follow_the_sun", "duty", i, "region"), duty.region
    for i, group in enumerate(value.contacts):
        for j, entry in enumerate(group.entries):
            if entry.region is not None:
                yield ("contacts", i, "entries", j, "region"), entry.region
