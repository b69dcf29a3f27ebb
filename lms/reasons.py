"""What a rule answers: a code with values, never prose. Templates word it (see `lms.wording`)."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not so. `values` fill the placeholders of the code's text."""

    code: str
    values: dict[str, object] = field(default_factory=dict)
