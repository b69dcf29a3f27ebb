"""An exam's policy: the versions, and the editor of the next one."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import actions_policy, browser_file, queries
from certification.exams.access import exam_seen
from certification.exams.forms_policy import PolicyForm, words
from certification.exams.models import ExamPolicy
from certification.exams.views import blueprint
from certification.items import markup
from certification.items.content import LANGUAGES
from lms import clock, paging
from lms.db import release
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit

LONGEST_RULES = 20_000


@blueprint.get("/manage/exams/<code>/policy")
@permit("items.see")
def policy(code: str) -> ResponseReturnValue:
    """The policies, and what the next one would begin with."""
    exam = exam_seen(code, "items.see")
    newest = queries.newest_policy(exam.Exam.id)
    return _page(exam, PolicyForm(formdata=None, data=_data(newest)), newest, None)


def _data(row: ExamPolicy | None) -> dict[str, Any]:
    """The form's fields of a policy, or of a plain beginning."""
    if row is None:
        return {
            "minutes": 60, "grace_seconds": 10, "languages": "en", "scale_bottom": 0,
            "moderation_gap": 1, "waits": "1, 14", "window_days": 365, "appeal_days": 30,
        }  # fmt: skip
    names = (
        "minutes", "grace_seconds", "booking", "form_choice", "is_proctored", "scale_bottom",
        "is_double_marked", "moderation_gap", "appeal_days",
    )  # fmt: skip
    retakes = row.retakes
    return {
        **{name: getattr(row, name) for name in names},
        "languages": ", ".join(row.languages),
        "browser_keys": "\n".join(key for key in row.browser_keys if key != own_key(row)),
        "has_browser_file": row.browser_settings is not None,
        "waits": ", ".join(str(one) for one in retakes.get("waits", [])),
        **{name: retakes.get(name) for name in ("most", "window_days", "after_pass_days")},
        "reset_on_new_version": retakes.get("reset_on_new_version", False),
    }


def own_key(row: ExamPolicy) -> str | None:
    """The Config Key of the file that is made here."""
    return browser_file.config_key(row.browser_settings) if row.browser_settings else None


def _quit_hash(form: PolicyForm, newest: ExamPolicy | None) -> str:
    """The digest of the password that was typed; of the one before when none was, nor taken
    away."""
    if form.quit_password.data:
        return browser_file.quit_hash(form.quit_password.data)
    return "" if form.drops_quit_password.data else quit_hash_of(newest)


def quit_hash_of(row: ExamPolicy | None) -> str:
    """The digest of a policy's quit password; empty for none."""
    settings = row.browser_settings if row else None
    return str(settings.get(browser_file.QUIT_PASSWORD, "")) if settings else ""


def _browser(code: str, quit_hash: str) -> dict[str, Any]:
    """What Safe Exam Browser may open for an exam: its pages, attempts, and the sign-in."""
    base = current_app.extensions["settings"].public_url
    start = url_for("delivery.exam", code=code)
    attempts = url_for("attempts.page", code="*").replace("%2A", "*")
    return browser_file.settings(
        base + start,
        base + url_for("delivery.leave_browser", code=code),
        [start, f"{start}/*", attempts, url_for("accounts.sign_in")],
        quit_hash,
    )


def _page(
    exam: Any,
    form: PolicyForm,
    newest: ExamPolicy | None,
    typed: dict[str, str] | None,
    *,
    previewed: bool = False,
) -> str:
    after = paging.id_after(request.args.get("after"))
    asked = words(form.languages.data)
    tags = [tag for tag in LANGUAGES if tag in asked or tag == "en"]
    return render_template(
        "exams/policy.html",
        exam=exam,
        form=form,
        newest=newest,
        own_key=own_key(newest) if newest else None,
        has_quit_password=bool(quit_hash_of(newest)),
        page=queries.policies(exam.Exam.id, after),
        today=_today(),
        rendered=lambda text: markup.html(text, "{}".format),
        tags=tags,
        rules=typed if typed is not None else dict(newest.rules if newest else {}),
        previews=[tag for tag in LANGUAGES if tag in asked] if previewed else [],
    )


def _today() -> Any:
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)


@blueprint.post("/manage/exams/<code>/policy")
@permit("certification.edit")
def save_policy(code: str) -> ResponseReturnValue:
    """Keep the next version."""
    exam, form, typed = exam_seen(code, "certification.edit"), PolicyForm(), _typed()
    newest = queries.newest_policy(exam.Exam.id)
    if form.validate() and accepted(
        form,
        lambda: actions_policy.save(
            exam.Exam,
            form.values(typed, _browser(code, _quit_hash(form, newest))),
            effective_from=form.effective_from.data or _today(),
            seen=request.form.get("seen", 0, int),
            today=_today(),
            by=current_user.person_id,
            now=clock.now(),
        ),
        policy_in_the_past="effective_from",
        policy_before_the_newest="effective_from",
        rules_missing="languages",
        scale_bottom_too_high="scale_bottom",
    ):
        flash(_("The policy is saved. Attempts that have begun keep the one before."))
        return redirect(url_for("exams.policy", code=code), 303)
    return _page(exam, form, newest, typed), 422


def _typed() -> dict[str, str]:
    """The rules as they were sent, by language."""
    return {
        tag: request.form.get(f"rules_{tag}", "").replace("\r\n", "\n").strip()[:LONGEST_RULES]
        for tag in LANGUAGES
    }


@blueprint.post("/manage/exams/<code>/policy/preview")
@permit("certification.edit")
def preview_policy(code: str) -> ResponseReturnValue:
    """The rules as a candidate would read them beside what was typed; nothing is kept, and what
    is not finished yet is no error. It may come again with the same key."""
    release()
    exam, form = exam_seen(code, "certification.edit"), PolicyForm()
    return _page(exam, form, queries.newest_policy(exam.Exam.id), _typed(), previewed=True)
