"""Certifications: what they take, who holds them, their rules, revocation."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.awards import actions, doubts, forms, queries, rules, schemes, wording
from certification.awards.models import Scheme, SchemeVersion
from certification.awards.progress import Progress, progress_of
from certification.awards.rules import Facts, Status
from lms import clock, paging, permissions, slots
from lms import wording as words
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import PUBLIC, permit
from lms.reasons import Reason

blueprint = Blueprint("awards", __name__)
FIELDS = {"version_in_the_past": "effective_from"}
"""Where a refusal is shown."""


def today() -> date:
    """The day in the issuer's zone."""
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)


def _limits(permission: str) -> list[str] | None:
    found = permissions.programmes(current_user, permission)
    return None if found is None else list(found)


def _scheme(code: str, permission: str) -> Scheme:
    found = queries.scheme_by_code(code, _limits(permission))
    if found is None:
        abort(404)
    return found


@blueprint.get("/certifications", endpoint="schemes")
@permit(PUBLIC)
def all_schemes() -> ResponseReturnValue:
    """Every certification, and how far the reader is."""
    progress = {}
    if current_user.is_authenticated:
        progress = {p.version.scheme_id: p for p in progress_of(current_user.person_id, today())}
    return render_template(
        "awards/schemes.html",
        versions=queries.versions_on(today()),
        progress=progress,
        status_text=wording.status_text,
    )


@blueprint.get("/certifications/<code>")
@permit(PUBLIC)
def scheme(code: str) -> ResponseReturnValue:
    """What a certification takes, and why the reader does not hold it yet."""
    version = next((v for v in queries.versions_on(today()) if v.scheme.code == code), None)
    if version is None:
        abort(404)
    names = queries.names_of_requirements()
    mine = None
    if current_user.is_authenticated:
        mine = next(
            p
            for p in progress_of(current_user.person_id, today())
            if p.version.scheme_id == version.scheme_id
        )
    assessment = mine.assessment if mine else rules.assess(version.rule, Facts())
    return render_template(
        "awards/scheme.html",
        version=version,
        mine=mine,
        status_text=wording.status_text,
        rows=[_row(need, names, mine is not None) for need in assessment.needs],
        renewal=_renewal(mine, names),
    )


def _renewal(mine: Progress | None, names: dict[Any, Any]) -> list[tuple[Any, ...]]:
    """What a holder's next cycle needs; nothing when there will be none."""
    if mine is None or mine.status is not Status.VALID or not mine.renews:
        return []
    return [_row(need, names, True) for need in mine.ahead.needs]


def _row(need: rules.Need, names: dict[Any, Any], personal: bool) -> tuple[Any, ...]:
    title, href = names.get((need.kind, need.code), (need.code, None))
    note = wording.reason_text(need, title) if personal or need.kind != "course" else ""
    return need.is_met, title, note, href, _("Open")


@blueprint.get("/manage/certifications")
@permit("certification.see")
def manage() -> ResponseReturnValue:
    """The schemes that one manages, and awards whose facts changed."""
    limits = _limits("certification.see")
    shown = [
        s
        for s in queries.schemes()
        if limits is None or queries.scheme_by_code(s.code, limits) is not None
    ]
    rows = [(s, schemes.versions_of(s)) for s in shown]
    return render_template("awards/manage.html", rows=rows, doubtful=doubts.doubtful(limits))


@blueprint.get("/manage/certifications/<code>")
@permit("certification.see")
def manage_scheme(code: str) -> ResponseReturnValue:
    """A scheme: its versions and the people who hold it."""
    found = _scheme(code, "certification.see")
    cursor, wanted = request.args.get("after"), request.args.get("status", "")
    if wanted and wanted not in set(Status):
        abort(404)
    status = Status(wanted) if wanted else None
    page = queries.certified(
        found.id, today(), status=status, cursor=paging.decode(cursor, (int,)) if cursor else None
    )
    return render_template(
        "awards/manage_scheme.html",
        scheme=found,
        versions=schemes.versions_of(found),
        page=page,
        status=wanted,
        day=today(),
        status_of=queries.status_of,
        status_text=wording.status_text,
        names=queries.names_of_requirements(),
        leaves=rules.leaves,
    )


@blueprint.post("/manage/certifications/<code>/draft")
@permit("certification.edit")
def start_draft(code: str) -> ResponseReturnValue:
    """Begin the next version."""
    schemes.start_draft(
        _scheme(code, "certification.edit"), by=current_user.person_id, now=clock.now()
    )
    return redirect(url_for("awards.edit_draft", code=code), 303)


def _draft(found: Scheme) -> SchemeVersion:
    draft = schemes.draft_of(found)
    if draft is None:
        abort(404)
    return draft


@blueprint.route("/manage/certifications/<code>/draft/edit", methods=["GET", "POST"])
@permit("certification.edit")
def edit_draft(code: str) -> ResponseReturnValue:
    """Edit the next version: requirements, term, the certificate's words."""
    found = _scheme(code, "certification.edit")
    draft = _draft(found)
    form = forms.VersionForm(
        data={
            "term_months": draft.term_months,
            "effective_from": draft.effective_from,
            "requirements": schemes.written(draft.rule),
            **draft.wording,
        }
    )
    if request.method == "POST" and form.validate():
        rule, flaws = schemes.parse(form.requirements.data or "")
        form.requirements.errors = [
            words.word(Reason(flaw, {"line": line})) for line, flaw in flaws
        ]
        if not flaws and accepted(form, lambda: _save(found, rule, form), **FIELDS):
            return redirect(url_for("awards.preview", code=code), 303)
    page = render_template(
        "awards/edit.html",
        scheme=found,
        draft=draft,
        form=form,
        names=queries.names_of_requirements(),
    )
    return page, 422 if form.errors else 200


def _save(found: Scheme, rule: list[dict[str, Any]], form: forms.VersionForm) -> None:
    texts = {
        name: form[name].data or ""
        for name in ("title", "statement", "signatory_name", "signatory_role", "page_format")
    }
    content = schemes.Draft(
        form.term_months.data,
        form.effective_from.data or today(),
        {"all_of": rule},
        {"kind": "Certification", **texts},
    )
    schemes.save_draft(
        found,
        content,
        revision=request.form.get("revision", 0, int),
        by=current_user.person_id,
        now=clock.now(),
    )


@blueprint.route("/manage/certifications/<code>/draft/preview", methods=["GET", "POST"])
@permit("certification.edit")
def preview(code: str) -> ResponseReturnValue:
    """The dry run: every person whom the new version would affect, then publication."""
    found = _scheme(code, "certification.edit")
    draft = _draft(found)
    if request.method == "POST":
        schemes.publish(
            found,
            revision=request.form.get("revision", 0, int),
            by=current_user.person_id,
            now=clock.now(),
        )
        flash(_("Version %(number)s is published.", number=draft.number))
        return redirect(url_for("awards.manage_scheme", code=code), 303)
    rows = schemes.dry_run(found, draft, max(today(), draft.effective_from))
    return render_template(
        "awards/preview.html",
        scheme=found,
        draft=draft,
        written=schemes.written(draft.rule),
        people=[(row.person.name, wording.effect_text(row.effect, row.missing)) for row in rows],
    )


@blueprint.get("/manage/awards/<int:award_id>")
@permit("certification.see")
def award(award_id: int) -> ResponseReturnValue:
    """An award: by which facts, since when, until when, its certificates."""
    row = queries.award_by_id(award_id, _limits("certification.see"))
    if row is None:
        abort(404)
    return render_template("awards/award.html", form=None, **_award_values(row))


def _award_values(row: Any) -> dict[str, Any]:
    award, person, its_scheme, version, revocation, suspension = row
    revoked_on = revocation.revoked_on if revocation else None
    return {
        "award": award,
        "person": person,
        "scheme": its_scheme,
        "version": version,
        "requirements": [_dated(need) for need in award.facts.get("requirements", [])],
        "revocation": revocation,
        "suspension": suspension,
        "status": queries.status_of(
            award, revoked_on, today(), is_suspended=suspension is not None
        ),
        "status_text": wording.status_text,
        "certificates": slots.ask("award.certificates", [], award_id=award.id, day=today()),
    }


def _dated(need: dict[str, Any]) -> dict[str, Any]:
    """A frozen requirement, its day as a day again."""
    return {**need, "on": date.fromisoformat(need["on"]) if need["on"] else None}


@blueprint.route("/manage/awards/<int:award_id>/revocation", methods=["GET", "POST"])
@permit("certification.revoke")
def revoke(award_id: int) -> ResponseReturnValue:
    """Withdraw an award: says what follows, asks for the name, acts once."""
    row = queries.award_by_id(award_id, _limits("certification.revoke"))
    if row is None:
        abort(404)
    form = forms.RevokeForm()
    if request.method == "POST" and form.validate():
        if (form.name.data or "").casefold() != row[1].name.casefold():
            form.name.errors = [_("This is not the holder's name. Nothing was revoked.")]
        else:
            actions.revoke(
                row[0],
                public_reason=form.public_reason.data or "",
                internal_note=form.internal_note.data or "",
                today=today(),
                by=current_user.person_id,
                now=clock.now(),
            )
            flash(_("The award is revoked. Its certificates say so from now on."))
            return redirect(url_for("awards.award", award_id=award_id), 303)
    page = render_template("awards/revoke.html", form=form, **_award_values(row))
    return page, 422 if form.errors else 200
