"""The base of every form: CSRF, trimmed text, and the one-time key that `lms.once` reads."""

from collections.abc import MutableMapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, PasswordField
from wtforms.form import BaseForm


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
            filters = [*unbound_field.kwargs.get("filters", []), _trimmed]
            return unbound_field.bind(form=form, filters=filters, **options)


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
