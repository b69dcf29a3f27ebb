"""Forms of blueprints, of assembling and of cut scores."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from wtforms import DecimalField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l

NUMBER = _l("Enter a whole number.")
SPARE_ROWS, MORE_ROWS, MOST_CELLS = 3, 10, 200


class BlueprintForm(Form):
    """A draft's figures; its cells are a table of their own."""

    scored_items = IntegerField(
        _l("Items that count"), [InputRequired(NUMBER), NumberRange(1, 500)]
    )
    pilot_items = IntegerField(
        _l("Items that are tried out"), [InputRequired(NUMBER), NumberRange(0, 100)]
    )
    exposure_cap = IntegerField(
        _l("Exposure cap in per cent"), [InputRequired(NUMBER), NumberRange(1, 100)]
    )
    most_shared = IntegerField(
        _l("Items that two forms may share, in per cent"),
        [InputRequired(NUMBER), NumberRange(0, 100)],
    )
    note = TextAreaField(_l("Why it is so"), [Length(max=2000)])


class AssembleForm(Form):
    """How many forms, what they are called, and the seed."""

    code = StringField(
        _l("Code of the first form"),
        [
            InputRequired(_l("Enter a code.")),
            Regexp("^[A-Z0-9]{1,10}$", message=_l("Capitals and digits, ten at most, such as C.")),
        ],
    )
    count = IntegerField(_l("How many parallel forms"), [InputRequired(NUMBER), NumberRange(1, 10)])
    seed = StringField(_l("Seed"), [InputRequired(_l("Enter a seed.")), Length(max=50)])


class CutForm(Form):
    """A cut score that is decided without a study."""

    form_code = StringField(_l("For form"), [Length(max=40)])
    cut = DecimalField(
        _l("Cut score"),
        [InputRequired(_l("Enter a number.")), NumberRange(min=Decimal(0))],
        places=None,
    )
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Say why.")), Length(min=10, max=2000)])


class CellRow:
    """A line of the blueprint's table as it was typed."""

    NAMES = ("competency", "hardest", "easiest", "least", "most", "least_points", "most_points")

    def __init__(self, **values: str) -> None:
        self.competency = values.get("competency", "")
        self.hardest = values.get("hardest", "")
        self.easiest = values.get("easiest", "")
        self.least = values.get("least", "")
        self.most = values.get("most", "")
        self.least_points = values.get("least_points", "")
        self.most_points = values.get("most_points", "")
        self.is_marked = values.get("is_marked", "") == "yes"
        self.errors: dict[str, str] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return not self.competency

    def number(self, name: str, low: int, high: int, empty: int) -> int:
        """A whole number between bounds, or a noted error."""
        text = getattr(self, name)
        if not text:
            return empty
        if not (text.isascii() and text.isdecimal() and low <= int(text[:9]) <= high):
            self.errors[name] = _(
                "Enter a whole number from %(low)s to %(high)s.", low=low, high=high
            )
            return empty
        return int(text)

    def points(self, name: str) -> Fraction | None:
        """Points, or none; an error is noted."""
        text = getattr(self, name)
        if not text:
            return None
        try:
            value = Fraction(Decimal(text.replace(",", ".")[:20]))
        except (InvalidOperation, ValueError, OverflowError):
            self.errors[name] = _("Enter a number.")
            return None
        if not 0 <= value <= 10_000:
            self.errors[name] = _("Enter a number.")
        return value
