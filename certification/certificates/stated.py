"""What a credential that we signed says, field by field, as its reader sees it."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from certification.certificates.shown import LINE_END
from lms.i18n import gettext as _
from lms.i18n import hours, long_date

Json = dict[str, Any]
PROOF = re.compile(r"(Passed|Confirmed|Completed)(?: on ([0-9]{4}-[0-9]{2}-[0-9]{2}))?\.")
"""The signed sentence about a proof, in English and with its day as programs read it."""


def fields(credential: Json | None, zone: str) -> list[tuple[str, str]]:
    """Label and text of every signed field that means something to people; `zone` is the
    issuer's. Only for a credential whose signature holds: it has the shape that we write. Nothing
    for what else we sign (a status list)."""
    if credential is None or "OpenBadgeCredential" not in credential["type"]:
        return []
    subject: Json = credential["credentialSubject"]
    achievement: Json = subject["achievement"]
    return [
        *_named(subject),
        (_("Certification"), credential["name"]),
        (_("Statement"), credential["description"]),
        (_("Certificate number"), subject.get("licenseNumber", "")),
        (_("Address"), credential["id"]),
        (_("Issued by"), f"{credential['issuer']['name']} ({credential['issuer']['id']})"),
        (_("Awarded on"), _day(credential["awardedDate"], zone)),
        (_("Issued on"), _day(credential["validFrom"], zone)),
        (_("Valid until"), _end(credential, zone)),
        (
            _("Scheme"),
            _(
                "%(code)s, version %(number)s",
                code=achievement["humanCode"],
                number=achievement["version"],
            ),
        ),
        (_("Criteria"), _criteria(achievement)),
        (_("Training"), hours(round(subject.get("creditsEarned", 0) * 60) or None)),
        *_results(subject),
        *((item["name"], _proof(item["narrative"])) for item in credential.get("evidence", [])),
    ]


def _criteria(achievement: Json) -> Markup:
    """What had to be met, one in a line as it was signed; the levels of competencies stand here
    alone."""
    narrative: str = achievement.get("criteria", {}).get("narrative", "")
    return LINE_END.join(line.removeprefix("- ") for line in narrative.splitlines())


def _named(subject: Json) -> list[tuple[str, str]]:
    """The holder as the credential names them: a pseudonym, and the name where policy has it."""
    names = [it["identityHash"] for it in subject.get("identifier", []) if not it["hashed"]]
    return [(_("Holder"), name) for name in names] + [(_("Pseudonym of the holder"), subject["id"])]


def _proof(sentence: str) -> str:
    """In the reader's words, the day written as the list's other days; what is none of our
    sentences, or names no day, stays as it was signed."""
    found = PROOF.fullmatch(sentence)
    if found is None:
        return sentence
    try:
        day = date.fromisoformat(found[2]) if found[2] else None
    except ValueError:
        return sentence
    return _proven_on(found[1], long_date(day)) if day else _proven(found[1])


def _proven_on(how: str, day: str) -> str:
    return {
        "Passed": _("Passed on %(day)s.", day=day),
        "Confirmed": _("Confirmed on %(day)s.", day=day),
        "Completed": _("Completed on %(day)s.", day=day),
    }[how]


def _proven(how: str) -> str:
    return {
        "Passed": _("Passed."),
        "Confirmed": _("Confirmed."),
        "Completed": _("Completed."),
    }[how]


def _day(instant: str, zone: str) -> str:
    return long_date(datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date())


def _end(credential: Json, zone: str) -> str:
    return _day(credential["validUntil"], zone) if "validUntil" in credential else _("without end")


def _results(subject: Json) -> list[tuple[str, str]]:
    """Each result beside what was required."""
    described = {it["id"]: it for it in subject["achievement"].get("resultDescription", [])}
    pairs = [(described[it["resultDescription"]], it["value"]) for it in subject.get("result", [])]
    return [
        (
            what["name"],
            _(
                "%(score)s of %(full)s, %(required)s required",
                score=value,
                full=what["valueMax"],
                required=what.get("requiredValue", what["valueMin"]),
            ),
        )
        for what, value in pairs
    ]
