"""A candidate's own assessments."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.rubrics import forms, queries, wording
from certification.rubrics import queries_assessments as found
from certification.rubrics.views_assessments import blueprint
from lms.permissions import SIGNED_IN, permit


@blueprint.get("/exams/results/<int:result_id>")
@permit(SIGNED_IN)
def own(result_id: int) -> ResponseReturnValue:
    """One's own result: what was judged, at which level, and what the assessor says."""
    row = found.own(result_id, current_user.person_id) or abort(404)
    return render_template(
        "rubrics/own.html",
        row=row,
        title=found.title_of(row.assessment.result.exam_id),
        titles=queries.titles(sorted({one.competency for one in row.rubric.criteria} - {""})),
        number=forms.number,
        wording=wording,
    )
