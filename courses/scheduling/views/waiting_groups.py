"""A waiting group, for its contact and administrators: why it waits; split it, or give up."""

from collections.abc import Iterable, Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.scheduling.actions import groups
from courses.scheduling.models import ClassSession, WaitingEntry
from courses.scheduling.queries import standing
from courses.scheduling.queries.groups import members
from courses.scheduling.rules import places
from courses.scheduling.views.blueprint import blueprint, class_session_or_404, person_id
from lms import clock
from lms.i18n import gettext as _
from lms.permissions import organisations, permit


def is_theirs(entries: Iterable[WaitingEntry]) -> bool:
    """Whether the reader enrolled these people, or looks after all of them."""
    limits = organisations(current_user, "people.edit")
    if limits is None:
        return True
    own = set(limits)
    me = current_user.person_id
    return all(entry.joined_by == me or entry.organisation_id in own for entry in entries)


def groups_of_reader(entries: Sequence[WaitingEntry]) -> list[tuple[int, int]]:
    """(number, how many) of the waiting groups that the reader may split or take off the list."""
    if not current_user.may("people.edit"):
        return []
    found: dict[int, list[WaitingEntry]] = {}
    for entry in entries:
        if entry.group_number is not None:
            found.setdefault(entry.group_number, []).append(entry)
    return [(number, len(rows)) for number, rows in found.items() if is_theirs(rows)]


def _group_or_404(code: str, number: int) -> tuple[ClassSession, Sequence[WaitingEntry]]:
    session = class_session_or_404(code)
    entries = members(session.id, number)
    if not entries or not is_theirs(entries):
        raise NotFound()
    return session, entries


@blueprint.get("/class-sessions/<code>/groups/<int:number>")
@permit("people.edit")
def waiting_group(code: str, number: int) -> ResponseReturnValue:
    """Who waits together, why, and what can be done."""
    session, entries = _group_or_404(code, number)
    party = [standing.place_of(entry) for entry in entries]
    return render_template(
        "scheduling/waiting_group.html",
        session=session,
        number=number,
        entries=entries,
        is_stranded=places.fitting_kinds(standing.capacity(session), party) is None,
        most=sum(standing.capacity(session).values()),
        wanted=party[0].wanted,
        free=standing.free(session),
    )


@blueprint.post("/class-sessions/<code>/groups/<int:number>/split")
@permit("people.edit")
def split_group(code: str, number: int) -> ResponseReturnValue:
    """Each waits alone."""
    session, _entries = _group_or_404(code, number)
    groups.split(session, number, by=person_id(), now=clock.now())
    flash(_("The group is split: each keeps the own place in the queue."))
    return redirect(url_for("scheduling.enrol_page", code=code), 303)


@blueprint.post("/class-sessions/<code>/groups/<int:number>/departure")
@permit("people.edit")
def give_group_up(code: str, number: int) -> ResponseReturnValue:
    """Nobody of them waits any more."""
    session, _entries = _group_or_404(code, number)
    groups.give_up(session, number, by=person_id(), now=clock.now())
    flash(_("The group is off the waiting list."))
    return redirect(url_for("scheduling.enrol_page", code=code), 303)
