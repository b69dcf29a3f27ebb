"""The form of an exam's policy."""

import re
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from certification.exams.browser_file import config_key
from certification.items.content import LANGUAGES
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l

KEY = re.compile(r"[0-9a-f]{64}")
NUMBER = _l("Enter a whole number.")


class PolicyForm(Form):
    """How an exam is delivered from a day on."""

    effective_from = DateField(_l("From"), [InputRequired(_l("Enter a day."))])
    minutes = IntegerField(_l("Minutes"), [InputRequired(NUMBER), NumberRange(1, 1440)])
    grace_seconds = IntegerField(
        _l("Seconds of grace for answers on their way"),
        [InputRequired(NUMBER), NumberRange(0, 120)],
    )
    languages = StringField(_l("Languages"), [InputRequired(_l("Name at least one."))])
    booking = SelectField(
        _l("Taken"),
        choices=[
            ("any", _l("at any time")),
            ("slot", _l("in a slot only")),
            ("both", _l("at any time or in a slot")),
        ],
    )
    form_choice = SelectField(
        _l("Form"),
        choices=[
            ("fixed", _l("a published one, in turn")),
            ("random", _l("drawn for each attempt")),
        ],
    )
    is_proctored = BooleanField(_l("A proctor confirms who the candidate is before the start"))
    has_browser_file = BooleanField(_l("Only Safe Exam Browser opens it, by a file made here"))
    quit_password = PasswordField(
        _l("Password to leave Safe Exam Browser"),
        [Optional(), Length(min=8, max=128, message=_l("Use 8 to 128 characters."))],
    )
    drops_quit_password = BooleanField(_l("Candidates may leave it without a password"))
    browser_keys = TextAreaField(_l("Other keys of Safe Exam Browser"), [Length(max=2000)])
    scale_bottom = IntegerField(_l("Bottom of the scale"), [InputRequired(NUMBER)])
    is_double_marked = BooleanField(
        _l("Two assessors mark each extended answer, and judge each person by the rubric")
    )
    moderation_gap = IntegerField(
        _l("Points by which they may differ"), [InputRequired(NUMBER), NumberRange(0, 100)]
    )
    waits = StringField(_l("Days to wait after the first, second, … attempt"), [Length(max=100)])
    most = IntegerField(_l("Attempts in a window, at most"), [Optional(), NumberRange(1, 100)])
    window_days = IntegerField(_l("Days of the window"), [Optional(), NumberRange(1, 3660)])
    after_pass_days = IntegerField(
        _l("Days after passing until it may be taken again"), [Optional(), NumberRange(0, 3660)]
    )
    reset_on_new_version = BooleanField(_l("A new version of the blueprint starts the count anew"))
    appeal_days = IntegerField(_l("Days to appeal"), [InputRequired(NUMBER), NumberRange(0, 365)])

    def validate_languages(self, field: Field) -> None:
        """Codes that the academy has."""
        wrong = [one for one in words(field.data) if one not in LANGUAGES]
        if wrong:
            raise ValidationError(
                _(
                    "Not known: %(wrong)s. There are %(all)s.",
                    wrong=", ".join(wrong),
                    all=", ".join(LANGUAGES),
                )
            )

    def validate_quit_password(self, field: Field) -> None:
        """Of a file that is made here, and not both one and none."""
        if field.data and not self.has_browser_file.data:
            raise ValidationError(_("It belongs to the file that is made here: choose that, too."))
        if field.data and self.drops_quit_password.data:
            raise ValidationError(_("Enter a password, or let candidates leave without one."))

    def validate_browser_keys(self, field: Field) -> None:
        """64 hex digits each."""
        for number, one in enumerate(words(field.data), 1):
            if not KEY.fullmatch(one.lower()):
                raise ValidationError(_("Key %(number)s is not of 64 hex digits.", number=number))

    def validate_waits(self, field: Field) -> None:
        """Whole days."""
        if not all(one.isdecimal() and len(one) <= 4 for one in words(field.data)):
            raise ValidationError(_("Whole days, separated by commas, such as 1, 14, 30."))

    def values(self, rules: dict[str, str], made: dict[str, Any]) -> dict[str, Any]:
        """What a policy takes; `made` are the exam browser's settings if a file is wanted."""
        plain = (
            "minutes", "grace_seconds", "booking", "form_choice", "is_proctored", "scale_bottom",
            "is_double_marked", "moderation_gap", "appeal_days",
        )  # fmt: skip
        keys = [one.lower() for one in words(self.browser_keys.data)]
        wants_file = self.has_browser_file.data
        return {
            **{name: self[name].data for name in plain},
            "browser_keys": [*keys, config_key(made)] if wants_file else keys,
            "browser_settings": made if wants_file else None,
            "languages": words(self.languages.data),
            "rules": {tag: text for tag, text in rules.items() if text},
            "retakes": {
                "waits": [int(one) for one in words(self.waits.data)],
                "most": self.most.data,
                "window_days": self.window_days.data or 365,
                "after_pass_days": self.after_pass_days.data,
                "reset_on_new_version": self.reset_on_new_version.data,
            },
        }


def words(text: str | None) -> list[str]:
    """What stands between commas and spaces."""
    return re.findall(r"[^\s,;]+", text or "")
