"""What a study comes to, as the JSON that is kept when it is closed.

{method, full, people, cut: raw points or null, why: reason or null, …}
angoff:       rounds: [{number, cut, error, spread, judges: [{name, cut, severity, with_panel,
              with_difficulty}], items: [{place, mean, spread, lowest, highest}], incomplete,
              why}]
hofstee:      line: [[x, y], [x, y]], curve: [[cut, fail], …], fail, judges
contrasting:  midpoint, logistic, false_passes, false_fails, sizes, scores
passing:      share of the first attempts that reach the cut, or null
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from certification.cutscores import queries
from certification.cutscores.contrast import contrasting_groups
from certification.cutscores.models import CutStudy, Judge, StudyMethod
from certification.cutscores.rules import LEAST_JUDGES, Angoff, angoff, fail_curve, hofstee
from certification.statistics import queries as statistics
from lms.reasons import Reason

NOT_JUDGED = frozenset({"no_round_yet", "too_few_judges", "no_scores_yet", "group_too_small"})
"""Reasons for no cut that more judging or more results mend. With the others the panel has judged
and no cut came of it: that is an outcome, on which a person decides."""


def lacks(outcome: Mapping[str, Any]) -> list[Reason]:
    """What a study needs before its judging can end or anything be decided on it."""
    if outcome["cut"] is not None:
        return []
    # Outcomes kept in earlier days do not name a round that never was.
    why = outcome["why"] or {"why": "no_round_yet", "values": {}}
    found = [Reason(why["why"], dict(why["values"]))] if why["why"] in NOT_JUDGED else []
    there = outcome.get("judges", LEAST_JUDGES)
    if why["why"] == "no_scores_yet" and there < LEAST_JUDGES:
        found.append(Reason("too_few_judges", {"have": there, "need": LEAST_JUDGES}))
    return found


def outcome(study: CutStudy) -> dict[str, Any]:
    """The outcome as it stands now."""
    scores = queries.first_scores(study.form_id)
    full = float(study.form.full_points)
    found = {
        StudyMethod.ANGOFF: _angoff,
        StudyMethod.HOFSTEE: _hofstee,
        StudyMethod.CONTRASTING: _contrasting,
    }[study.method](study, full, scores)
    cut = found["cut"]
    reached = [score for score in scores if cut is not None and score >= cut]
    return {
        "method": study.method.value,
        "full": full,
        "people": len(scores),
        "passing": len(reached) / len(scores) if scores and cut is not None else None,
        **found,
    }


def _why(reason: Reason) -> dict[str, Any]:
    return {"cut": None, "why": {"why": reason.code, "values": reason.values}}


def named(judges: Sequence[Judge]) -> dict[int, str]:
    """What judges are called in a report: their names stay with the panel's list."""
    return {judge.id: f"J{number}" for number, judge in enumerate(judges, 1)}


def difficulties(study: CutStudy) -> dict[str, float]:
    """Observed p-values by place, where the newest statistics know them."""
    run = statistics.newest(study.exam_id)
    report = run.report if run and run.report else {"forms": {}, "asked": []}
    form = report["forms"].get(study.form.code, {"items": []})
    known = {report["asked"][row["place"]]["version_id"]: row["p"] for row in form["items"]}
    return {
        str(place): p
        for place, version, _content in queries.rated_items(study.form_id)
        if isinstance(p := known.get(version.id), float)
    }


def _angoff(study: CutStudy, full: float, scores: Sequence[float]) -> dict[str, Any]:
    del full, scores
    names = named(queries.judges(study.id))
    points = {
        str(place): float(content.scoring.points)
        for place, _version, content in queries.rated_items(study.form_id)
    }
    given, observed = queries.ratings(study.id), difficulties(study)
    rounds = [
        _round(one.number, given.get(one.id, {}), names, points, observed)
        for one in queries.rounds(study.id)
    ]
    # A round that is still open, or that nobody finished, leaves the one before standing.
    last = next((one for one in reversed(rounds) if not one["why"]), None)
    if last:
        return {"cut": last["cut"], "why": None, "rounds": rounds}
    why = rounds[-1]["why"] if rounds else _why(Reason("no_round_yet"))["why"]
    return {"cut": None, "why": why, "rounds": rounds}


def _round(
    number: int,
    given: Mapping[int, Mapping[int, int]],
    names: Mapping[int, str],
    points: Mapping[str, float],
    observed: Mapping[str, float],
) -> dict[str, Any]:
    ratings = {
        name: {str(place): percent / 100 for place, percent in given.get(judge_id, {}).items()}
        for judge_id, name in names.items()
    }
    found = angoff(ratings, points, observed)
    if isinstance(found, Reason):
        return {"number": number, **_why(found)}
    return {"number": number, "why": None, **_plain(found)}


def _plain(found: Angoff) -> dict[str, Any]:
    data = asdict(found)
    for item in data["items"]:
        item["place"] = int(item.pop("item"))
    return data


def _hofstee(study: CutStudy, full: float, scores: Sequence[float]) -> dict[str, Any]:
    bounds = [queries.as_bounds(row) for row in queries.bounds(study.id).values()]
    if not scores:
        return {**_why(Reason("no_scores_yet")), "judges": len(bounds)}
    curve = fail_curve(scores, full)
    found = hofstee(bounds, curve)
    data: dict[str, Any] = {"curve": [list(point) for point in curve], "judges": len(bounds)}
    if isinstance(found, Reason):
        return {**_why(found), **data}
    line = [
        [found.bounds.least_cut, found.bounds.most_fail],
        [found.bounds.most_cut, found.bounds.least_fail],
    ]
    return {"cut": found.cut, "why": None, "fail": found.fail, "line": line, **data}


def _contrasting(study: CutStudy, full: float, scores: Sequence[float]) -> dict[str, Any]:
    del full, scores
    judged = queries.groups(study.id)
    qualified = [score for _code, is_qualified, score in judged if is_qualified]
    others = [score for _code, is_qualified, score in judged if not is_qualified]
    data = {"sizes": [len(qualified), len(others)], "scores": [qualified, others]}
    found = contrasting_groups(qualified, others)
    if isinstance(found, Reason):
        return {**_why(found), **data}
    return {"cut": found.logistic, "why": None, **data, **asdict(found)}
