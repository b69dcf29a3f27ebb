"""The base of every form: CSRF, trimmed text, and the one-time key that `lms.once` reads."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field


class Form(FlaskForm):
    """A form whose text fields are trimmed, so that " a " and "a" are one value."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = list(unbound_field.kwargs.get("filters", []))
            filters.append(_trimmed)
            bound: Field = unbound_field.bind(form=form, filters=filters, **options)
            return bound


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
