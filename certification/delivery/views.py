"""Exams for candidates: what is open, why not yet, booking, the start."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery import (
    actions,
    actions_bookings,
    presented,
    queries,
    queries_index,
    queries_mine,
    queries_slots,
    wording,
)
from certification.delivery.rules import entry_flaw, mine, needs
from certification.exams import queries as exams
from certification.items import markup
from certification.rubrics import queries_assessments as assessments
from certification.rubrics import queries_works as works
from courses.catalog.snapshot import CourseCard, catalog
from lms import clock, slots
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit
from lms.reasons import Reason
from lms.site import issuer_zone
from lms.web import Uncommitted
from lms.wording import word

blueprint = Blueprint("delivery", __name__)
BOXES = {"rules": "rules_unread", "identity": "identity_unsaid"}
"""What a candidate ticks before beginning, and what is said where it is not ticked."""


def exam_or_404(code: str) -> tuple[Any, CourseCard]:
    """(exam, course, title, programme) and the course's card."""
    row = exams.exam_by_code(code)
    card = catalog().by_id().get(row[0].course_id) if row else None
    return (row, card) if row and card else abort(404)


@blueprint.get("/exams")
@permit(SIGNED_IN)
def index() -> ResponseReturnValue:
    """Every exam with where this person stands."""
    rows = exams.exams()
    ids = [row[0].id for row in rows]
    sittings = queries_mine.sittings_of(current_user.person_id)
    running = {one.exam_id: one for one in sittings if one.outcome == "running"}
    now = clock.now()
    today = clock.today(now, issuer_zone())
    facts = queries_index.facts_of([row[0] for row in rows], current_user.person_id, today=today)
    return render_template(
        "delivery/index.html",
        rows=rows,
        running=running,
        stands={exam: mine(found, now=now) for exam, found in facts.items()},
        stand_badge=wording.stand_badge,
        said=word,
        ended=[one for one in sittings if one.outcome != "running"],
        result_href=_result_href,
        outcome_badge=wording.outcome_badge,
        bookings=queries.bookings_of(current_user.person_id, ids),
        missed=queries_slots.missed_of(current_user.person_id, ids),
        titles={row[0].id: row[2] for row in rows},
        assessed=assessments.results_of(current_user.person_id),
    )


def _result_href(code: str) -> str:
    """Where the result of an attempt is; until there is one, the attempt's own page."""
    here = url_for("attempts.page", code=code)
    href: str = slots.ask("attempt.result", here, code=code)
    return href


@blueprint.get("/exams/<code>")
@permit(SIGNED_IN)
def exam(code: str) -> ResponseReturnValue:
    """One exam: its facts, what is needed, booking, start."""
    return _page(code)


def _page(code: str, refused: Sequence[Reason] = ()) -> str:
    row, card = exam_or_404(code)
    now = clock.now()
    today = clock.today(now, issuer_zone())
    person_id = current_user.person_id
    found = queries.candidacy(row[0], card.version_id, person_id, today=today)
    booking = queries.booking_of(row[0].id, person_id)
    adjustment = queries.adjustment_of(person_id, today)
    percent = adjustment.extra_percent if adjustment else 0
    starts_at = booking.slot.starts_at if booking and booking.slot else None
    policy = found.policy
    needed = needs(found.facts, now=now)
    return render_template(
        "delivery/exam.html",
        exam=row[0],
        title=row[2],
        course=card,
        policy=policy,
        needs=needed,
        ready=all(need.met for need in needed),
        said=word,
        hrefs={course.code: course.href for course in catalog().courses},
        booking=booking,
        missed=queries_slots.missed_of(person_id, [row[0].id]).get(row[0].id),
        flaw=entry_flaw(starts_at, percent=percent, now=now),
        slots=queries.slots(row[0].id, since=now) if policy and policy.booking != "any" else [],
        adjustment=adjustment,
        rules=_rules(policy),
        browser_fits=_fits(policy),
        browser_file=presented.file_of(code, policy),
        errors=_errors(refused),
        ticked=set(BOXES) & set(request.form),
        assessed=assessments.results_of(person_id, row[0].id),
        sittings=[one for one in queries_mine.sittings_of(person_id) if one.exam_id == row[0].id],
        result_href=_result_href,
        outcome_badge=wording.outcome_badge,
        asks_for_work=works.are_asked(row[0].id),
    )


def _errors(refused: Sequence[Reason]) -> list[tuple[str, str]]:
    """What went wrong, each with the box that is to be ticked, or ""."""
    boxes = {code: box for box, code in BOXES.items()}
    return [(boxes.get(reason.code, ""), word(reason)) for reason in refused]


def _rules(policy: Any) -> Any:
    """The rules in the reader's language, else the first of the policy's."""
    if policy is None:
        return ""
    tag = current_user.language if current_user.language in policy.rules else None
    text = policy.rules.get(tag or next(iter(policy.rules), ""), "")
    return markup.html(text, lambda sha256: f"/{sha256}")


def _fits(policy: Any) -> bool:
    return policy is None or presented.fits(policy.browser_keys)


@blueprint.post("/exams/<code>/attempt")
@permit(SIGNED_IN)
def start(code: str) -> ResponseReturnValue:
    """Begin; whoever has begun already goes on."""
    row, card = exam_or_404(code)
    try:
        attempt = _start(row, card)
    except Refusal as refusal:
        running = _running(row[0].id)
        if running is not None:  # what the lost race had changed is rolled back
            raise Uncommitted(go(url_for("attempts.page", code=running))) from refusal
        return _page(code, refusal.reasons), refusal.status
    return go(url_for("attempts.page", code=attempt.code))


@blueprint.get("/exams/<code>/attempt")
@permit(SIGNED_IN)
def begun(code: str) -> ResponseReturnValue:
    """The address of the start, reloaded or typed: on to the attempt that runs, else to the exam.
    Nothing begins by looking."""
    row, _card = exam_or_404(code)
    running = _running(row[0].id)
    if running is not None:
        return go(url_for("attempts.page", code=running))
    return go(url_for("delivery.exam", code=code))


def go(href: str) -> Response:
    """On to another page."""
    return Response(status=303, headers={"Location": href})


def _start(row: Any, card: CourseCard) -> Any:
    policy = exams.policy_on(row[0].id, clock.today(clock.now(), issuer_zone()))
    if not _fits(policy):
        abort(403)
    asked = ["rules"] if policy and policy.is_proctored else list(BOXES)
    unticked = [Reason(BOXES[box]) for box in asked if box not in request.form]
    if unticked:
        raise Refusal(*unticked, status=422)
    return actions.start(
        row[0],
        card.version_id,
        current_user.person_id,
        language=request.form.get("language", "")[:8],
        has_confirmed="identity" in request.form,
        now=clock.now(),
    )


def _running(exam_id: int) -> str | None:
    attempts = queries.attempts_of(current_user.person_id, [exam_id])
    return next((one.code for one in attempts if one.state.value == "open"), None)


@blueprint.post("/exams/<code>/booking")
@permit(SIGNED_IN)
def book(code: str) -> ResponseReturnValue:
    """Book for a slot or for any time; a booking that exists is moved to the slot."""
    row, card = exam_or_404(code)
    slot_id = request.form.get("slot", type=int)
    person_id, now = current_user.person_id, clock.now()
    try:
        if slot_id is not None and queries.booking_of(row[0].id, person_id) is not None:
            actions_bookings.move(row[0], person_id, slot_id, now=now)
        else:
            actions_bookings.book(row[0], card.version_id, person_id, slot_id, now=now)
    except Refusal as refusal:
        return _page(code, refusal.reasons), refusal.status
    flash(_("Your exam is booked."))
    return redirect(url_for("delivery.exam", code=code), 303)


@blueprint.post("/exams/<code>/booking/cancellation")
@permit(SIGNED_IN)
def cancel(code: str) -> ResponseReturnValue:
    """Give the booking up."""
    row, _card = exam_or_404(code)
    actions_bookings.cancel(
        row[0], current_user.person_id, by=current_user.person_id, now=clock.now()
    )
    flash(_("Your booking is cancelled."))
    return redirect(url_for("delivery.exam", code=code), 303)
