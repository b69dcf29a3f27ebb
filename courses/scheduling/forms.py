"""Forms of class sessions. Their previews are GET forms: looking changes nothing."""

from datetime import datetime
from typing import Any

import wtforms
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import URL, DataRequired, InputRequired, Length, NumberRange, Optional

from courses.scheduling.models import ClassSession
from courses.scheduling.rules.changes import Cancel, Change, Move, Replace, Resize
from courses.scheduling.rules.times import Slot, slot_flaws
from courses.scheduling.wording import word
from lms.forms import Form, NameSelect
from lms.i18n import lazy as _l
from lms.i18n import zone_names

MEETINGS = 20
SPARE_ROWS = 2
_seats = [InputRequired(_l("Enter a number, 0 for none.")), NumberRange(0, 5000, _l("0 to 5,000."))]


_two = DataRequired(_l("Choose at least two people."))


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in zone_names()]


class MeetingForm(wtforms.Form):
    """One dated part; a row left empty does not count."""

    day = DateField(_l("Day"), [Optional()])
    start = TimeField(_l("From"), [Optional()])
    end = TimeField(_l("To"), [Optional()])

    def slot(self) -> Slot | None:
        """The local times, when all three are there."""
        day, start, end = self.day.data, self.start.data, self.end.data
        if day is None or start is None or end is None:
            return None
        return Slot(datetime.combine(day, start), datetime.combine(day, end))

    def is_empty(self) -> bool:
        """Whether nothing was entered."""
        return not any(field.raw_data and field.raw_data[0] for field in self) and not any(
            field.data for field in self
        )

    def complete(self) -> bool:
        """Name what is missing in a row that was begun."""
        if self.is_empty():
            return True
        missing = [field for field in self if field.data is None and not field.errors]
        for field in missing:
            field.errors = [*field.errors, str(_l("Enter day, start and end."))]
        return not missing and not any(field.errors for field in self)


class ChangeForm(Form):
    """A form that says what to change."""

    def change(self) -> Change:
        """The change, once the form is valid."""
        raise NotImplementedError


class DatesForm(ChangeForm):
    """When and where."""

    time_zone = SelectField(_l("Time zone of these times"), choices=_zones, widget=NameSelect())
    meetings = FieldList(FormField(MeetingForm), _l("Meetings"), max_entries=MEETINGS)
    venue = StringField(_l("Venue"), [Length(max=200)])
    room = StringField(_l("Room"), [Length(max=120)])
    join_url = StringField(
        _l("Link to join virtually"),
        [
            Optional(),
            Length(max=500),
            URL(message=_l("Enter an address that starts with https://.")),
        ],
    )

    def prepare(self) -> None:
        """Leave empty rows for further days, so that the form needs no script."""
        filled = sum(not row.form.is_empty() for row in self.meetings)
        while len(self.meetings) < min(MEETINGS, filled + SPARE_ROWS):
            self.meetings.append_entry()

    def fill(self, session: ClassSession) -> None:
        """Show a class session's dates and place, in its own zone, as they were entered."""
        self.time_zone.data, self.venue.data = session.time_zone, session.venue
        self.room.data, self.join_url.data = session.room, session.join_url
        while len(self.meetings):
            self.meetings.pop_entry()
        for meeting in session.meetings:
            start = datetime.fromisoformat(meeting.local_start)
            end = datetime.fromisoformat(meeting.local_end)
            self.meetings.append_entry(
                {"day": start.date(), "start": start.time(), "end": end.time()}
            )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each row complete, each time once on that night."""
        fine = super().validate(extra_validators)
        rows = [row.form for row in self.meetings if not row.form.is_empty()]
        checked = [row.complete() and self._is_one_time(row) for row in rows]
        if not rows:
            self.form_errors.append(str(_l("Enter at least one meeting.")))
        self.meetings.errors = [row.form.errors for row in self.meetings if row.form.errors]
        return fine and bool(rows) and all(checked)

    def _is_one_time(self, row: MeetingForm) -> bool:
        slot = row.slot()
        flaws = slot_flaws(slot, self.time_zone.data) if slot else []
        row.start.errors = [*row.start.errors, *[word(flaw) for flaw in flaws]]
        return not flaws

    def change(self) -> Move:
        """The new dates and place."""
        slots = [slot for row in self.meetings if (slot := row.form.slot())]
        return Move(
            tuple(slots),
            self.time_zone.data,
            self.venue.data or "",
            self.room.data or "",
            self.join_url.data or "",
        )


class CreateForm(DatesForm):
    """A new class session."""

    course = SelectField(_l("Course"))
    delivery_format = SelectField(_l("Delivery"))
    language = SelectField(_l("Language"))
    trainer = SelectField(_l("Trainer"), coerce=int)
    room_capacity = IntegerField(_l("Seats in the room"), _seats, default=0)
    virtual_capacity = IntegerField(_l("Virtual seats"), _seats, default=0)


class CapacityForm(ChangeForm):
    """Other capacities."""

    room = IntegerField(_l("Seats in the room"), _seats)
    virtual = IntegerField(_l("Virtual seats"), _seats)

    def change(self) -> Resize:
        """The new capacities."""
        return Resize(self.room.data or 0, self.virtual.data or 0)


class TrainerForm(ChangeForm):
    """Another trainer."""

    trainer = SelectField(_l("New trainer"), coerce=int)

    def change(self) -> Replace:
        """The new trainer."""
        return Replace(self.trainer.data)


class CancellationForm(ChangeForm):
    """Why it does not take place."""

    reason = TextAreaField(
        _l("Reason, as learners will read it"),
        [DataRequired(_l("Say why: everybody affected reads it.")), Length(max=500)],
    )

    def change(self) -> Cancel:
        """The cancellation."""
        return Cancel(self.reason.data or "")


class GroupForm(Form):
    """Who is to be enrolled together: ticked, or for who may enrol anybody, by address."""

    people = SelectMultipleField(_l("Your people"), [_two])
    addresses = TextAreaField(_l("E-mail addresses"), [_two, Length(max=20_000)])
    kind = RadioField(_l("Kind of seat"), default="either")


class ReasonForm(Form):
    """Why a recorded completion is taken back."""

    reason = TextAreaField(
        _l("Reason"), [DataRequired(_l("Say why: the learner reads it.")), Length(max=500)]
    )


class FiltersForm(wtforms.Form):
    """The list's filters, in the address."""

    programme = SelectField(_l("Programme"))
    course = SelectField(_l("Course"))
    mode = SelectField(_l("Delivery mode"))
    language = SelectField(_l("Language"))
    region = SelectField(_l("Region"))
    free = BooleanField(_l("With free seats"))


class NarrowingForm(wtforms.Form):
    """The filters of the administrators' list."""

    programme = SelectField(_l("Programme"))
    region = SelectField(_l("Region"))
