"""Finding a person by what somebody typed, within what they may see."""

from collections.abc import Sequence

from lms.accounts import queries
from lms.accounts.models import Person


def find_person(text: str, organisation_ids: Sequence[int] | None = None) -> Person | None:
    """The person with this e-mail address or public id; None when unknown or out of reach."""
    account = queries.account_by_email(text) if "@" in text else None
    public_id = account.person.public_id if account else text.strip()
    return queries.person_by_public_id(public_id, organisation_ids)
