"""Many people's way to every certification, in as many queries as for one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from certification.awards import progress, rules, snapshot
from certification.awards.models import Award, Revocation, Suspension
from certification.awards.progress import Progress
from certification.awards.queries import (
    earlier_of,
    facts_of_many,
    newest_awards,
    suspended_on,
    versions_on,
)
from certification.exams.retakes import Asked, Renewal
from lms.clock import midnight
from lms.db import db

AT_ONCE = 1000
"""People in one round of queries."""


def progress_of_many(person_ids: Sequence[int], on: date) -> dict[int, list[Progress]]:
    """By person, every scheme in force, with what is met and what is missing."""
    facts, newest, standard = (
        facts_of_many(person_ids, on),
        _newest(person_ids, on),
        snapshot.schemes(),
    )
    return {
        id: [
            progress.of_scheme(v, newest.get((id, v.scheme_id)), facts[id], standard.names, on)
            for v in standard.in_force(on)
        ]
        for id in person_ids
    }


def counts_again(
    person_ids: Sequence[int], kind: str, code: str, on: date
) -> dict[int, tuple[str, ...]]:
    """By person, the certifications whose next cycle needs this course or exam, completed before,
    once more; people without such a certification are missing."""
    named = {v.id for v in snapshot.schemes().in_force(on) if (kind, code) in rules.leaves(v.rule)}
    if not named or not person_ids:
        return {}
    found = {
        id: tuple(
            p.version.scheme.title
            for p in ways
            if p.version.id in named and p.asks_again(kind, code)
        )
        for id, ways in _ways(person_ids, on).items()
    }
    return {id: titles for id, titles in found.items() if titles}


def renewals_by_exam(
    person_id: int, codes: Sequence[str], on: date, zone: str
) -> dict[str, Renewal]:
    """By exam, what asks a person for it once more that they passed: the next cycle of
    certifications, some time before the award ends or at once when it has ended; and, at once,
    certifications that they never held and that ask for more than they have shown in it. One
    query, whatever the number of exams."""
    named = {leaf for v in snapshot.schemes().in_force(on) for leaf in rules.leaves(v.rule)}
    asked = [code for code in codes if ("exam", code) in named]
    ways = progress.progress_of(person_id, on) if asked else []
    found = {code: [(p, s) for p in ways if (s := _scores_asked(p, code))] for code in asked}
    return {code: _renewal(again, on, zone) for code, again in found.items() if again}


def _renewal(ways: Sequence[tuple[Progress, list[int]]], on: date, zone: str) -> Renewal:
    opens = min(_renewal_opens(way, on) for way, _ in ways)
    due = [one for one in ways if _renewal_opens(one[0], on) <= max(opens, on)]
    renewed = [way for way, _ in due if way.award is not None]
    return Renewal(
        ", ".join(way.version.scheme.title for way in renewed or [way for way, _ in due]),
        midnight(opens, zone),
        # Before its time has come a renewal changes nothing about the tries that there were.
        tuple(Asked(min(scores), _after(way, zone)) for way, scores in due) if opens <= on else (),
        is_first=not renewed,
    )


def _scores_asked(way: Progress, code: str) -> list[int]:
    """The scores in an exam that are missing for the next cycle, or for the first award where the
    exam was taken and had fewer."""
    found = [
        (need.wanted, need.reason.code)
        for need in way.ahead.needs
        if need.reason is not None and (need.kind, need.code) == ("exam", code)
    ]
    if way.award is None:
        return [score for score, why in found if why == "exam_below"]
    return [score for score, _ in found] if way.renews else []


def _renewal_opens(way: Progress, on: date) -> date:
    ends = way.award.valid_until if way.award and way.status in rules.HELD else None
    return ends - timedelta(days=rules.RENEWAL_DAYS) if ends else on


def _after(way: Progress, zone: str) -> datetime | None:
    """The end of the day after which exams count for the next cycle."""
    return midnight(way.since + timedelta(days=1), zone) if way.since else None


def _ways(person_ids: Sequence[int], on: date) -> dict[int, Sequence[Progress]]:
    """One person's way takes a single prepared query."""
    if len(person_ids) == 1:
        return {person_ids[0]: progress.progress_of(person_ids[0], on)}
    return {**progress_of_many(person_ids, on)}


def assessments(
    person_ids: Sequence[int], scheme_id: int, on: date
) -> dict[int, rules.Assessment | None]:
    """By person, how far they are in a scheme on a day; None while it is held. Nobody is in it
    while no version is in force."""
    found: dict[int, rules.Assessment | None] = {}
    for start in range(0, len(person_ids), AT_ONCE):
        some = person_ids[start : start + AT_ONCE]
        facts, newest = facts_of_many(some, on), newest_awards(some)
        for version in versions_on(on):
            if version.scheme_id != scheme_id:
                continue
            for id in some:
                cycle = rules.next_cycle(earlier_of(newest.get((id, scheme_id))), on)
                found[id] = (
                    rules.assess(version.rule, facts[id], since=cycle.since)
                    if cycle.is_open
                    else None
                )
    return found


def _newest(person_ids: Sequence[int], on: date) -> dict[tuple[int, int], Any]:
    """(person, scheme) → the newest award's row, with the days of its revocation and suspension."""
    rows = db.session.execute(
        sa.select(
            Award.person_id,
            Award.id,
            Award.scheme_id,
            Award.cycle,
            Award.awarded_on,
            Award.valid_until,
            Revocation.revoked_on,
            Suspension.suspended_on,
        )
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Suspension, suspended_on(on))
        .where(Award.person_id.in_(person_ids))
        .order_by(Award.cycle)
    )
    return {(row.person_id, row.scheme_id): row for row in rows}
