"""The filters of lists of class sessions, as forms whose state is the address."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import request, url_for
from wtforms import SelectField

from courses.scheduling.forms import FiltersForm
from courses.scheduling.queries import sessions
from courses.scheduling.rules import regions
from courses.scheduling.rules.regions import Centre
from lms import slots
from lms.i18n import gettext as _
from lms.i18n import language_name


def centres() -> tuple[Centre, ...]:
    """The regions that the support directory knows, by their centres."""
    return tuple(Centre(*row) for row in slots.ask("scheduling.regions", ()))


def zones(region: str) -> tuple[str, ...] | None:
    """The zones of a region, for the query; None: wherever it is."""
    return regions.zones_of(region, centres()) if region else None


def offer(select: SelectField, values: Mapping[str, str]) -> None:
    """Let a filter have these values or none; a value that is not among them counts as none."""
    select.choices = [("", _("Any")), *values.items()]
    select.data = select.data if select.data in values else ""


def filters_form(found: sessions.Choices) -> FiltersForm:
    """The filters with the values that occur; a value that does not occur counts as none."""
    form = FiltersForm(request.args)
    for select, values in (
        (form.programme, found.programmes),
        (form.course, found.courses),
        (form.mode, found.modes),
        (form.language, {tag: language_name(tag) for tag in found.languages}),
        (form.region, {centre.code: centre.title for centre in centres()}),
    ):
        offer(select, values)
    return form


def filters_of(form: FiltersForm) -> sessions.Filters:
    """The filters as the query takes them."""
    return sessions.Filters(
        form.course.data,
        form.programme.data,
        form.mode.data,
        form.language.data,
        form.free.data,
        zones(form.region.data),
    )


def chosen(form: FiltersForm) -> dict[str, str]:
    """The filters in use, as arguments of the address."""
    values = {name: value for name, value in form.data.items() if value}
    return {name: "1" if value is True else str(value) for name, value in values.items()}


def chips(form: FiltersForm) -> list[tuple[str, str]]:
    """Each filter in use: the address without it, and its words."""
    args = chosen(form)
    found = []
    for name in args:
        others = {key: value for key, value in args.items() if key != name}
        select = form[name]
        words = dict(getattr(select, "choices", ())).get(args[name], select.label.text)
        href = f"{url_for('scheduling.index')}?{urlencode(others)}"
        found.append((href, str(words)))
    return found
