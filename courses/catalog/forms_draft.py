"""The form of a draft: fields, and a table of modules that grows without a script."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DecimalField,
    Field,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from courses.catalog import queries
from courses.catalog.actions import Content
from courses.catalog.models import Course
from courses.catalog.snapshot import catalog
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import is_language, listed
from lms.i18n import lazy as _l

MOST_MODULES = 60
LONGEST_LINE = 200
SPARE_ROWS = 3
MORE_ROWS = 10


class DraftForm(Form):
    """A draft of a course version."""

    title = StringField(_l("Title"), [InputRequired(_l("Enter the title.")), Length(max=200)])
    summary = StringField(_l("Summary"), [InputRequired(_l("Enter a summary.")), Length(max=1000)])
    description = TextAreaField(_l("Description"), [Optional(), Length(max=8000)])
    audience = TextAreaField(_l("For whom"), [Optional(), Length(max=2000)])
    outcomes = TextAreaField(
        _l("Afterwards you can (one per line)"), [Optional(), Length(max=4000)]
    )
    hours = DecimalField(
        _l("Hours"),
        [Optional(), NumberRange(0.1, 1000, _l("Between 0.1 and 1,000 hours."))],
        places=None,
    )
    length_note = StringField(_l("Or a note instead of hours"), [Optional(), Length(max=200)])
    languages = StringField(
        _l("Languages (codes, separated by commas)"),
        [
            InputRequired(_l("Name at least one language, such as en.")),
            Length(max=200),
            Regexp(
                r"^[a-z]{2,3}(-[A-Za-z]{2,4})?(\s*,\s*[a-z]{2,3}(-[A-Za-z]{2,4})?)*$",
                message=_l("Codes such as en, de, zh."),
            ),
        ],
    )
    formats = SelectMultipleField(_l("Formats offered"), coerce=int, choices=[])
    prerequisites = SelectMultipleField(_l("Courses to complete before"), coerce=int, choices=[])
    sample = BooleanField(_l("This is sample content"))

    def validate_languages(self, languages: Field) -> None:
        """Each has a name that readers of the page and the catalogue's filter know."""
        unknown = [tag for tag in tags(languages.data or "") if not is_language(tag)]
        if unknown:
            raise ValidationError(
                _("We know no language %(tags)s. Codes such as en, de, zh.", tags=listed(unknown))
            )

    def validate_outcomes(self, outcomes: Field) -> None:
        """No line longer than a page shows well; nothing is cut off silently."""
        for number, line in enumerate((outcomes.data or "").splitlines(), 1):
            if len(line.strip()) > LONGEST_LINE:
                raise ValidationError(
                    _("Line %(number)s has more than 200 characters.", number=number)
                )


@dataclass(slots=True)
class ModuleRow:
    """A line of the module table as it was typed."""

    title: str = ""
    minutes: str = ""
    topics: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def check(self) -> bool:
        """Note what is wrong with the line."""
        if not self.title or len(self.title) > LONGEST_LINE:
            self.errors["title"] = _("Enter a title of 200 characters at most.")
        digits = self.minutes if self.minutes.isascii() and self.minutes.isdigit() else ""
        if not digits or len(digits) > 5 or not 0 < int(digits) <= 60_000:
            self.errors["minutes"] = _("Enter the minutes as a whole number.")
        if any(len(topic) > LONGEST_LINE for topic in self.topic_list()):
            self.errors["topics"] = _("A topic has 200 characters at most.")
        return not self.errors

    def topic_list(self) -> list[str]:
        """The topics one by one."""
        return [topic.strip() for topic in self.topics.split(",") if topic.strip()]


def form_of(course: Course, content: Content) -> DraftForm:
    """The form, filled with what was sent, else with this content."""
    form = DraftForm(
        data={
            "title": content.title,
            "summary": content.summary,
            "description": content.description,
            "audience": content.audience,
            "outcomes": "\n".join(content.outcomes),
            "hours": _hours(content.minutes),
            "length_note": content.length_note,
            "languages": ", ".join(content.languages),
            "formats": list(content.format_ids),
            "prerequisites": list(content.prerequisite_ids),
            "sample": content.sample,
        }
    )
    form.formats.choices = [
        (f.id, f"{f.mode.title}: {f.title}") for f in queries.formats_with_modes()
    ]
    form.prerequisites.choices = [
        (c.id, f"{c.code} {c.title}") for c in catalog().courses if c.id != course.id
    ]
    return form


def _hours(minutes: int | None) -> Decimal | None:
    """Minutes as one writes hours: 16, 1.50, 0.83."""
    if minutes is None:
        return None
    exact = (Decimal(minutes) / 60).quantize(Decimal("0.01"))
    return exact.to_integral_value() if exact == exact.to_integral_value() else exact


def rows_of(content: Content) -> list[ModuleRow]:
    """The modules as lines to edit."""
    return [
        ModuleRow(title, str(minutes), ", ".join(topics))
        for title, minutes, topics in content.modules
    ]


def typed_rows(sent: MultiDict[str, str]) -> list[ModuleRow]:
    """The lines that were sent; empty ones are ignored."""
    names = ("module_title", "module_minutes", "module_topics")
    columns = [sent.getlist(name)[:MOST_MODULES] for name in names]
    rows = [ModuleRow(*(value.strip() for value in row)) for row in zip(*columns, strict=False)]
    return [row for row in rows if row.title or row.minutes or row.topics]


def is_sound(form: DraftForm, rows: Sequence[ModuleRow]) -> bool:
    """Whether everything can be saved; notes what cannot beside its field."""
    sound = [row.check() for row in rows]
    return form.validate() and all(sound)


def tags(typed: str) -> list[str]:
    """The languages, each once."""
    return list(dict.fromkeys(tag.strip() for tag in typed.split(",")))


def typed_content(form: DraftForm, rows: Sequence[ModuleRow]) -> Content:
    """What a sound form says."""
    values: dict[str, Any] = form.data
    return Content(
        title=values["title"],
        summary=values["summary"],
        description=values["description"] or "",
        audience=values["audience"] or "",
        outcomes=[line.strip() for line in (values["outcomes"] or "").splitlines() if line.strip()],
        minutes=round(values["hours"] * 60) if values["hours"] else None,
        length_note=values["length_note"] or "",
        languages=tags(values["languages"]),
        format_ids=values["formats"] or [],
        prerequisite_ids=values["prerequisites"] or [],
        modules=[(row.title, int(row.minutes), row.topic_list()) for row in rows],
        sample=bool(values["sample"]),
    )
