"""The page on which Safe Exam Browser proves its key to a script, where it sends no headers."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery import presented, queries
from certification.delivery.models import Attempt, AttemptState
from certification.delivery.views import blueprint, exam_or_404, go
from certification.exams.queries import policy_on
from lms import clock
from lms.permissions import SIGNED_IN, permit
from lms.site import issuer_zone


def _open_attempt(exam_id: int) -> Attempt | None:
    attempts = queries.attempts_of(current_user.person_id, [exam_id])
    return next((one for one in attempts if one.state == AttemptState.OPEN), None)


def _keys(exam_id: int, attempt: Attempt | None) -> Sequence[Any]:
    """Of the open attempt, which keeps the policy under which it began; else of today's policy."""
    if attempt is not None:
        found = queries.attempt_by_code(attempt.code)
        return found.policy.browser_keys if found else ()
    policy = policy_on(exam_id, clock.today(clock.now(), issuer_zone()))
    return policy.browser_keys if policy else ()


def _onwards(code: str, attempt: Attempt | None) -> ResponseReturnValue:
    if attempt is not None:
        return go(url_for("attempts.page", code=attempt.code))
    return go(url_for("delivery.exam", code=code))


@blueprint.get("/exams/<code>/browser")
@permit(SIGNED_IN)
def browser_keys(code: str) -> ResponseReturnValue:
    """At an address of its own for each proof."""
    row, _card = exam_or_404(code)
    attempt = _open_attempt(row[0].id)
    if presented.fits(_keys(row[0].id, attempt)):
        return _onwards(code, attempt)
    if not presented.is_asked(request.args.get("once", "")):
        return go(url_for("delivery.browser_keys", code=code, once=presented.ask()))
    return render_template("delivery/browser_keys.html", code=code)


@blueprint.post("/exams/<code>/browser")
@permit(SIGNED_IN)
def prove_browser(code: str) -> ResponseReturnValue:
    """On to the exam with a key that is the exam's; else what to do."""
    row, _card = exam_or_404(code)
    attempt = _open_attempt(row[0].id)
    sent = [request.form.get(name, "")[:64] for name in ("config", "exam")]
    if presented.keep(code, sent, _keys(row[0].id, attempt)):
        return _onwards(code, attempt)
    return render_template("delivery/browser.html", check=None, is_other=any(sent)), 403
