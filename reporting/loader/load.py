"""Writing a checked data folder into the database: loading twice changes nothing."""

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from certification.awards.models import Scheme, SchemeState, SchemeVersion
from certification.competency.models import Competency, CourseCompetency, Framework
from certification.exams.models import Exam
from courses.catalog.actions import publish_loaded
from courses.catalog.models import (
    Course,
    CourseKind,
    DeliveryFormat,
    DeliveryMode,
    PlanCoverage,
    Programme,
)
from lms.accounts.models import SupportPlan
from lms.audit import canonical
from lms.db import Base, db
from lms.site import SiteProfile
from reporting.loader.directory import load_directory
from reporting.loader.files import Folder

Row = TypeVar("Row", bound=Base)


class Loading:
    """One load: what it has found, made and changed."""

    def __init__(self, folder: Folder, *, now: datetime) -> None:
        self.folder = folder
        self.now = now
        self.counts: Counter[str] = Counter()
        self.courses: dict[str, Course] = {}
        self.programmes: dict[str, Programme] = {}

    def run(self) -> Counter[str]:
        """Load everything in the order of its references."""
        for step in (
            self._site,
            self._delivery,
            self._catalog,
            self._plans,
            self._competencies,
            self._exams,
            self._schemes,
            lambda: load_directory(self),
        ):
            step()
        return self.counts

    def put(self, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
        """Insert or update one row by its key; counts what happened."""
        row = db.session.scalars(sa.select(model).filter_by(**key)).one_or_none()
        if row is None:
            row = model(**key, **values)
            db.session.add(row)
            self.counts["added"] += 1
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            self.counts["changed"] += 1
        else:
            self.counts["unchanged"] += 1
        db.session.flush()
        return row

    def _site(self) -> None:
        site = self.folder.catalog.value.site
        values = site.model_dump(exclude={"certificate_prefix"})
        facts = {
            "certificate_prefix": site.certificate_prefix,
            "source": self.folder.catalog.value.source,
        }
        row = db.session.get(SiteProfile, 1)
        if row is None or any(getattr(row, k) != v for k, v in {**values, "facts": facts}.items()):
            self.put(SiteProfile, {"id": 1}, {**values, "facts": facts, "updated_at": self.now})

    def _delivery(self) -> None:
        value = self.folder.catalog.value
        modes = {}
        for place, mode in enumerate(value.modes, 1):
            modes[mode.code] = self.put(
                DeliveryMode,
                {"code": mode.code},
                {
                    "title": mode.title,
                    "has_room": mode.room,
                    "has_virtual": mode.virtual,
                    "icon": mode.icon,
                    "position": place,
                },
            ).id
        for place, item in enumerate(value.formats, 1):
            self.put(
                DeliveryFormat,
                {"code": item.code},
                {
                    "delivery_mode_id": modes[item.mode],
                    "title": item.title,
                    "description": item.description,
                    "is_self_paced": item.self_paced,
                    "position": place,
                },
            )

    def _catalog(self) -> None:
        for place, item in enumerate(self.folder.catalog.value.programmes, 1):
            programme = self.put(
                Programme,
                {"code": item.code},
                {
                    "slug": item.slug,
                    "title": item.title,
                    "summary": item.summary,
                    "position": place,
                },
            )
            self.programmes[item.code] = programme
            for order, course in enumerate(item.courses, 1):
                self.courses[course.code] = self.put(
                    Course,
                    {"code": course.code},
                    {
                        "slug": course.slug,
                        "programme_id": programme.id,
                        "kind": CourseKind(course.kind),
                        "position": order,
                    },
                )
        for item in self.folder.catalog.value.programmes:
            for course in item.courses:
                changed = publish_loaded(self.courses[course.code], course, now=self.now)
                self.counts["versions"] += changed

    def _plans(self) -> None:
        for plan in self.folder.plans.value.plans:
            row = self.put(
                SupportPlan,
                {"code": plan.code},
                {
                    "name": plan.name,
                    "rank": plan.rank,
                    "features": [feature.model_dump() for feature in plan.features],
                    "facts": {
                        "response_minutes": plan.response_minutes,
                        "resolution_percent": plan.resolution_percent,
                    },
                },
            )
            covered = set(plan.covers.courses)
            for programme in self.folder.catalog.value.programmes:
                if programme.code in plan.covers.programmes:
                    covered |= {course.code for course in programme.courses}
            wanted = {self.courses[code].id for code in covered}
            for course_id in sorted(wanted):
                self.put(
                    PlanCoverage,
                    {"support_plan_id": row.id, "course_id": course_id},
                    {"sample": plan.covers.sample},
                )
            db.session.execute(
                sa.delete(PlanCoverage).where(
                    PlanCoverage.support_plan_id == row.id, PlanCoverage.course_id.not_in(wanted)
                )
            )

    def _competencies(self) -> None:
        for item in self.folder.competencies.value.frameworks:
            framework = self.put(
                Framework,
                {"code": item.code},
                {
                    "programme_id": self.programmes[item.programme].id,
                    "title": item.title,
                    "levels": [level.model_dump() for level in item.levels],
                    "sample": item.sample,
                },
            )
            for place, entry in enumerate(item.competencies, 1):
                row = self.put(
                    Competency,
                    {"code": entry.code},
                    {
                        "framework_id": framework.id,
                        "title": entry.title,
                        "statement": entry.statement,
                        "position": place,
                    },
                )
                for code, level in entry.evidence.items():
                    self.put(
                        CourseCompetency,
                        {"course_id": self.courses[code].id, "competency_id": row.id},
                        {"level": level},
                    )

    def _exams(self) -> None:
        for item in self.folder.certification.value.exams:
            self.put(
                Exam,
                {"course_id": self.courses[item.code].id},
                {
                    "full_marks": item.full_marks,
                    "cut_score": item.cut_score,
                    "cut_score_reason": item.reason,
                    "sample": item.sample,
                },
            )

    def _schemes(self) -> None:
        for place, item in enumerate(self.folder.certification.value.schemes, 1):
            scheme = self.put(
                Scheme,
                {"code": item.code},
                {
                    "programme_id": self.programmes[item.programme].id,
                    "title": item.title,
                    "position": place,
                },
            )
            content = hashlib.sha256(canonical(item.model_dump(mode="json"))).hexdigest()
            versions = db.session.scalars(
                sa.select(SchemeVersion).where(SchemeVersion.scheme_id == scheme.id)
            ).all()
            if any(version.content_hash == content for version in versions):
                self.counts["unchanged"] += 1
                continue
            self.counts["versions"] += 1
            db.session.add(
                SchemeVersion(
                    scheme_id=scheme.id,
                    number=max([v.number for v in versions], default=0) + 1,
                    state=SchemeState.PUBLISHED,
                    term_months=item.term_months,
                    effective_from=item.effective_from if not versions else self.now.date(),
                    rule={"all_of": [need.rule() for need in item.requirements]},
                    wording=item.wording.model_dump(),
                    sample=item.sample,
                    content_hash=content,
                    created_at=self.now,
                    published_at=self.now,
                )
            )
            db.session.flush()
