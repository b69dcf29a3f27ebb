"""Studies: calling a panel, rounds, ratings, closing, and the decision, which a person makes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from certification.cutscores import queries
from certification.cutscores.models import (
    MOVES,
    CutStudy,
    GroupJudgement,
    Judge,
    Rating,
    RatingRound,
    StudyMethod,
    StudyState,
    TolerableBounds,
)
from certification.cutscores.outcomes import lacks, outcome
from certification.cutscores.rules import LEAST_JUDGES, Bounds, bound_flaws
from certification.items.queries import banks
from certification.papers.actions import decide_cut
from certification.papers.models import CutScore, ExamForm, PaperState
from lms import audit, jobs
from lms.accounts import letters
from lms.accounts.models import Person
from lms.db import db, insert_once, upsert
from lms.errors import Refusal, refuse
from lms.lifecycle import check_move


def create(
    form: ExamForm, method: StudyMethod, *, title: str, description: str, by: int, now: datetime
) -> CutStudy:
    """A study of a form that is not a draft (`form_is_draft`)."""
    if form.state == PaperState.DRAFT:
        raise refuse("form_is_draft", status=422)
    study = CutStudy(
        exam_id=form.exam_id,
        form_id=form.id,
        method=method,
        state=StudyState.OPEN,
        title=title,
        description=description,
        created_at=now,
        created_by=by,
    )
    db.session.add(study)
    db.session.flush()
    audit.record("cut_study.created", "exam", form.exam_id, by=by, now=now, study=study.id)
    return study


def held(study_id: int) -> CutStudy:
    """The study, locked until the unit ends, while it is open (`study_is_closed`)."""
    study = _locked(study_id)
    if study.state != StudyState.OPEN:
        raise refuse("study_is_closed")
    return study


def call(study: CutStudy, person: Person, programme: str, *, by: int, now: datetime) -> None:
    """Somebody joins the panel; who teaches the programme never sees its items
    (`judge_teaches`)."""
    held(study.id)
    if programme not in [bank.code for bank in banks(person.id, [programme])]:
        raise refuse("judge_teaches", status=422)
    values = {"study_id": study.id, "person_id": person.id, "at": now, "by": by}
    if insert_once(Judge, values, ["study_id", "person_id"]):
        audit.record("cut_study.called", "person", person.id, by=by, now=now, study=study.id)
        _tell(study, person.id, 0, now=now)


def dismiss(study: CutStudy, judge_id: int, *, by: int, now: datetime) -> None:
    """A judge leaves the panel before having judged anything (`judge_has_judged`)."""
    held(study.id)
    judge = db.session.scalar(
        sa.select(Judge).where(Judge.id == judge_id, Judge.study_id == study.id)
    )
    if judge is None:
        return
    for table in (Rating, TolerableBounds):
        if db.session.scalar(sa.select(sa.exists().where(table.judge_id == judge_id))):
            raise refuse("judge_has_judged")
    db.session.delete(judge)
    person = judge.person_id
    audit.record("cut_study.dismissed", "person", person, by=by, now=now, study=study.id)


def open_round(study: CutStudy, *, by: int, now: datetime) -> RatingRound:
    """The next round, once the one before is closed (`round_is_open`) and there is a panel
    (`panel_too_small`)."""
    held(study.id)
    there, rounds = len(queries.judges(study.id)), queries.rounds(study.id)
    if there < LEAST_JUDGES:
        raise refuse("panel_too_small", have=there, need=LEAST_JUDGES)
    if rounds and rounds[-1].closed_at is None:
        raise refuse("round_is_open")
    made = RatingRound(study_id=study.id, number=len(rounds) + 1, opened_at=now)
    db.session.add(made)
    audit.record(
        "cut_study.round_opened", "exam", study.exam_id, by=by, now=now, study=study.id,
        number=made.number,
    )  # fmt: skip
    for judge in queries.judges(study.id):
        _tell(study, judge.person_id, made.number, now=now)
    return made


def _tell(study: CutStudy, person_id: int, number: int, *, now: datetime) -> None:
    """A mail to a judge: called (0), or that a round is open."""
    letters.write(
        "panel",
        person_id,
        key=f"panel:{study.id}:{person_id}:{number}",
        now=now,
        title=study.title,
        study_id=study.id,
        round=number,
        asks=study.method == StudyMethod.HOFSTEE,
    )


def close_round(study: CutStudy, *, by: int, now: datetime) -> None:
    """From now on this round's ratings stand; the panel sees them."""
    held(study.id)
    db.session.execute(
        sa.update(RatingRound)
        .where(RatingRound.study_id == study.id, RatingRound.closed_at.is_(None))
        .values(closed_at=now)
    )
    audit.record("cut_study.round_closed", "exam", study.exam_id, by=by, now=now, study=study.id)


def rate(
    study: CutStudy, number: int, judge: Judge, given: Mapping[int, int], *, now: datetime
) -> None:
    """Keep a judge's ratings (place → per cent) in the open round of this number
    (`round_is_closed`)."""
    held(study.id)
    current = next((one for one in queries.rounds(study.id) if one.number == number), None)
    if current is None or current.closed_at is not None:
        raise refuse("round_is_closed")
    if not given:
        return
    rows = [
        {
            "round_id": current.id,
            "judge_id": judge.id,
            "position": place,
            "percent": percent,
            "at": now,
        }
        for place, percent in given.items()
    ]
    statement = upsert(db.session.get_bind().dialect.name)(Rating).values(rows)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["round_id", "judge_id", "position"],
            set_={"percent": statement.excluded.percent, "at": statement.excluded.at},
        )
    )


def tolerate(study: CutStudy, judge: Judge, bounds: Bounds, *, now: datetime) -> None:
    """Keep what a judge finds tolerable; refuses bounds that are none."""
    held(study.id)
    flaws = bound_flaws(bounds, float(study.form.full_points))
    if flaws:
        raise Refusal(*flaws, status=422)
    values = {
        "least_cut": _exact(bounds.least_cut),
        "most_cut": _exact(bounds.most_cut),
        "least_fail": _exact(bounds.least_fail * 100),
        "most_fail": _exact(bounds.most_fail * 100),
        "at": now,
    }
    statement = upsert(db.session.get_bind().dialect.name)(TolerableBounds)
    db.session.execute(
        statement.values(judge_id=judge.id, **values).on_conflict_do_update(
            index_elements=["judge_id"], set_=values
        )
    )


def _exact(value: float) -> Fraction:
    return Fraction(str(round(value, 4)))


def group(study: CutStudy, judged: Mapping[str, bool], *, by: int, now: datetime) -> Sequence[str]:
    """Keep of which candidates (attempt's code → qualified) other evidence tells; returns the
    codes that no scored attempt of the form has, of which nothing is kept then."""
    held(study.id)
    known = queries.attempts_of(study.form_id, list(judged))
    unknown = [code for code in judged if code not in known]
    if unknown or not judged:
        return unknown
    statement = upsert(db.session.get_bind().dialect.name)(GroupJudgement).values(
        [
            {
                "study_id": study.id,
                "attempt_id": known[code],
                "is_qualified": is_qualified,
                "at": now,
                "by": by,
            }
            for code, is_qualified in judged.items()
        ]
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["study_id", "attempt_id"],
            set_={name: statement.excluded[name] for name in ("is_qualified", "at", "by")},
        )
    )
    return ()


def close(study: CutStudy, *, by: int, now: datetime) -> None:
    """End the judging and keep what it came to; an open round closes with it.

    Refuses with what the study `lacks`: a cut score must not rest on a panel that never judged.
    """
    held(study.id)
    found = outcome(study)
    _check_judged(found)
    close_round(study, by=by, now=now)
    study.outcome = found
    study.state, study.closed_at = StudyState.CLOSED, now
    audit.record("cut_study.closed", "exam", study.exam_id, by=by, now=now, study=study.id)
    jobs.enqueue("cutscores.report", {"study_id": study.id}, key=f"{study.id}:closed")


def _check_judged(found: Mapping[str, Any]) -> None:
    if missing := lacks(found):
        raise Refusal(*missing)


def drop(study: CutStudy, *, by: int, now: datetime) -> None:
    """Leave a study without a decision; it stays to be read."""
    _moved(study, StudyState.DROPPED)
    study.state = StudyState.DROPPED
    audit.record("cut_study.dropped", "exam", study.exam_id, by=by, now=now, study=study.id)


def _moved(study: CutStudy, wanted: StudyState) -> None:
    """Lock the study and check that the move is allowed."""
    check_move(MOVES, _locked(study.id).state, wanted)


def _locked(study_id: int) -> CutStudy:
    """The study as it is now, its row locked until the unit ends."""
    db.session.execute(sa.select(CutStudy.id).where(CutStudy.id == study_id).with_for_update())
    return db.session.scalars(queries.one(study_id).execution_options(populate_existing=True)).one()


def decide(
    study: CutStudy, cut: Fraction, *, reason: str, today: date, by: int, now: datetime
) -> CutScore:
    """The cut score that holds from now on for the form. Scores that were decided stay as they are.

    Refuses `cut_out_of_range`, and a study that was closed before anything was judged (see
    `lacks`); a closed study only.
    """
    _moved(study, StudyState.DECIDED)
    _check_judged(study.outcome or outcome(study))
    score = decide_cut(
        study.exam_id, study.form, cut, reason=reason, today=today, by=by, now=now,
        method=study.method.value, study_id=study.id,
    )  # fmt: skip
    study.cut_score_id, study.state = score.id, StudyState.DECIDED
    study.decided_at, study.decided_by = now, by
    jobs.enqueue("cutscores.report", {"study_id": study.id}, key=f"{study.id}:decided")
    return score
