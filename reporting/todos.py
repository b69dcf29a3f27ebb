"""What needs a learner's attention, the most pressing first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from certification.awards.progress import Progress
from certification.awards.rules import RENEWAL_DAYS, Status
from certification.delivery.queries_mine import Sitting
from courses.catalog.snapshot import catalog
from courses.scheduling.queries.mine import Mine
from lms.i18n import gettext as _
from lms.i18n import moment, short_date

RESULT_SHOWN = timedelta(days=14)
"""How long the result of an exam is among the things to do."""
MOST = 3


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that needs the learner's attention."""

    kind: str
    icon: str
    title: str
    note: str
    href: str
    link: str


def todos_of(
    progress: Sequence[Progress],
    mine: Mine,
    sittings: Sequence[Sitting],
    focus: Progress | None,
    *,
    now: datetime,
    today: date,
) -> list[ToDo]:
    """At most three things. `sittings`: the newest of each exam."""
    found = [_running(one) for one in sittings if one.outcome == "running"]
    found += [_renewing(p, days) for p in progress for days in _last_days(p, today)]
    found += [_result(one) for one in sittings if _is_fresh(one, now)]
    found += [_soon(seat) for seat in mine.upcoming[:1] if (seat.starts_at - now).days < 7]
    if focus is not None and not mine.upcoming:
        found += _next(focus, {seat.course_code for seat in mine.pending})
    return found[:MOST]


def _exam(one: Sitting) -> str:
    card = catalog().by_id().get(one.course_id)
    return card.title if card else one.course_code


def _running(one: Sitting) -> ToDo:
    """An exam whose clock runs, or stands for now."""
    note = _("The clock stands for now.")
    if one.due_at is not None:
        note = _("The clock runs until %(at)s.", at=moment(one.due_at))
    href = url_for("attempts.page", code=one.code)
    title = _("%(title)s is running", title=_exam(one))
    return ToDo("warn", "clock", title, note, href, _("Go on"))


def _is_fresh(one: Sitting, now: datetime) -> bool:
    is_shown = one.outcome not in ("running", "ended") and one.ended_at is not None
    return is_shown and one.ended_at is not None and now - one.ended_at < RESULT_SHOWN


def _result(one: Sitting) -> ToDo:
    """An exam that was handed in lately: what came of it."""
    title = _exam(one)
    texts = {
        "waiting": ("info", "clock", _("%(title)s: handed in", title=title)),
        "void": ("warn", "ban", _("%(title)s: the result is void", title=title)),
        "passed": ("info", "circle-check", _("%(title)s: passed", title=title)),
        "failed": ("warn", "circle-x", _("%(title)s: not passed", title=title)),
    }
    notes = {
        "waiting": _("You have a mail as soon as it is decided."),
        "failed": _("See by competency what is missing, and when you may try again."),
    }
    href = url_for("scoring.result", code=one.code)
    return ToDo(*texts[one.outcome], notes.get(one.outcome, ""), href, _("Your result"))


def _last_days(p: Progress, today: date) -> list[int]:
    """How many days a certification holds yet, when they are few."""
    if p.status is not Status.VALID or p.award is None or p.award.valid_until is None:
        return []
    days = (p.award.valid_until - today).days
    return [days] if days <= RENEWAL_DAYS else []


def _renewing(p: Progress, days: int) -> ToDo:
    """A certification that ends soon: what its next cycle needs, or that it is earned already."""
    note = _("See what it takes to earn it again.")
    if p.renewed_on:
        note = _("The next cycle is earned and begins on %(day)s.", day=short_date(p.renewed_on))
    title = p.version.scheme.title
    return ToDo(
        "info" if p.renewed_on else "warn",
        "award" if p.renewed_on else "triangle-alert",
        _("%(title)s expires in %(days)s days", title=title, days=days),
        note,
        url_for("awards.scheme", code=p.version.scheme.code, _anchor="renewal"),
        _("Details") if p.renewed_on else _("How to renew"),
    )


def _soon(seat: Any) -> ToDo:
    return ToDo(
        "info",
        "calendar",
        _("%(title)s starts soon", title=seat.title),
        _("Check where and when."),
        f"/class-sessions/{seat.code}",
        _("Details"),
    )


def _next(focus: Progress, pending: Collection[str]) -> list[ToDo]:
    """The first open step of the pathway, if it has a page; none while its result is pending."""
    missing = next((n for n in focus.assessment.needs if not n.is_met), None)
    if missing is None or missing.code in pending or not focus.href(missing):
        return []
    return [
        ToDo(
            "info",
            "list-checks",
            _("Next: %(title)s", title=focus.name(missing)),
            _("A step towards %(title)s.", title=focus.version.scheme.title),
            str(focus.href(missing)),
            _("Find a date"),
        )
    ]
