"""What is wrong with the papers of a folder: names that nothing has, a scale out of order."""

from collections.abc import Iterator

from lms.datafile import DataError
from reporting.loader.files import Folder
from reporting.loader.naming import twice, unknown


def paper_flaws(folder: Folder) -> Iterator[DataError]:
    """Every flaw of every exam's paper."""
    exams = {exam.code: exam for exam in folder.certification.value.exams}
    seen: set[str] = set()
    for document in folder.papers:
        value = document.value
        named = [(("exam",), value.exam)]
        yield from unknown(document, "exam", exams, named)
        yield from twice(document, "exam", named, seen)
        codes = [(("forms", i, "code"), form.code) for i, form in enumerate(value.forms)]
        yield from twice(document, "form", codes)
        cells = [
            (("blueprint", "cells", i, "competency"), cell.competency)
            for i, cell in enumerate(value.blueprint.cells)
        ]
        yield from unknown(document, "competency", _competencies(folder, value.exam), cells)
        judged = value.rubric.criteria if value.rubric else []
        shown = [
            (("rubric", "criteria", i, "competency"), one.competency)
            for i, one in enumerate(judged)
            if one.competency
        ]
        yield from unknown(document, "competency", _shown(folder, value.exam), shown)
        exam = exams.get(value.exam)
        if exam is not None and value.policy.scale_bottom >= exam.cut_score:
            text = f"the scale begins above the cut score of {exam.cut_score}"
            yield document.error(text, "policy", "scale_bottom")


def _competencies(folder: Folder, exam: str) -> set[str]:
    """The codes of the competencies of the exam's programme."""
    programmes = {
        programme.code
        for programme in folder.catalog.value.programmes
        if exam in {course.code for course in programme.courses}
    }
    return {
        competency.code
        for framework in folder.competencies.value.frameworks
        if framework.programme in programmes
        for competency in framework.competencies
    }


def _shown(folder: Folder, exam: str) -> set[str]:
    """The codes of the competencies that passing the exam shows."""
    return {
        competency.code
        for framework in folder.competencies.value.frameworks
        for competency in framework.competencies
        if exam in competency.evidence
    }
