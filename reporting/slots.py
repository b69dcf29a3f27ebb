"""The named slots of lower pages, filled with what upper slices know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, url_for
from flask_login import current_user

from certification.awards import doubts, progress_many
from certification.awards import queries as awards
from certification.certificates import queries as certificates
from certification.certificates import studio
from certification.competency import queries as competency
from certification.competency.models import EvidenceKind
from certification.delivery import queries as delivery
from certification.delivery import queries_judged, uses
from certification.delivery.models import Adjustment
from certification.exams import queries as exams
from certification.exams.models import Exam, ExamResult
from certification.exams.retakes import Renewal
from certification.scoring import queries_assessed, shown_assessed
from certification.statistics import queries as statistics
from courses.catalog.models import Course
from courses.catalog.snapshot import catalog
from courses.scheduling import queries as scheduling
from courses.scheduling.models import (
    ClassSession,
    Completion,
    Seat,
    SelfPacedEnrolment,
    SessionState,
)
from lms import clock, slots
from lms.db import db
from lms.i18n import gettext as _
from lms.prepared import Prepared
from support.directory import queries as directory


@dataclass(frozen=True, slots=True)
class SelfPaced:
    """A course can be taken in one's own time; `active` is the reader's open enrolment."""

    active: SelfPacedEnrolment | None


@dataclass(frozen=True, slots=True)
class AwardLink:
    """A certification that a programme leads to."""

    code: str
    title: str
    href: str


def init_app(app: Flask) -> None:
    """Fill every slot."""
    slots.fill(app, "catalog.dates", dates)
    slots.fill(app, "course.dates", course_dates)
    slots.fill(app, "catalog.marks", marks)
    slots.fill(app, "catalog.certifications", certifications)
    slots.fill(app, "course.certifications", counts_for)
    slots.fill(app, "course.counts_again", counts_again)
    slots.fill(app, "exam.renewals", renewals_by_exam)
    slots.fill(app, "course.exam", exam_of)
    slots.fill(app, "course.self_paced", self_paced)
    slots.fill(app, "scheduling.regions", regions)
    slots.fill(app, "completion.effects", effects_of_withdrawal)
    slots.fill(app, "completions.awards", awards_on)
    slots.fill(app, "award.certificates", certificates.of_award)
    slots.fill(app, "design.drawing", studio.sampled)
    slots.fill(app, "exam.links", exam_links)
    slots.fill(app, "person.adjustment", adjustment_of)
    slots.fill(app, "exam_exposure", uses.exposure)
    slots.fill(app, "form_uses", uses.form_uses)
    slots.fill(app, "exam_item_figures", statistics.item_figures)
    slots.fill(app, "result.awards", standing_on)
    slots.fill(app, "attempt.result", score_report)
    slots.fill(app, "exam.unmet", queries_judged.unmet)
    slots.fill(app, "result.appealed", queries_assessed.in_the_way)
    slots.fill(app, "result.appeals", shown_assessed.objections)


@dataclass(frozen=True, slots=True)
class Link:
    """A way from an exam's overview to a page of a slice above it."""

    title: str
    text: str
    href: str


def exam_links(code: str) -> list[Link]:
    """What belongs to an exam beyond its forms, as far as the reader may see it."""
    links = [
        Link(
            _("Rubric"),
            _("By what practical exams, interviews and submitted work are judged."),
            url_for("rubrics.show", code=code),
        ),
        Link(
            _("Statistics"),
            _("How items, options and scores behave; what to look at and why."),
            url_for("statistics.index", code=code),
        ),
    ]
    if current_user.may("exams.configure"):
        links.append(
            Link(
                _("Times"),
                _("When and where it is held, and how many are booked."),
                url_for("exam_plan.slots", code=code),
            )
        )
    if current_user.may("certification.see"):
        links.append(
            Link(
                _("Cut-score studies"),
                _("A panel in rounds, Hofstee, contrasting groups."),
                url_for("cutscores.index", code=code),
            )
        )
        links.append(
            Link(
                _("Attempts"),
                _("Scores with their decision records; decisions on items found bad."),
                url_for("scoring.attempts", code=code),
            )
        )
    return links


def adjustment_of(person_id: int) -> Adjustment | None:
    """What a person gets in every exam; its reason is none of it."""
    today = clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)
    return delivery.adjustment_of(person_id, today)


def dates(course_ids: Sequence[int], now: datetime) -> dict[int, Any]:
    """Each course's next date with its seats."""
    return scheduling.seats_left(course_ids, now=now)


def course_dates(course_id: int, now: datetime) -> list[Any]:
    """A course's next five dates."""
    return scheduling.next_dates(course_id, now=now, limit=5)


_MARKS = Prepared(
    sa.union_all(
        sa.select(ClassSession.course_id, sa.literal("enrolled", sa.String).label("mark"))
        .join(Seat, Seat.class_session_id == ClassSession.id)
        .where(
            Seat.person_id == sa.bindparam("person"),
            Seat.ended_at.is_(None),
            ClassSession.state == SessionState.SCHEDULED,
            ClassSession.ends_at > sa.bindparam("now"),
        ),
        sa.select(Completion.course_id, sa.literal("completed", sa.String).label("mark")).where(
            Completion.person_id == sa.bindparam("person"), Completion.withdrawn_at.is_(None)
        ),
    ).order_by(sa.desc("mark"))
)
"""What was completed comes last, and counts."""


def marks(person_id: int) -> dict[int, str]:
    """Which courses the reader completed or is enrolled in."""
    rows = _MARKS.rows(person=person_id, now=clock.now())
    return {row.course_id: row.mark for row in rows}


def certifications() -> dict[int, list[AwardLink]]:
    """Certifications by the programme that leads to them; as fresh as the catalogue."""
    revision = catalog().revision
    kept: tuple[int, dict[int, list[AwardLink]]] | None = current_app.extensions.get("award_links")
    if kept is None or kept[0] != revision:
        links: dict[int, list[AwardLink]] = {}
        for scheme in awards.schemes():
            link = AwardLink(scheme.code, scheme.title, f"/certifications/{scheme.code}")
            links.setdefault(scheme.programme_id, []).append(link)
        kept = current_app.extensions["award_links"] = (revision, links)
    return kept[1]


def counts_for(kind: str, code: str) -> list[tuple[str, str]]:
    """(title, address) of the certifications that require this course or exam."""
    today = clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)
    return [
        (version.scheme.title, f"/certifications/{version.scheme.code}")
        for version in awards.schemes_naming(kind, code, today)
    ]


def counts_again(course_id: int, person_ids: Sequence[int], on: date) -> dict[int, tuple[str, ...]]:
    """By person, the certifications whose next cycle needs this completed course once more."""
    card = catalog().by_id().get(course_id)
    return progress_many.counts_again(person_ids, "course", card.code, on) if card else {}


def renewals_by_exam(course_ids: Sequence[int], person_id: int, on: date) -> dict[int, Renewal]:
    """By exam's course, what asks a person for it once more that they passed, and from when on."""
    cards, zone = catalog().by_id(), current_app.extensions["settings"].issuer_zone
    codes = {cards[id].code: id for id in course_ids if id in cards}
    found = progress_many.renewals_by_exam(person_id, list(codes), on, zone)
    return {codes[code]: one for code, one in found.items()}


def exam_of(course_id: int) -> Exam | None:
    """The marks of an exam."""
    return db.session.scalar(sa.select(Exam).where(Exam.course_id == course_id))


@dataclass(frozen=True, slots=True)
class Effects:
    """What a completion carries: evidence, steps of certifications not held by it, and awards."""

    evidence: list[tuple[str, int]]
    progress: list[str]
    awards: list[tuple[str, date]]


def effects_of_withdrawal(completion_id: int, person_id: int) -> Effects:
    """What no longer counts once a completion is taken back, and which awards stay all the same."""
    today = clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)
    course = db.session.scalars(
        sa.select(Course.code)
        .join(Completion, Completion.course_id == Course.id)
        .where(Completion.id == completion_id)
    ).one()
    relying = doubts.relying_on("course", completion_id, person_id)
    held = {title for title, _ in relying}
    named = [version.scheme.title for version in awards.schemes_naming("course", course, today)]
    return Effects(
        competency.shown_by(EvidenceKind.COURSE, completion_id),
        [title for title in named if title not in held],
        relying,
    )


def awards_on(completions: Mapping[int, int]) -> dict[int, list[tuple[str, date]]]:
    """Completion -> (title, awarded on) of the standing awards that rest on it. `completions`: by
    completion, whose it is."""
    found = doubts.relying_on_many("course", completions)
    return {
        one: [(title, award.awarded_on) for award, title in rows] for one, rows in found.items()
    }


def regions() -> list[tuple[str, str, str]]:
    """(code, title, zone) of each support centre."""
    return [(row.code, row.title, row.time_zone) for row in directory.regions()]


def self_paced(course_id: int, person_id: int | None) -> SelfPaced | None:
    """Whether the course can be taken in one's own time, and the reader's open enrolment."""
    if not catalog().by_id()[course_id].is_self_paced:
        return None
    mine = scheduling.open_self_paced(person_id) if person_id else []
    return SelfPaced(next((row for row in mine if row.course_id == course_id), None))


def standing_on(results: Sequence[ExamResult]) -> dict[int, list[AwardLink]]:
    """Result -> the awards that were made on it, or on a result that it replaced."""
    roots, people = exams.replaced_by(results), {one.id: one.person_id for one in results}
    relying = doubts.relying_on_many("exam", {old: people[new] for old, new in roots.items()})
    found: dict[int, list[AwardLink]] = {}
    for old, rows in relying.items():
        links = [
            AwardLink(str(award.id), title, f"/manage/awards/{award.id}") for award, title in rows
        ]
        found.setdefault(roots[old], []).extend(links)
    return found


def score_report(code: str) -> str:
    """Where an attempt's score report is."""
    return f"/exams/attempts/{code}/result"
