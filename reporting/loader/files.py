"""The data folder as one value, checked across files."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from certification.datafiles import CertificationFile, CompetenciesFile
from courses.catalog.datafiles import CatalogFile, CourseFile
from lms.accounts.datafiles import PlansFile
from lms.datafile import DataError, DataFileError, Document, FileModel, read
from support.datafiles import SupportFile

M = TypeVar("M", bound=FileModel)


@dataclass(frozen=True)
class Folder:
    """All files of a data folder."""

    catalog: Document[CatalogFile]
    plans: Document[PlansFile]
    support: Document[SupportFile]
    competencies: Document[CompetenciesFile]
    certification: Document[CertificationFile]


def read_folder(path: Path) -> Folder:
    """Read every file; raises DataFileError with the flaws of all of them."""
    errors: list[DataError] = []

    def one(name: str, model: type[M]) -> Document[M] | None:
        try:
            return read(path / name, model)
        except DataFileError as error:
            errors.extend(error.errors)
            return None

    catalog = one("catalog.yaml", CatalogFile)
    plans = one("plans.yaml", PlansFile)
    support = one("support.yaml", SupportFile)
    competencies = one("competencies.yaml", CompetenciesFile)
    certification = one("certification.yaml", CertificationFile)
    if errors or not (catalog and plans and support and competencies and certification):
        raise DataFileError(errors)
    folder = Folder(catalog, plans, support, competencies, certification)
    errors = list(flaws(folder))
    if errors:
        raise DataFileError(errors)
    return folder


def flaws(folder: Folder) -> Iterator[DataError]:
    """What only shows when the files are read together."""
    yield from _catalog_flaws(folder.catalog)
    yield from _plan_flaws(folder)
    yield from _competency_flaws(folder)
    yield from _scheme_flaws(folder)
    yield from _support_flaws(folder)


def _courses(folder: Folder) -> set[str]:
    return {c.code for p in folder.catalog.value.programmes for c in p.courses}


def _programmes(folder: Folder) -> set[str]:
    return {p.code for p in folder.catalog.value.programmes}


def _catalog_flaws(document: Document[CatalogFile]) -> Iterator[DataError]:
    value = document.value
    modes = {mode.code for mode in value.modes}
    for index, item in enumerate(value.formats):
        if item.mode not in modes:
            yield document.error(f"unknown mode “{item.mode}”", "formats", index, "mode")
    codes = Counter(c.code for p in value.programmes for c in p.courses)
    for i, programme in enumerate(value.programmes):
        slugs = Counter(course.slug for course in programme.courses)
        for j, course in enumerate(programme.courses):
            where = ("programmes", i, "courses", j)
            if slugs[course.slug] > 1:
                yield document.error(f"slug “{course.slug}” is used twice", *where, "slug")
            yield from _course_flaws(document, where, course, codes)
    yield from _circles(document)


def _course_flaws(
    document: Document[CatalogFile],
    where: tuple[str | int, ...],
    course: CourseFile,
    codes: Counter[str],
) -> Iterator[DataError]:
    formats = {item.code for item in document.value.formats}
    if codes[course.code] > 1:
        yield document.error(f"course code “{course.code}” is used twice", *where, "code")
    for code in sorted(set(course.formats) - formats):
        yield document.error(f"unknown format “{code}”", *where, "formats")
    for code in sorted(set(course.prerequisites) - set(codes)):
        yield document.error(f"unknown course “{code}”", *where, "prerequisites")
    total = sum(module.minutes for module in course.modules)
    if course.minutes is not None and total != course.minutes:
        text = (
            f"the modules of {course.code} add up to {total} minutes, its hours to {course.minutes}"
        )
        yield document.error(text, *where, "hours")


def _circles(document: Document[CatalogFile]) -> Iterator[DataError]:
    needs = {c.code: c.prerequisites for p in document.value.programmes for c in p.courses}

    def reaches(start: str, code: str, seen: set[str]) -> bool:
        for need in needs.get(code, []):
            if need == start or (need not in seen and reaches(start, need, seen | {need})):
                return True
        return False

    for i, programme in enumerate(document.value.programmes):
        for j, course in enumerate(programme.courses):
            if reaches(course.code, course.code, set()):
                yield document.error(
                    f"{course.code} needs itself, by way of its prerequisites",
                    "programmes",
                    i,
                    "courses",
                    j,
                    "prerequisites",
                )


def _plan_flaws(folder: Folder) -> Iterator[DataError]:
    document = folder.plans
    for index, plan in enumerate(document.value.plans):
        for code in set(plan.covers.programmes) - _programmes(folder):
            yield document.error(f"unknown programme “{code}”", "plans", index, "covers")
        for code in set(plan.covers.courses) - _courses(folder):
            yield document.error(f"unknown course “{code}”", "plans", index, "covers")


def _competency_flaws(folder: Folder) -> Iterator[DataError]:
    document = folder.competencies
    counts = Counter(c.code for f in document.value.frameworks for c in f.competencies)
    for i, framework in enumerate(document.value.frameworks):
        if framework.programme not in _programmes(folder):
            yield document.error(f"unknown programme “{framework.programme}”", "frameworks", i)
        top = len(framework.levels)
        for j, item in enumerate(framework.competencies):
            where = ("frameworks", i, "competencies", j)
            if counts[item.code] > 1:
                yield document.error(f"competency “{item.code}” is used twice", *where, "code")
            for code, level in item.evidence.items():
                if code not in _courses(folder):
                    yield document.error(f"unknown course “{code}”", *where, "evidence", code)
                if level > top:
                    yield document.error(f"level {level} is above the scale", *where, "evidence")


def _scheme_flaws(folder: Folder) -> Iterator[DataError]:
    document = folder.certification
    for index, exam in enumerate(document.value.exams):
        if exam.code not in _courses(folder):
            yield document.error(f"unknown course “{exam.code}”", "exams", index, "code")
        if exam.cut_score > exam.full_marks:
            yield document.error("the cut score is above the full marks", "exams", index)
    known = _requirable(folder)
    for i, scheme in enumerate(document.value.schemes):
        if scheme.programme not in _programmes(folder):
            yield document.error(f"unknown programme “{scheme.programme}”", "schemes", i)
        for j, need in enumerate(scheme.requirements):
            kind, code = need.names()
            if code not in known[kind]:
                yield document.error(f"unknown {kind} “{code}”", "schemes", i, "requirements", j)


def _requirable(folder: Folder) -> dict[str, set[str]]:
    frameworks = folder.competencies.value.frameworks
    return {
        "course": _courses(folder),
        "exam": {exam.code for exam in folder.certification.value.exams},
        "competency": {c.code for framework in frameworks for c in framework.competencies},
    }


def _support_flaws(folder: Folder) -> Iterator[DataError]:
    document, plans = folder.support, {plan.code for plan in folder.plans.value.plans}
    regions = {region.code for region in document.value.regions}
    for i, group in enumerate(document.value.channels):
        for j, channel in enumerate(group.entries):
            for code in sorted(set(channel.plans) - plans):
                yield document.error(f"unknown plan “{code}”", "channels", i, "entries", j)
    for i, duty in enumerate(document.value.follow_the_sun.duty):
        if duty.region not in regions:
            yield document.error(f"unknown region “{duty.region}”", "follow_the_sun", "duty", i)
    yield from _contact_flaws(document, regions)


def _contact_flaws(document: Document[SupportFile], regions: set[str]) -> Iterator[DataError]:
    for i, group in enumerate(document.value.contacts):
        for j, entry in enumerate(group.entries):
            if entry.region is not None and entry.region not in regions:
                yield document.error(
                    f"unknown region “{entry.region}”", "contacts", i, "entries", j
                )
