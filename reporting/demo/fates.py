"""What became of some awards of the demonstration: withdrawn, suspended, a name corrected."""

from datetime import date, timedelta

import sqlalchemy as sa

from certification.awards import actions as awarding
from certification.awards.models import Award, Scheme
from certification.certificates import actions as certifying
from certification.certificates.models import Certificate
from lms import jobs
from lms.accounts import actions as accounts
from lms.accounts.datafiles import NameFile, PeopleFile, TurnFile
from lms.accounts.models import Person
from lms.db import db, run
from lms.settings import Settings
from reporting.demo.stage import evening, person_id_of


def tell(value: PeopleFile, settings: Settings, *, today: date) -> None:
    """Each on its own day, by the administrator."""
    for item in value.revocations:
        run(lambda item=item: _revoke(item, today))  # type: ignore[misc]
    for item in value.suspensions:
        run(lambda item=item: _suspend(item, today))  # type: ignore[misc]
    for name in value.corrected_names:
        _correct_name(name, settings, today)


def _award(item: TurnFile) -> Award:
    """The award of the data file's line, which must exist by then."""
    return db.session.scalars(
        sa.select(Award)
        .join(Scheme, Scheme.id == Award.scheme_id)
        .where(Award.person_id == person_id_of(item.email), Scheme.code == item.scheme)
        .order_by(Award.cycle)
        .limit(1)
    ).one()


def _day(item: TurnFile, today: date) -> date:
    return today + timedelta(days=item.day)


def _revoke(item: TurnFile, today: date) -> None:
    day = _day(item, today)
    awarding.revoke(
        _award(item),
        public_reason=item.reason,
        internal_note="",
        today=day,
        by=person_id_of("admin"),
        now=evening(day),
    )


def _suspend(item: TurnFile, today: date) -> None:
    day = _day(item, today)
    awarding.suspend(
        _award(item),
        public_reason=item.reason,
        internal_note="",
        today=day,
        by=person_id_of("admin"),
        now=evening(day),
    )


def _correct_name(item: NameFile, settings: Settings, today: date) -> None:
    """Only an issued certificate is replaced: the first one is made here, with the wrong name,
    by the job that a worker would run."""
    right = run(lambda: _rename(item, item.was, _day(item, today)))
    told = run(lambda: _told(item))
    jobs.handler_of("certificates.issue")(told)
    run(lambda: _rename(item, right, _day(item, today)))
    run(lambda: _supersede(item, settings, _day(item, today)))


def _rename(item: NameFile, name: str, day: date) -> str:
    """Returns the name that the person had."""
    person = db.session.get_one(Person, person_id_of(item.email))
    had = person.name
    accounts.change_profile(
        person,
        name=name,
        language=person.language,
        time_zone=person.time_zone,
        by=person_id_of("admin"),
        now=evening(day),
    )
    return had


def _told(item: NameFile) -> jobs.Args:
    award = _award(item)
    return {"award_id": award.id, "at": award.awarded_at.isoformat()}


def _supersede(item: NameFile, settings: Settings, day: date) -> None:
    first = db.session.scalars(
        sa.select(Certificate).where(
            Certificate.award_id == _award(item).id, Certificate.supersedes_id.is_(None)
        )
    ).one()
    certifying.supersede(
        first.id, settings, reason=item.reason, by=person_id_of("admin"), now=evening(day)
    )
