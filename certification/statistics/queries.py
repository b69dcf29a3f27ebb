"""Reading submitted attempts as the statistics take them, and the runs that were computed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Attempt, AttemptResponse, AttemptState, ExamBooking
from certification.items.content import ItemContent
from certification.items.models import Item as BankItem
from certification.items.models import ItemVersion
from certification.items.reading import draft_from
from certification.papers.models import ExamForm, FormItem
from certification.scoring.models import RunState, ScoreLine, ScoreRun
from certification.scoring.queries_voiding import is_voided
from certification.statistics.models import StatisticsRun
from certification.statistics.picks import key_of, options_of, picks_of
from certification.statistics.responses import Item, Picks, Sitting, Use, unreached
from lms.accounts.models import Membership, Organisation, Person
from lms.db import db

GROUPINGS = ("language", "region")


@dataclass(frozen=True, slots=True)
class Asked:
    """An item version that was asked, as statistics see it and as pages name it."""

    version_id: int
    item_id: int
    title: str
    content: ItemContent
    item: Item


@dataclass(slots=True)
class Gathered:
    """Everything of one exam, read once."""

    asked: list[Asked] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list)
    forms: list[int] = field(default_factory=list)
    """The form of each sitting."""


def newest(exam_id: int) -> StatisticsRun | None:
    """The newest run that is done."""
    return db.session.scalar(
        sa.select(StatisticsRun)
        .where(StatisticsRun.exam_id == exam_id, StatisticsRun.done_at.is_not(None))
        .order_by(StatisticsRun.id.desc())
        .limit(1)
    )


def item_figures(exam_id: int) -> dict[int, tuple[float | None, float | None]]:
    """By item version (difficulty, discrimination) of the newest figures; None where too few
    people answered for one of them."""
    run = newest(exam_id)
    report = run.report if run else None
    if report is None:
        return {}
    return {
        report["asked"][row["place"]]["version_id"]: (_figure(row["p"]), _figure(row["r"]))
        for row in report["all"]["items"]
    }


def _figure(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def waiting(exam_id: int) -> StatisticsRun | None:
    """The run that is being computed."""
    return db.session.scalar(
        sa.select(StatisticsRun).where(
            StatisticsRun.exam_id == exam_id, StatisticsRun.done_at.is_(None)
        )
    )


def fixed_forms(exam_id: int) -> Sequence[ExamForm]:
    """The forms of an exam that more than one person may have had."""
    return db.session.scalars(
        sa.select(ExamForm)
        .where(ExamForm.exam_id == exam_id, ExamForm.is_random.is_(False))
        .order_by(ExamForm.code)
    ).all()


def groups(exam_id: int, grouping: str) -> list[tuple[str, int]]:
    """The recorded groups of those who agreed, and how many first attempts each has."""
    attempts = _attempts(exam_id).subquery()
    rows = db.session.execute(
        sa.select(attempts.c.ordinal, attempts.c[grouping]).where(~attempts.c.is_void)
    )
    counts = Counter(row[1] for row in rows if row.ordinal == 1 and row[1])
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def gathered(exam_id: int, grouping: str = "") -> Gathered:
    """Every submitted attempt with a score that decides. Three queries, whatever their number."""
    uses = _uses(exam_id)
    found = Gathered(asked=_asked(exam_id, uses))
    places = {one.version_id: place for place, one in enumerate(found.asked)}
    lines, answers = _by_attempt(_lines(exam_id)), _by_attempt(_answers(exam_id))
    for row in db.session.execute(_attempts(exam_id)):
        own = lines.get(row.id)
        if own:
            found.sittings.append(_sitting(row, own, answers, (found.asked, places), grouping))
            found.forms.append(row.form_id)
    return found


def _attempts(exam_id: int) -> sa.Select[Any]:
    """Attempts with what may be grouped by, where the person agreed to that."""
    agreed = Person.consents_to_statistics_at.is_not(None)
    region = (
        sa.select(sa.func.min(Organisation.region_code))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == Person.id, Membership.ended_on.is_(None))
        .scalar_subquery()
    )
    return (
        sa.select(
            Attempt.id,
            Attempt.code,
            Attempt.ordinal,
            Attempt.form_id,
            is_voided(Attempt.id).label("is_void"),
            ExamBooking.slot_id,
            sa.case((agreed, Attempt.language), else_="").label("language"),
            sa.case((agreed, sa.func.coalesce(region, "")), else_="").label("region"),
        )
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(ExamBooking, ExamBooking.id == Attempt.booking_id)
        .where(Attempt.exam_id == exam_id, Attempt.state == AttemptState.SUBMITTED)
        .order_by(Attempt.id)
    )


def _lines(exam_id: int) -> Iterator[Any]:
    """What each place earned in the run that decides; points as text, quicker than fractions."""
    yield from db.session.execute(
        sa.select(
            Attempt.id,
            ScoreLine.position,
            FormItem.version_id,
            sa.type_coerce(ScoreLine.raw, sa.String).label("raw"),
            ScoreLine.is_answered,
        )
        .select_from(Attempt)
        .join(ScoreRun, ScoreRun.attempt_id == Attempt.id)
        .join(ScoreLine, ScoreLine.run_id == ScoreRun.id)
        .join(
            FormItem,
            sa.and_(FormItem.form_id == Attempt.form_id, FormItem.position == ScoreLine.position),
        )
        .where(
            Attempt.exam_id == exam_id,
            Attempt.state == AttemptState.SUBMITTED,
            ScoreRun.state == RunState.DECIDING,
        )
        .order_by(Attempt.id, ScoreLine.position)
        .execution_options(yield_per=5000)
    )


def _answers(exam_id: int) -> Iterator[Any]:
    yield from db.session.execute(
        sa.select(
            Attempt.id,
            AttemptResponse.position,
            AttemptResponse.response,
            AttemptResponse.seconds,
        )
        .join(AttemptResponse, AttemptResponse.attempt_id == Attempt.id)
        .where(Attempt.exam_id == exam_id, Attempt.state == AttemptState.SUBMITTED)
        .order_by(Attempt.id, AttemptResponse.position)
        .execution_options(yield_per=5000)
    )


def _by_attempt(rows: Iterator[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.id].append(row)
    return found


def _uses(exam_id: int) -> dict[int, Use]:
    """Which asked versions are tried out only, and which no longer count anywhere."""
    rows = db.session.execute(
        sa.select(
            FormItem.version_id,
            sa.func.min(sa.cast(FormItem.is_pilot, sa.Integer)),
            sa.func.max(sa.case((ScoreLine.treatment == "neutral", 1), else_=0)),
        )
        .join(Attempt, Attempt.form_id == FormItem.form_id)
        .join(ScoreRun, ScoreRun.attempt_id == Attempt.id)
        .join(
            ScoreLine,
            sa.and_(ScoreLine.run_id == ScoreRun.id, ScoreLine.position == FormItem.position),
        )
        .where(Attempt.exam_id == exam_id, ScoreRun.state == RunState.DECIDING)
        .group_by(FormItem.version_id)
    )
    return {
        version: "neutralised" if is_neutral else "pilot" if is_pilot else "scored"
        for version, is_pilot, is_neutral in rows
    }


def _asked(exam_id: int, uses: Mapping[int, Use]) -> list[Asked]:
    del exam_id
    rows = db.session.execute(
        sa.select(ItemVersion, BankItem.code)
        .join(BankItem, BankItem.id == ItemVersion.item_id)
        .where(ItemVersion.id.in_(list(uses)))
        .order_by(BankItem.code, ItemVersion.number)
    )
    return [_one_asked(version, code, uses[version.id]) for version, code in rows]


def _one_asked(version: ItemVersion, code: str, use: Use) -> Asked:
    content = draft_from(version.content)
    item = Item(
        code=f"{code} v{version.number}",
        most=float(content.scoring.points),
        key=key_of(content),
        options=options_of(content),
        use=use,
    )
    return Asked(version.id, version.item_id, version.title, content, item)


def _sitting(
    row: Any,
    lines: Sequence[Any],
    answers: Mapping[int, Sequence[Any]],
    known: tuple[Sequence[Asked], Mapping[int, int]],
    grouping: str,
) -> Sitting:
    asked, places = known
    size = len(asked)
    points: list[float | None] = [None] * size
    picks: list[Picks | None] = [None] * size
    seconds: list[float | None] = [None] * size
    given = {answer.position: answer for answer in answers.get(row.id, ())}
    for line in lines:
        place, answer = places[line.version_id], given.get(line.position)
        points[place] = _number(line.raw)
        picks[place] = picks_of(asked[place].content, answer.response if answer else None)
        seconds[place] = float(answer.seconds) if answer and answer.seconds else None
    reached = unreached([line.is_answered for line in lines])
    return Sitting(
        person=row.code,
        points=points,
        picks=picks,
        seconds=seconds,
        ordinal=row.ordinal,
        is_void=row.is_void,
        unreached=frozenset(places[line.version_id] for line in lines[reached:]),
        group=getattr(row, grouping) if grouping in GROUPINGS else "",
        room="" if row.slot_id is None else str(row.slot_id),
    )


def _number(exact: str) -> float:
    """A fraction in text."""
    top, _, bottom = exact.partition("/")
    return int(top) / int(bottom) if bottom else float(top)
