"""The Open Badges 3.0 credential of a certificate: values in, a document without proofs out.

Pure. Who the holder is, it says by a random-looking identifier and a salted hash of their
e-mail address: a pseudonym, since whoever knows the address can recognise it. The name is in
it only when the site's policy asks for it.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

Json = dict[str, Any]
CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
    "ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One fact that the award rests on; `kind` is course, exam or competency."""

    kind: str
    code: str
    title: str
    on: date | None
    score: int | None = None
    full_marks: int | None = None
    required: int | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """What a certificate states. `code` is its public code, `valid_until` the last good day."""

    code: str
    number: str
    title: str
    kind: str
    statement: str
    scheme_code: str
    scheme_version: int
    language: str
    awarded_on: date
    valid_until: date | None
    issued_at: datetime
    hours_minutes: int | None
    requirements: tuple[Requirement, ...]
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Who earned it: the e-mail address and its salt (None without one), the name by policy."""

    email: str | None
    salt: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who says so: the DID, the public address and the name; the zone in which dates are meant."""

    did: str
    url: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class StatusPlace:
    """Where the credential's bit stands: the addresses of both lists and the position in them."""

    revocation: str
    suspension: str
    position: int


def build(claims: Claims, holder: Holder, issuer: Issuer, status: StatusPlace) -> Json:
    """The credential, without proofs."""
    url = f"{issuer.url}/certificates/{claims.code}"
    values: Json = {
        "@context": list(CONTEXTS),
        "id": f"{url}.json",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": _name(claims),
        "description": claims.statement or claims.title,
        "issuer": _profile(issuer),
        "validFrom": _instant(claims.issued_at),
        "awardedDate": _noon(claims.awarded_on, issuer),
        "credentialSubject": _subject(claims, holder, issuer, url),
        "evidence": [_evidence(need, claims, issuer) for need in claims.requirements],
        "credentialStatus": _status(status),
        "credentialSchema": [dict(SCHEMA)],
    }
    if claims.valid_until is not None:
        values["validUntil"] = _end(claims.valid_until, issuer)
    return {name: value for name, value in values.items() if value != []}


def _name(claims: Claims) -> str:
    return f"Demonstration: {claims.title}" if claims.demonstration else claims.title


def _profile(issuer: Issuer) -> Json:
    return {"id": issuer.did, "type": ["Profile"], "name": issuer.name, "url": issuer.url}


def _instant(at: datetime) -> str:
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def _noon(day: date, issuer: Issuer) -> str:
    """A day as an instant: its noon is the same day in most zones of the world."""
    return _instant(datetime.combine(day, time(12), ZoneInfo(issuer.zone)))


def _end(day: date, issuer: Issuer) -> str:
    """The last second of a day where the issuer is. Counted back in UTC: where clocks go back at
    midnight, the hour before it comes twice."""
    after = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(issuer.zone))
    return _instant(after.astimezone(ZoneInfo("UTC")) - timedelta(seconds=1))


def _subject(claims: Claims, holder: Holder, issuer: Issuer, url: str) -> Json:
    hours = _hours(claims)
    values: Json = {
        "id": f"urn:uuid:{uuid5(NAMESPACE_URL, url)}",
        "type": ["AchievementSubject"],
        "identifier": _identifiers(holder),
        "licenseNumber": claims.number,
        "creditsEarned": hours,
        "result": [_result(need, claims, issuer) for need in _exams(claims)],
        "achievement": _achievement(claims, issuer, hours),
    }
    return {name: value for name, value in values.items() if value not in (None, [])}


def _identifiers(holder: Holder) -> list[Json]:
    found: list[Json] = []
    if holder.email:
        salted = holder.email.strip().lower() + holder.salt
        found.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityType": "emailAddress",
                "salt": holder.salt,
                "identityHash": "sha256$" + hashlib.sha256(salted.encode()).hexdigest(),
            }
        )
    if holder.name:
        found.append(
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityType": "name",
                "identityHash": holder.name,
            }
        )
    return found


def _hours(claims: Claims) -> float | None:
    """Whole hours stay whole numbers: 10.0 and 10 are one number in JSON, two in a graph."""
    if not claims.hours_minutes:
        return None
    hours = round(claims.hours_minutes / 60, 2)
    return int(hours) if hours == int(hours) else hours


def _exams(claims: Claims) -> list[Requirement]:
    return [need for need in claims.requirements if need.kind == "exam" and need.score is not None]


def _achievement(claims: Claims, issuer: Issuer, hours: float | None) -> Json:
    place = _place(claims, issuer)
    values: Json = {
        "id": place,
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": claims.title,
        "description": claims.statement or claims.title,
        "version": str(claims.scheme_version),
        "humanCode": claims.scheme_code,
        "inLanguage": claims.language,
        "creditsAvailable": hours,
        "criteria": {"narrative": _criteria(claims)},
        "creator": _profile(issuer),
        "alignment": [_alignment(need, place) for need in _competencies(claims)],
        "resultDescription": [_described(need, claims, issuer) for need in _exams(claims)],
    }
    return {name: value for name, value in values.items() if value not in (None, [])}


def _place(claims: Claims, issuer: Issuer) -> str:
    return f"{issuer.url}/achievements/{claims.scheme_code}/{claims.scheme_version}"


def _criteria(claims: Claims) -> str:
    """What had to be met, one line each, as Markdown."""
    lines = [f"- {_criterion(need)}" for need in claims.requirements]
    return "\n".join(lines) or claims.statement or claims.title


def _criterion(need: Requirement) -> str:
    if need.kind == "exam" and need.required is not None:
        return f"{need.title} ({need.code}): at least {need.required} of {need.full_marks or 100}"
    if need.kind == "competency" and need.level is not None:
        return f"{need.title} ({need.code}): level {need.level}"
    return f"{need.title} ({need.code})"


def _competencies(claims: Claims) -> list[Requirement]:
    return [need for need in claims.requirements if need.kind == "competency"]


def _alignment(need: Requirement, place: str) -> Json:
    values: Json = {
        "type": ["Alignment"],
        "targetName": need.title,
        "targetCode": need.code,
        "targetType": "ceasn:Competency",
        "targetUrl": f"{place}#{need.code}",
    }
    if need.level is not None:
        values["targetDescription"] = f"Level {need.level}"
    return values


def _described(need: Requirement, claims: Claims, issuer: Issuer) -> Json:
    values: Json = {
        "id": f"{_place(claims, issuer)}#{need.code}",
        "type": ["ResultDescription"],
        "name": need.title,
        "resultType": "RawScore",
        "valueMin": "0",
        "valueMax": str(need.full_marks or 100),
    }
    if need.required is not None:
        values["requiredValue"] = str(need.required)
    return values


def _result(need: Requirement, claims: Claims, issuer: Issuer) -> Json:
    return {
        "type": ["Result"],
        "resultDescription": f"{_place(claims, issuer)}#{need.code}",
        "value": str(need.score),
    }


def _evidence(need: Requirement, claims: Claims, issuer: Issuer) -> Json:
    day = f" on {need.on.isoformat()}" if need.on else ""
    done = {"exam": "Passed", "competency": "Confirmed"}.get(need.kind, "Completed")
    return {
        "id": f"{issuer.url}/verify/{claims.code}#{need.kind}-{need.code}",
        "type": ["Evidence"],
        "name": need.title,
        "genre": need.kind.capitalize(),
        "narrative": f"{done}{day}.",
    }


def _status(place: StatusPlace) -> Json:
    """One entry, because Open Badges 3.0 allows one. It refers to the list that tells a pause
    from a withdrawal for good."""
    return {
        "id": f"{place.revocation}#{place.position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place.position),
        "statusListCredential": place.revocation,
        "statusReference": place.suspension,
    }
