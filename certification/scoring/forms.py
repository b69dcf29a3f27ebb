"""Forms of appeals, their answers, decisions on items and marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from certification.items.content import PICTURE, Criterion
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l


class AppealForm(Form):
    """A candidate's objection."""

    text = TextAreaField(
        _l("What should be looked at, and why"),
        [DataRequired(_l("Say what should be looked at.")), Length(max=4000)],
    )


class DecisionForm(Form):
    """Whether an appeal is upheld, and why."""

    outcome = RadioField(
        _l("Decision"),
        [InputRequired(_l("Choose a decision."))],
        choices=[("upheld", _l("Uphold the appeal")), ("rejected", _l("Reject the appeal"))],
    )
    decision = TextAreaField(
        _l("Reasons"), [DataRequired(_l("Give the reasons.")), Length(max=4000)]
    )


class AnswerForm(DecisionForm):
    """The answer to an appeal."""

    scores = BooleanField(
        _l("Score the attempt once more, by today's marks and decisions on items")
    )
    lifts = BooleanField(_l("The result is no longer void"))


class AssessedAnswerForm(DecisionForm):
    """The answer to an appeal against a result by a rubric; the criteria are rows of their own."""

    judges = BooleanField(_l("Judge anew, by the levels below"))
    comment = TextAreaField(_l("To the candidate, on the whole"), [Length(max=4000)])


class FollowedForm(Form):
    """A decision on an item that followed from an appeal."""

    disposition = SelectField(_l("Decision on an item"), coerce=int)


class DispositionForm(Form):
    """A decision on an item."""

    treatment = RadioField(
        _l("What is done about the item"),
        [InputRequired(_l("Choose what is done."))],
    )
    key = TextAreaField(_l("New key"), [Length(max=4000)])
    reason = TextAreaField(_l("Reason"), [DataRequired(_l("Give the reason.")), Length(max=2000)])


def treatments(kind: str) -> list[tuple[str, str]]:
    """What can be done about an item of a kind; a rubric is no key."""
    found = [
        ("neutral", _("It no longer counts, for anybody")),
        ("credit", _("Everyone gets its points")),
        ("rekey", _("Another key decides")),
    ]
    return found[:2] if kind == "essay" else found


class SettleForm(Form):
    """What becomes of a pass that would turn into a fail."""

    reason = StringField(_l("Reason"), [DataRequired(_l("Give the reason.")), Length(max=2000)])


class VoidingForm(Form):
    """Why a result does not hold."""

    reason = RadioField(
        _l("What was found"),
        [InputRequired(_l("Choose what was found."))],
    )
    text = TextAreaField(
        _l("What happened, and what shows it"),
        [DataRequired(_l("Say what happened.")), Length(max=2000)],
    )
    counts = RadioField(
        _l("The sitting"),
        [InputRequired(_l("Choose whether it counts as an attempt."))],
        choices=[
            ("yes", _l("Counts as one of the candidate's attempts, with the waits that follow")),
            ("no", _l("Counts as none: the candidate is not to blame")),
        ],
    )


class ReinstatementForm(Form):
    """Why a void result counts again."""

    text = TextAreaField(
        _l("Why the result counts again"),
        [DataRequired(_l("Give the reason.")), Length(max=2000)],
    )


class MarkForm(Form):
    """The comment beside the points."""

    comment = TextAreaField(_l("Comment"), [Length(max=4000)])


@dataclass(slots=True)
class PointsField:
    """A criterion's points as they were typed."""

    id: str
    title: str
    most: Decimal
    value: str = ""
    error: str = ""

    @property
    def is_long(self) -> bool:
        """Whether its Markdown is more than the name of a field can be."""
        return "\n" in self.title.strip() or bool(PICTURE.search(self.title))


def points_of(
    criteria: Sequence[Criterion], titles: Mapping[str, str], sent: Mapping[str, str]
) -> list[PointsField]:
    """A field for each criterion."""
    return [
        PointsField(
            one.id, titles.get(one.id, one.id), one.points, sent.get(f"points-{one.id}", "")
        )
        for one in criteria
    ]


def read_points(fields: Sequence[PointsField], error: str) -> dict[str, Decimal]:
    """The points; a field that cannot be read or is out of range says so."""
    found = {}
    for field in fields:
        value = _decimal(field.value)
        if value is None or not 0 <= value <= field.most:
            field.error = error % {"most": field.most}
        else:
            found[field.id] = value
    return found


def _decimal(text: str) -> Decimal | None:
    """A plain number of at most two decimals."""
    text = text.strip().replace(",", ".")
    if not text or len(text) > 8 or not text.replace(".", "", 1).isdecimal():
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value == round(value, 2) else None
