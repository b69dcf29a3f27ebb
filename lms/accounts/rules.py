"""Rules of accounts. Pure: values in, reasons out."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lms.reasons import Reason

NEEDS_ORGANISATION = frozenset({"organisation_manager", "partner"})
"""Roles that mean nothing without an organisation."""
LIMITS = {
    "organisation": NEEDS_ORGANISATION | {"trainer", "assessor"},
    "programme": frozenset(
        {"trainer", "assessor", "author", "catalogue_manager", "certification_manager"}
    ),
    "region": frozenset({"support_agent"}),
}
"""Which roles each kind of limit holds for; a limit that limits nothing would deceive."""

SHORTEST, LONGEST = 8, 128
NO_PLAN_RANK = 1000
"""People without a plan stand after every plan in a queue."""


TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the letters after them around. Marks and joiners within a word are not among them."""


def plain_name(typed: str) -> str:
    """A person's name as people see it, on one line and composed (NFC): what nobody sees can make
    two names look alike, turn the words beside it around, and break a document's metadata."""
    seen = "".join(sign for sign in typed if sign.isspace() or not _is_unseen(sign))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _is_unseen(sign: str) -> bool:
    """A control, a turn, half a letter, or a number that is no letter for ever (Unicode, 23.7)."""
    is_none = ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF
    return is_none or sign in TURNS or unicodedata.category(sign) in ("Cc", "Cs")


def password_flaws(password: str, common: frozenset[str], personal: Iterable[str]) -> list[Reason]:
    """Why a password is refused; no rules of composition (OWASP ASVS 5.0, 6.2).

    `common` holds casefolded well-known passwords, `personal` the account's own words.
    """
    if len(password) < SHORTEST:
        return [Reason("password_short", {"length": SHORTEST})]
    if len(password) > LONGEST:
        return [Reason("password_long", {"length": LONGEST})]
    folded = password.casefold()
    if folded in common or len(set(folded)) < 3:
        return [Reason("password_common")]
    if any(len(word) > 4 and word.casefold() in folded for word in personal):
        return [Reason("password_personal")]
    return []


def limit_flaws(role: str, limits: Iterable[str]) -> list[Reason]:
    """Why a role cannot be given with these kinds of limits (of LIMITS), or without one."""
    given = set(limits)
    if role in NEEDS_ORGANISATION and "organisation" not in given:
        return [Reason("role_needs_organisation")]
    unfit = sorted(kind for kind in given if role not in LIMITS[kind])
    return [Reason(f"role_without_{kind}") for kind in unfit]


def last_administrator(administrators: Sequence[int], leaving: int) -> list[Reason]:
    """There must always be one administrator who can sign in."""
    remaining = [person for person in administrators if person != leaving]
    return [] if remaining else [Reason("last_administrator")]


def email_key(address: str) -> str:
    """Two spellings of one address are one account."""
    return address.strip().casefold()


class Traces(NamedTuple):
    """What is on record of somebody besides what an import made."""

    has_signed_in: bool
    is_in_use: bool


def kept(traces: Traces, *, is_new: bool, is_changed: bool) -> str:
    """Why a row of an import is not taken back; empty when it can be. Who was known before keeps
    whatever they did: only what the import gave them ends."""
    if is_changed:
        return "changed_since"
    if is_new and traces.has_signed_in:
        return "signed_in"
    return "in_use" if is_new and traces.is_in_use else ""
