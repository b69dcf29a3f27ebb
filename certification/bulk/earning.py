"""Who earned a certification that is issued to many, and what the others miss."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from certification.awards.models import Scheme
from certification.awards.progress_many import assessments
from certification.awards.queries import names_of_requirements
from certification.bulk import queries, rules
from lms.accounts.rules import email_key
from lms.errors import Refusal
from lms.reasons import Reason


def rows(scheme: Scheme, texts: Sequence[str], *, by: int, today: date) -> list[dict[str, Any]]:
    """A row for each address: issued to whoever earned the certification and does not hold it."""
    found = queries.people([email_key(text) for text in texts])
    due = assessments([person.id for person in found.values()], scheme.id, today)
    names = _names()
    seen, made = set[int](), []
    for line, text in enumerate(texts, 1):
        person = found.get(email_key(text))
        row = {"line": line, "text": text, "person_id": None, "holder": ""}
        row |= {"achievement": scheme.title, "flaw": "bulk_nobody", "flaw_values": {}}
        if person is not None and person.id in seen:
            row["flaw"] = "bulk_person_repeated"
        elif person is not None:
            seen.add(person.id)
            row |= {"person_id": person.id, "holder": person.name}
            known = due.get(person.id, rules.NOTHING)
            reason = rules.issue_flaw(known, names, is_own=person.id == by)
            row |= {"flaw": reason.code, "flaw_values": reason.values} if reason else {"flaw": ""}
        made.append(row)
    return made


def missing_now(person_id: int, scheme_id: int, today: date) -> Refusal:
    """Why the certification is not issued although the preview said that it would be."""
    known = assessments([person_id], scheme_id, today).get(person_id, rules.NOTHING)
    reason = rules.issue_flaw(known, _names(), is_own=False)
    return Refusal(reason or Reason("changed_meanwhile"))


def _names() -> dict[tuple[str, str], str]:
    return {key: title for key, (title, _address) in names_of_requirements().items()}
