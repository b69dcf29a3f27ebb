"""Writing competencies, exams and certification schemes."""

import hashlib

import sqlalchemy as sa

from certification.awards import schemes
from certification.awards.models import Scheme, SchemeState, SchemeVersion
from certification.competency.models import Competency, CourseCompetency, Framework
from certification.datafiles import CompetencyFile, SchemeFile
from certification.exams.models import Exam
from courses.catalog.models import Programme
from lms import audit
from lms.audit import canonical
from lms.db import db
from reporting.loader.catalog import course_ids
from reporting.loader.loading import Loading


def _programme_ids() -> dict[str, int]:
    return dict(db.session.execute(sa.select(Programme.code, Programme.id)).all())


def load_competencies(loading: Loading) -> None:
    """Frameworks, their competencies, and which course shows which at what level."""
    programmes, courses = _programme_ids(), course_ids()
    for item in loading.folder.competencies.value.frameworks:
        framework = loading.put(
            Framework,
            {"code": item.code},
            {
                "programme_id": programmes[item.programme],
                "title": item.title,
                "levels": [level.model_dump() for level in item.levels],
                "sample": item.sample,
            },
        )
        for place, entry in enumerate(item.competencies, 1):
            _put_competency(loading, framework, entry, place, courses)


def _put_competency(
    loading: Loading,
    framework: Framework,
    entry: CompetencyFile,
    place: int,
    courses: dict[str, int],
) -> None:
    row = loading.put(
        Competency,
        {"code": entry.code},
        {
            "framework_id": framework.id,
            "title": entry.title,
            "statement": entry.statement,
            "position": place,
        },
    )
    kept = [
        loading.put(
            CourseCompetency,
            {"course_id": courses[code], "competency_id": row.id},
            {"level": level},
        ).id
        for code, level in entry.evidence.items()
    ]
    loading.keep(CourseCompetency, kept, CourseCompetency.competency_id == row.id)


def load_exams(loading: Loading) -> None:
    """The marks of each exam."""
    courses = course_ids()
    for item in loading.folder.certification.value.exams:
        loading.put(
            Exam,
            {"course_id": courses[item.code]},
            {
                "full_marks": item.full_marks,
                "cut_score": item.cut_score,
                "cut_score_reason": item.reason,
                "sample": item.sample,
            },
        )


def load_schemes(loading: Loading) -> None:
    """Schemes; a changed one makes a new version, effective from its date or from today."""
    programmes = _programme_ids()
    for place, item in enumerate(loading.folder.certification.value.schemes, 1):
        scheme = loading.put(
            Scheme,
            {"code": item.code},
            {
                "programme_id": programmes[item.programme],
                "title": item.title,
                "position": place,
            },
        )
        _put_version(loading, scheme, item)


def _put_version(loading: Loading, scheme: Scheme, item: SchemeFile) -> None:
    content_hash = hashlib.sha256(canonical(item.model_dump(mode="json"))).hexdigest()
    versions = schemes.versions_of(scheme)
    loaded = next((version for version in versions if version.content_hash), None)
    if loaded is not None and loaded.content_hash == content_hash:
        loading.tally.note("scheme version", "unchanged")
        return
    version = SchemeVersion(
        scheme_id=scheme.id,
        number=versions[0].number + 1 if versions else 1,
        state=SchemeState.PUBLISHED,
        term_months=item.term_months,
        effective_from=max(item.effective_from, loading.today) if versions else item.effective_from,
        rule={"all_of": [need.rule() for need in item.requirements]},
        wording=item.wording.model_dump(),
        sample=item.sample,
        content_hash=content_hash,
        created_at=loading.now,
        published_at=loading.now,
    )
    db.session.add(version)
    db.session.flush()
    loading.tally.note("scheme version", "added")
    audit.record(
        "scheme.published",
        "scheme",
        scheme.code,
        by=None,
        now=loading.now,
        version=version.number,
        effective_from=version.effective_from.isoformat(),
    )
    schemes.look_again(version)
