"""Forms of slots, of a proctor's acts, and of adjustments."""

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.forms import Form, NameSelect
from lms.i18n import lazy as _l
from lms.i18n import zone_names

_percent = [Optional(), NumberRange(0, 300, _l("0 to 300."))]
_breaks = [Optional(), NumberRange(0, 240, _l("0 to 240."))]


class SlotForm(Form):
    """A time at which an exam is held."""

    starts = DateTimeLocalField(
        _l("Starts"), [InputRequired(_l("Enter day and time."))], format="%Y-%m-%dT%H:%M"
    )
    time_zone = SelectField(
        _l("Time zone of the place"), widget=NameSelect(),
        choices=lambda: [(name, name) for name in zone_names()],
    )  # fmt: skip
    place = StringField(_l("Place"), [InputRequired(_l("Enter the place.")), Length(max=200)])
    capacity = IntegerField(
        _l("Places"),
        [InputRequired(_l("Enter a number.")), NumberRange(1, 1000, _l("1 to 1,000."))],
    )
    proctor = StringField(_l("Proctor (e-mail address)"), [Optional(), Length(max=254)])


class SlotEndForm(Form):
    """Why a time is cancelled."""

    reason = TextAreaField(
        _l("Reason, as candidates will read it"),
        [InputRequired(_l("Say why: everybody affected reads it.")), Length(max=500)],
    )


class TimeForm(Form):
    """More time, for one candidate or for all."""

    minutes = IntegerField(
        _l("Minutes"),
        [InputRequired(_l("Enter 1 to 240.")), NumberRange(1, 240, _l("Enter 1 to 240."))],
    )
    note = StringField(_l("Why"), [InputRequired(_l("Say why.")), Length(max=500)])


class NoteForm(Form):
    """What happened, in words."""

    note = TextAreaField(
        _l("What happened"), [InputRequired(_l("Say what happened.")), Length(max=1000)]
    )


class AdjustmentForm(Form):
    """What a person gets in every exam, and why; the reason is kept apart."""

    extra_percent = IntegerField(_l("Extra time in per cent"), _percent)
    break_minutes = IntegerField(_l("Breaks in minutes, in all"), _breaks)
    has_reader = BooleanField(_l("A reader"))
    has_large_print = BooleanField(_l("Large print"))
    valid_until = DateField(_l("Valid until"), [Optional()])
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Say why.")), Length(max=2000)])
