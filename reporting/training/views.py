"""The training report: figures by course or by organisation, and the people behind each."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms import clock, paging, permissions
from lms.accounts.rules import NEEDS_ORGANISATION
from lms.i18n import gettext as _
from lms.i18n import zone_name
from lms.paging import SIZE, Page
from lms.permissions import permit
from reporting.training import files, queries, queries_rows, rules, wording
from reporting.training.forms import ReportForm
from reporting.training.queries import Name, Report, Row
from reporting.training.rules import NOBODY, Figure, Preset, Reach
from reporting.training.scope import Asked
from support.directory import queries as directory

blueprint = Blueprint("training", __name__)
BY = ("course", "organisation")
NONE = "-"
"""Typed in place of an organisation: who has none."""
FILTERS = ("programme", "course", "organisation", "region")


class Question:
    """What the address asks for: the form, and what a sound one means."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.zone = zone_name()
        self.by = next((by for by in BY if by == request.args.get("by")), BY[0])
        self.preset = self._preset()
        self.courses = _courses()
        self.form = ReportForm(self._given())
        self._offer()
        self.asked = self._asked() if self.form.validate() else None

    def _preset(self) -> Preset | None:
        if request.args.get("since") or request.args.get("until"):
            return None
        wanted = request.args.get("period", Preset.THIS_MONTH.value)
        return Preset(wanted) if wanted in list(Preset) else Preset.THIS_MONTH

    def _given(self) -> MultiDict[str, str]:
        given = MultiDict(request.args)
        if self.preset:
            period = rules.period(self.preset, clock.today(self.now, self.zone))
            given["since"], given["until"] = period.first.isoformat(), period.last.isoformat()
        return given

    def _offer(self) -> None:
        programmes = {code: name.group for name, code in self.courses}
        courses = {name.code: f"{name.title} ({name.code})" for name, _code in self.courses}
        regions = {row.code: row.title for row in directory.regions()}
        for field, values in (
            (self.form.programme, programmes),
            (self.form.course, courses),
            (self.form.region, regions),
        ):
            field.choices = [("", _("All")), *values.items()]
            field.data = field.data if field.data in values else ""

    def _asked(self) -> Asked | None:
        """None, noted beside the field, when there is no such organisation."""
        form, typed = self.form, self.form.organisation.data or ""
        reaches = _reaches("reports.see")
        organisation_id = _organisation_id(typed, reaches)
        if typed and organisation_id is None:
            form.organisation.errors = [_("There is no organisation with this code or name.")]
            return None
        if form.since.data is None or form.until.data is None:
            return None
        settings = current_app.extensions["settings"]
        return Asked(
            first=form.since.data, last=form.until.data, zone=self.zone, now=self.now,
            issuer_today=clock.today(self.now, settings.issuer_zone), reaches=reaches,
            award_reaches=_reaches("reports.awards"), programme=form.programme.data or "",
            course=form.course.data or "", organisation_id=organisation_id,
            region=form.region.data or "", scheme=request.args.get("scheme", ""),
        )  # fmt: skip

    @property
    def days(self) -> dict[str, str]:
        """The period as the address has it."""
        if self.preset:
            return {"period": self.preset.value}
        return {name: str(self.form[name].data) for name in ("since", "until")}

    @property
    def filters(self) -> dict[str, str]:
        """What the figures are narrowed to, as the address has it."""
        return {name: self.form[name].data for name in FILTERS if self.form[name].data}

    @property
    def address(self) -> dict[str, str]:
        """All of it."""
        return {"by": self.by, **self.days, **self.filters}

    def report(self, asked: Asked) -> Report:
        """The figures."""
        if self.by == "organisation":
            return queries.by_organisation(asked)
        return queries.by_course(asked, [name for name, _code in self.courses])


def _reaches(permission: str) -> rules.Reaches:
    """What the reader's grants cover. A role that means nothing without an organisation shows
    nothing without one."""
    return tuple(
        Reach(grant.organisation_id, grant.programme_code)
        for grant in permissions.granting(current_user, permission)
        if grant.organisation_id is not None or grant.role not in NEEDS_ORGANISATION
    )


def _courses() -> list[tuple[Name, str]]:
    """Courses of the programmes that the reader may see."""
    limits = {reach.programme_code for reach in _reaches("reports.see")}
    return [row for row in queries.courses() if None in limits or row[1] in limits]


def _organisation_id(typed: str, reaches: rules.Reaches) -> int | None:
    if typed == NONE:
        return NOBODY
    limits = [reach.organisation_id for reach in reaches]
    own = None if None in limits else [one for one in limits if one is not None]
    found = queries.organisation_named(typed, own) if typed else None
    return found.id if found else None


@blueprint.get("/manage/reports")
@permit("reports.see")
def index() -> ResponseReturnValue:
    """Figures of a period by course or by organisation."""
    return _report_page(Question())


def _report_page(question: Question) -> ResponseReturnValue:
    report = question.report(question.asked) if question.asked else None
    page = render_template(
        "reporting/training.html",
        question=question,
        form=question.form,
        report=report,
        page=_page(report.rows) if report else None,
        presets=wording.preset_names(),
        names=wording.figure_names(),
        Figure=Figure,
        sees_awards=current_user.may("reports.awards"),
        row_filter=_row_filter,
        definitions=wording.definitions,
        award_definitions=wording.award_definitions,
    )
    return page, 200 if report else 422


def _row_filter(row: Row, kind: str) -> Mapping[str, str]:
    """What narrows the list of people to those of a row."""
    return {kind: row.name.code or NONE}


def _page(rows: Sequence[Row]) -> Page[Row]:
    """The rows after the one that the cursor names."""
    last = paging.id_after(request.args.get("after"))
    places = {row.name.id: place for place, row in enumerate(rows)}
    if last is not None and last not in places:
        abort(404)
    first = 0 if last is None else places[last] + 1
    return paging.page_of(
        rows[first : first + SIZE + 1], size=SIZE, key=lambda row: (row.name.id,),
        is_first=last is None,
    )  # fmt: skip


@blueprint.get("/manage/reports/figures.csv")
@permit("reports.see")
def figures_file() -> ResponseReturnValue:
    """The same figures as a file, all rows."""
    question = Question()
    if question.asked is None:
        return _report_page(question)
    report = question.report(question.asked)
    response = Response(files.figures(report, question.by), mimetype="text/csv")
    return _file(response, question.by, question)


def _file(response: Response, name: str, question: Question) -> Response:
    days = f"{question.form.since.data}-{question.form.until.data}"
    response.headers["Content-Disposition"] = f'attachment; filename="training-{name}-{days}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/manage/reports/people/<figure>")
@permit("reports.see")
def people(figure: str) -> ResponseReturnValue:
    """Who is behind a figure, one page."""
    question, wanted = Question(), _figure_or_404(figure)
    if question.asked is None:
        return _report_page(question)
    page = queries_rows.lines(question.asked, wanted, request.args.get("after"), size=SIZE)
    return render_template(
        "reporting/training_people.html",
        question=question,
        figure=wanted,
        page=page,
        title=wording.figure_names()[wanted],
        address=_address(question),
        is_of_awards=wanted in rules.OF_AWARDS,
        presence_name=wording.presence_name,
        outcome_name=wording.outcome_name,
        end_name=wording.end_name,
        day_of=files.day_of,
        links_people=_sees_everybody(),
    )


def _address(question: Question) -> Mapping[str, Any]:
    scheme = request.args.get("scheme")
    return question.address | ({"scheme": scheme} if scheme else {})


def _sees_everybody() -> bool:
    """Whether each person's page opens: a manager's only while the person works for them."""
    everywhere = permissions.organisations(current_user, "people.see") is None
    return everywhere and current_user.may("people.see")


def _figure_or_404(figure: str) -> Figure:
    if figure not in list(Figure):
        abort(404)
    wanted = Figure(figure)
    if wanted in rules.OF_AWARDS and not current_user.may("reports.awards"):
        abort(404)
    return wanted


@blueprint.get("/manage/reports/people/<figure>.csv")
@permit("reports.see")
def people_file(figure: str) -> ResponseReturnValue:
    """The same list as a file, sent while it is read."""
    question, wanted = Question(), _figure_or_404(figure)
    asked = question.asked
    if asked is None:
        return _report_page(question)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    rows = files.people(
        app,
        lambda cursor: queries_rows.lines(asked, wanted, cursor, size=files.PIECE),
        question.zone,
    )
    response = Response(rows, mimetype="text/csv")
    return _file(response, wanted.value, question)
