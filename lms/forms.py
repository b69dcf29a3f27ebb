"""The base of every form: CSRF, trimmed text, and the one-time key that `lms.once` reads."""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import FieldList, FileField, FormField, PasswordField, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # old stubs
from wtforms.form import BaseForm
from wtforms.widgets import Select

from lms import wording
from lms.errors import Refusal
from lms.i18n import gettext as _


class NameSelect(Select):
    """For options whose text is their value: said once, a list of all time zones weighs half."""

    @classmethod
    def render_option(cls, choice: Any) -> Markup:  # type: ignore[override]  # old stubs
        """One option; a browser sends its text."""
        chosen = " selected" if choice.selected else ""
        return Markup(f"<option{chosen}>{escape(choice.label)}</option>")  # noqa: S704


PASSWORDS: set[str] = set()
"""The names of all password fields: what was typed there is never sent back to a page."""


class Form(FlaskForm):
    """A form whose text fields are trimmed, so that " a " and "a" are one value.

    Passwords stay as they were typed.
    """

    class Meta(FlaskForm.Meta):
        def bind_field(
            self, form: BaseForm, unbound_field: Any, options: MutableMapping[str, Any]
        ) -> Any:
            if issubclass(unbound_field.field_class, (FieldList, FormField, PasswordField)):
                return unbound_field.bind(form=form, **options)
            if issubclass(unbound_field.field_class, SelectField):
                options["choices"] = _choices(unbound_field.kwargs.get("choices"))
            filters = [*unbound_field.kwargs.get("filters", []), _trimmed]
            return unbound_field.bind(form=form, filters=filters, **options)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, field in vars(cls).items():
            if issubclass(getattr(field, "field_class", object), PasswordField):
                PASSWORDS.add(name)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the form may be carried out."""
        for field in self:
            if field.data == "":  # spaces alone, which `InputRequired` takes for something
                field.raw_data = []
        is_valid = super().validate(extra_validators)
        if not is_valid:
            _ask_for_files(self)
        return is_valid


def _ask_for_files(form: FlaskForm) -> None:
    """The page comes again, and no browser fills a file field anew."""
    for field in form:
        if isinstance(field, FileField) and not field.errors and _is_chosen(field.data):
            field.errors = [_("Choose the file again: the browser does not keep it.")]


def _is_chosen(data: object) -> bool:
    return bool(getattr(data, "filename", ""))


def _choices(given: Any) -> Any:
    """Pairs of a value and its words as WTForms takes them from 3.4 on."""
    if given is None or callable(given):
        return given
    return [SelectChoice(*one) if isinstance(one, tuple) else one for one in given]


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def accepted(form: Form, act: Callable[[], object], **fields: str) -> bool:
    """Do what the form asks for. A refusal becomes an error of the form: beside the field that
    `fields` names for its code, else above all fields. False then; answer 422, which takes back
    what was changed. What is not theirs to do (403) stays an error page.
    """
    try:
        act()
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        for reason in refusal.reasons:
            text = wording.word(reason)
            if reason.code in fields:
                field = form[fields[reason.code]]
                field.errors = [*field.errors, text]
            else:
                form.form_errors.append(text)
        _ask_for_files(form)
        return False
    return True
