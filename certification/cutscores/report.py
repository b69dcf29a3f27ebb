"""What a study's pages and its report show: plots and tables of the outcome."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from certification.cutscores import outcomes, queries, wording
from certification.cutscores.models import CutStudy, StudyState
from certification.papers.models import CutScore
from certification.statistics.shown import number, why
from courses.catalog.models import CourseVersion, VersionState
from lms import site
from lms.accounts.models import Person
from lms.charts import Plot, curves, histogram
from lms.db import db
from lms.i18n import gettext as _
from lms.i18n import language


def values(study_id: int) -> dict[str, Any]:
    """Everything that the report's template names, read once."""
    study = queries.by_id(study_id)
    if study is None:
        raise LookupError(study_id)
    found = study.outcome or outcomes.outcome(study)
    return {
        "study": study,
        "exam_title": exam_title(study),
        "outcome": found,
        "plots": plots(found),
        "judges": queries.judges(study.id),
        "titles": item_titles(study),
        "decision": decision(study),
        "method_name": wording.method_name,
        "why": why,
        "number": number,
        "issuer": site.current().name,
        "lang": language(),
    }


def exam_title(study: CutStudy) -> str:
    """The exam's name in the catalogue."""
    return db.session.scalars(
        sa.select(CourseVersion.title).where(
            CourseVersion.course_id == study.exam.course_id,
            CourseVersion.state == VersionState.PUBLISHED,
        )
    ).one()


def item_titles(study: CutStudy) -> dict[int, str]:
    """Place → the item's beginning."""
    return {place: version.title for place, version, _c in queries.rated_items(study.form_id)}


def decision(study: CutStudy) -> tuple[CutScore, str] | None:
    """The decision that was made, and who made it."""
    if study.state != StudyState.DECIDED:
        return None
    score = db.session.get_one(CutScore, study.cut_score_id)
    person = db.session.get(Person, score.by) if score.by else None
    return score, person.name if person else ""


def plots(outcome: Mapping[str, Any]) -> list[tuple[Plot, str, str, str]]:
    """(plot, title, in words, what the bottom axis counts) of an outcome."""
    method = {"angoff": _rounds, "hofstee": _crossing, "contrasting": _groups}
    found = method[outcome["method"]](outcome)
    return [found] if found else []


def _axis(full: float) -> list[tuple[float, str]]:
    return [(full * share / 4, f"{full * share / 4:g}") for share in range(5)]


def _rounds(outcome: Mapping[str, Any]) -> tuple[Plot, str, str, str] | None:
    rounds = [one for one in outcome["rounds"] if not one["why"]]
    if not rounds:
        return None
    names = [judge["name"] for judge in rounds[-1]["judges"]]
    series = [(name, _cuts(rounds, name)) for name in names[:5]]
    mean = [(float(one["number"]), one["cut"]) for one in rounds]
    last = max(rounds[-1]["number"], 2)
    across = [(float(n), _("round %(number)s", number=n)) for n in range(1, last + 1)]
    plot = curves([(_("panel"), mean), *series], across, outcome["full"])
    text = _(
        "The panel's cut is %(cut)s of %(full)s points; its standard error went from %(first)s to "
        "%(last)s.",
        cut=f"{rounds[-1]['cut']:.2f}",
        full=f"{outcome['full']:g}",
        first=f"{rounds[0]['error']:.2f}",
        last=f"{rounds[-1]['error']:.2f}",
    )
    return plot, _("Cuts of the judges by round"), text, _("round")


def _cuts(rounds: list[Mapping[str, Any]], name: str) -> list[tuple[float, float]]:
    return [
        (float(one["number"]), judge["cut"])
        for one in rounds
        for judge in one["judges"]
        if judge["name"] == name
    ]


def _crossing(outcome: Mapping[str, Any]) -> tuple[Plot, str, str, str] | None:
    if "curve" not in outcome:
        return None
    curve = [(cut, fail) for cut, fail in outcome["curve"]]
    series = [(_("would fail"), curve)]
    text = _("No crossing of the fail curve with the panel's line.")
    if "line" in outcome:
        series.append((_("tolerated by the panel"), [(x, y) for x, y in outcome["line"]]))
        text = _(
            "They cross at a cut of %(cut)s points, where %(fail)s %% would fail.",
            cut=f"{outcome['cut']:.2f}",
            fail=f"{100 * outcome['fail']:.1f}",
        )
    plot = curves(series, _axis(outcome["full"]))
    return plot, _("Fail rate by cut score"), text, _("cut in raw points")


def _groups(outcome: Mapping[str, Any]) -> tuple[Plot, str, str, str] | None:
    qualified, others = outcome["scores"]
    if not qualified and not others:
        return None
    counts = [(score, 1) for score in [*qualified, *others]]
    cut = outcome["cut"]
    marks = [(cut, _("cut %(cut)s", cut=f"{cut:.1f}"))] if cut is not None else []
    plot = histogram(counts, 0.0, outcome["full"], marks)
    text = _(
        "%(qualified)s qualified and %(others)s unqualified candidates.",
        qualified=len(qualified),
        others=len(others),
    )
    return plot, _("Scores of both groups"), text, _("raw points")
