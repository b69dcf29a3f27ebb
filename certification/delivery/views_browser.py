"""Safe Exam Browser: its configuration as a file, the page on which it proves its key to a script
where it sends no headers, and the address at which it ends."""

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery import presented, queries
from certification.delivery.models import Attempt, AttemptState
from certification.delivery.views import blueprint, exam_or_404, go
from certification.exams.browser_file import packed
from certification.exams.models import ExamPolicy
from certification.exams.queries import policy_numbered, policy_on
from lms import clock
from lms.permissions import PUBLIC, SIGNED_IN, permit
from lms.site import issuer_zone


def _open_attempt(exam_id: int) -> Attempt | None:
    attempts = queries.attempts_of(current_user.person_id, [exam_id])
    return next((one for one in attempts if one.state == AttemptState.OPEN), None)


def _policy(exam_id: int, attempt: Attempt | None) -> ExamPolicy | None:
    """Of the open attempt, which keeps the one under which it began; else today's."""
    if attempt is not None:
        return queries.attempt_by_id(attempt.id).policy
    return policy_on(exam_id, clock.today(clock.now(), issuer_zone()))


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
    policy = _policy(row[0].id, attempt)
    if policy is None or presented.fits(policy.browser_keys):
        return _onwards(code, attempt)
    if not presented.is_asked(request.args.get("once", "")):
        return go(url_for("delivery.browser_keys", code=code, once=presented.ask()))
    made = presented.file_of(code, policy)
    return render_template("delivery/browser_keys.html", code=code, browser_file=made)


@blueprint.post("/exams/<code>/browser")
@permit(SIGNED_IN)
def prove_browser(code: str) -> ResponseReturnValue:
    """On to the exam with a key that is the exam's; else what to do."""
    row, _card = exam_or_404(code)
    attempt = _open_attempt(row[0].id)
    sent = [request.form.get(name, "")[:64] for name in ("config", "exam")]
    policy = _policy(row[0].id, attempt)
    if presented.keep(code, sent, policy.browser_keys if policy else ()):
        return _onwards(code, attempt)
    page = render_template(
        "delivery/browser.html",
        check=None,
        browser_file=presented.file_of(code, policy),
        is_other=any(sent),
    )
    return page, 403


@blueprint.get("/exams/<code>/browser/<int:number>.seb")
@permit(PUBLIC)
def browser_file(code: str, number: int) -> ResponseReturnValue:
    """The configuration of a policy. Safe Exam Browser fetches it before anybody signed in."""
    row, _card = exam_or_404(code)
    policy = policy_numbered(row[0].id, number)
    if policy is None or policy.browser_settings is None:
        abort(404)
    response = Response(packed(policy.browser_settings), mimetype="application/seb")
    response.headers["Content-Disposition"] = f'attachment; filename="{code}.seb"'
    return response


@blueprint.get("/exams/<code>/browser/end")
@permit(SIGNED_IN)
def leave_browser(code: str) -> ResponseReturnValue:
    """Where Safe Exam Browser ends by itself; any other browser shows this."""
    exam_or_404(code)
    return render_template("delivery/left.html")
