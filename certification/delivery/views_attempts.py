"""An attempt as its candidate takes it: one item per page, saving, review, handing in.

Nothing here knows a key: pages are drawn from `certification.items.showing.shown`, one item at a
time.
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery import actions, presented, queries, queries_slots, saving, shown
from certification.delivery.answers import from_fields
from certification.delivery.models import Attempt, AttemptState
from certification.delivery.queries_tries import voids_that_count
from certification.delivery.views import go
from certification.papers.queries import paper
from lms import clock, slots
from lms.errors import refuse
from lms.i18n import clock_time, zone_label, zone_name
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit
from lms.site import issuer_zone
from lms.storage import Damaged

blueprint = Blueprint("attempts", __name__)
LONGEST_VISIT = 86_400


def own(code: str) -> Any:
    """What is pinned of the reader's own attempt, else 404; 403 in a browser that does not fit."""
    attempt = saving.pinned(code, current_user.person_id)
    if attempt is None:
        abort(404)
    if not presented.fits(attempt.browser_keys):
        raise BrowserRefused(attempt.id)
    return attempt


class BrowserRefused(Exception):
    """The exam asks for Safe Exam Browser with its own configuration."""

    def __init__(self, attempt_id: int) -> None:
        super().__init__(attempt_id)
        self.attempt_id = attempt_id


@blueprint.errorhandler(BrowserRefused)
def _refused(error: BrowserRefused) -> ResponseReturnValue:
    found = queries.attempt_by_id(error.attempt_id)
    code = queries_slots.named(found.exam_id).code
    page = render_template(
        "delivery/browser.html",
        check=url_for("delivery.browser_keys", code=code),
        browser_file=presented.file_of(code, found.policy),
        is_other=False,
    )
    return page, 403


@blueprint.get("/exams/attempts/<code>")
@permit(SIGNED_IN)
def page(code: str) -> ResponseReturnValue:
    """One item; the page of the clock that stands; or that the attempt has ended."""
    pinned, row = own(code), _row(code)
    if row.state != AttemptState.OPEN:
        href = slots.ask("attempt.result", None, code=code)
        return render_template(
            "delivery/ended.html",
            attempt=row,
            result_href=href,
            leaving=_leaving(row),
            counts=row.state == AttemptState.VOID and bool(voids_that_count([row.id])),
        )
    if row.due_at is None:
        return _standing_still(row)
    places = paper(pinned.form_id)
    number = min(max(request.args.get("n", 1, type=int), 1), len(places))
    kept = queries.responses_of(row.id)
    return render_template(
        "delivery/item.html",
        **_frame(row),
        shown=shown.item(pinned, places[number - 1], kept.get(number)),
        number=number,
        marks=shown.marks(pinned, places, kept),
    )


def _leaving(row: Attempt) -> str | None:
    """Where the exam's own browser ends, when the exam has one."""
    if row.policy.browser_settings is None:
        return None
    return url_for("delivery.leave_browser", code=queries_slots.named(row.exam_id).code)


def _row(code: str) -> Attempt:
    return queries.attempt_by_code(code) or abort(404)


def _standing_still(row: Attempt) -> str:
    standing = queries.standing_of(row.id)
    return render_template(
        "delivery/paused.html",
        attempt=row,
        title=shown.title_of(row),
        left=standing.left(clock.now()),
        rests=standing.rests,
        rest_ends_at=standing.rest_ends_at(),
    )


def _frame(row: Attempt) -> dict[str, Any]:
    """What stands around the items."""
    now = clock.now()
    adjustment = queries.adjustment_of(row.person_id, clock.today(now, issuer_zone()))
    rest = queries.standing_of(row.id).rest_left(now) if adjustment else None
    due_at = row.due_at or now
    return {
        "attempt": row,
        "title": shown.title_of(row),
        "left": max(int((due_at - now).total_seconds()), 0),
        "is_large": bool(adjustment and adjustment.has_large_print),
        "rest_left": int(rest.total_seconds() // 60) if rest else 0,
    }


@blueprint.get("/exams/attempts/<code>/review")
@permit(SIGNED_IN)
def review(code: str) -> ResponseReturnValue:
    """Every place with its state, before handing in."""
    pinned, row = own(code), _row(code)
    if row.state != AttemptState.OPEN or row.due_at is None:
        return go(url_for("attempts.page", code=code))
    marks = shown.marks(pinned, paper(pinned.form_id), queries.responses_of(row.id))
    return render_template("delivery/review.html", **_frame(row), marks=marks)


@blueprint.post("/exams/attempts/<code>/answers")
@permit(SIGNED_IN)
def answers(code: str) -> ResponseReturnValue:
    """Save: as a program, many at once; as a form, one and on to the next page."""
    pinned = own(code)
    if request.is_json:
        return _saved(pinned)
    number = request.form.get("position", 0, type=int)
    found = saving.save(pinned, [_from_form(pinned, number)], now=clock.now())
    if found.stale:
        flash(_("This question was answered elsewhere meanwhile. That answer is shown."), "warn")
        return go(url_for("attempts.page", code=code, n=number))
    return go(_target(code, number))


def _saved(pinned: Any) -> Response:
    now, saves = clock.now(), [_from_json(one) for one in _entries()]
    found = saving.save(pinned, saves, now=now)
    due_at = found.due_at or now
    return jsonify(
        at=f"{now.astimezone(ZoneInfo(zone_name())):%H:%M:%S} {zone_label(now)}",
        saved=found.saved,
        stale=found.stale,
        flaws=shown.flaws(pinned, paper(pinned.form_id), saves, found.saved),
        left=max((due_at - now).total_seconds(), 0),
    )


def _entries() -> list[Any]:
    sent = request.get_json(silent=True)
    entries = sent.get("answers") if isinstance(sent, dict) else None
    if not isinstance(entries, list) or len(entries) > saving.MOST_AT_ONCE:
        raise refuse("answer_unreadable", status=422)
    return entries


def _from_json(entry: Any) -> saving.Save:
    if not isinstance(entry, dict):
        raise refuse("answer_unreadable", status=422)
    numbers = [entry.get(name, 0) for name in ("position", "seq", "seconds")]
    if not all(type(one) is int for one in numbers):
        raise refuse("answer_unreadable", status=422)
    position, seq, seconds = numbers
    return saving.Save(
        position,
        seq,
        entry.get("response"),
        entry.get("flag") is True,
        min(max(seconds, 0), LONGEST_VISIT),
        _claimed(entry.get("at")),
    )


def _claimed(value: object) -> datetime | None:
    """The device's clock, when it says a time at all."""
    try:
        said = (
            datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else None
        )
    except ValueError:
        return None
    return said.astimezone(UTC) if said is not None and said.tzinfo and said.year > 1 else None


def _from_form(pinned: Any, number: int) -> saving.Save:
    places = paper(pinned.form_id)
    if not 0 < number <= len(places):
        raise refuse("answer_unreadable", status=422)
    content, form = places[number - 1].content, request.form
    names = [f"p{place}" for place in range(1, len(content.places) + 1)]
    flagged = form.get("flag", form.get("flagged", ""))
    return saving.Save(
        number,
        form.get("seq", 0, type=int),
        from_fields(content.kind, form.getlist, names),
        flagged == "1",
    )


def _target(code: str, number: int) -> str:
    wanted = request.form.get("go", "")
    if wanted == "review":
        return url_for("attempts.review", code=code)
    if wanted == "leave":
        return url_for("attempts.page", code=code, n=number)
    return url_for("attempts.page", code=code, n=wanted if wanted.isdecimal() else number)


@blueprint.get("/exams/attempts/<code>/state")
@permit(SIGNED_IN)
def state(code: str) -> ResponseReturnValue:
    """The deadline as it is now: the page asks every few seconds."""
    own(code)
    row, now = _row(code), clock.now()
    is_open = row.state == AttemptState.OPEN
    return jsonify(
        state=row.state.value,
        paused=is_open and row.due_at is None,
        left=max((row.due_at - now).total_seconds(), 0) if is_open and row.due_at else None,
        ends=clock_time(row.due_at) if row.due_at else None,
    )


@blueprint.post("/exams/attempts/<code>/submission")
@permit(SIGNED_IN)
def submit(code: str) -> ResponseReturnValue:
    """Hand in; a second time changes nothing."""
    pinned = own(code)
    actions.submit(pinned.id, by=pinned.person_id, now=clock.now())
    return go(url_for("attempts.page", code=code))


@blueprint.post("/exams/attempts/<code>/break")
@permit(SIGNED_IN)
def rest(code: str) -> ResponseReturnValue:
    """Take a break; the clock stands."""
    pinned = own(code)
    actions.rest(pinned.id, by=pinned.person_id, now=clock.now())
    return go(url_for("attempts.page", code=code))


@blueprint.post("/exams/attempts/<code>/break/end")
@permit(SIGNED_IN)
def go_on(code: str) -> ResponseReturnValue:
    """End the break."""
    pinned = own(code)
    if not queries.standing_of(pinned.id).rests:
        raise refuse("not_paused")
    actions.resume(pinned.id, by=pinned.person_id, now=clock.now())
    return go(url_for("attempts.page", code=code))


@blueprint.get("/exams/attempts/<code>/pictures/<sha256>.png")
@permit(SIGNED_IN)
def picture(code: str, sha256: str) -> ResponseReturnValue:
    """A picture of an item of this attempt, and no other."""
    pinned = own(code)
    if not any(sha256 in place.content.pictures() for place in paper(pinned.form_id)):
        abort(404)
    try:
        content = current_app.extensions["storage"].get(sha256)
    except (FileNotFoundError, Damaged):
        abort(404)
    return Response(content, mimetype="image/png")
