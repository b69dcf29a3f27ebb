"""Who may do what: one table of permissions × roles, and the mark that every view carries.

A permission answers "may this kind of person do this at all" (403 when not). Which objects a
person may see is the query's business (another organisation's object is a 404).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

View = TypeVar("View", bound=Callable[..., object])


class Role(StrEnum):
    """Roles of the product; being signed in makes everyone a learner."""

    TRAINER = "trainer"
    AUTHOR = "author"
    ASSESSOR = "assessor"
    ORGANISATION_MANAGER = "organisation_manager"
    PARTNER = "partner"
    CATALOGUE_MANAGER = "catalogue_manager"
    CERTIFICATION_MANAGER = "certification_manager"
    SUPPORT_AGENT = "support_agent"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


PUBLIC = "public"
SIGNED_IN = "signed_in"
TOKEN = "token:"  # noqa: S105 -- a prefix of permissions
"""`token:` and a scope: for programs with a token of that scope, whoever is signed in."""

_CATALOGUE = {Role.CATALOGUE_MANAGER, Role.ADMINISTRATOR}
_CERTIFICATION = {Role.CERTIFICATION_MANAGER, Role.ADMINISTRATOR}

PERMISSIONS: dict[str, frozenset[Role]] = {
    "manage.see": frozenset(
        {
            *_CATALOGUE,
            *_CERTIFICATION,
            Role.AUDITOR,
            Role.ORGANISATION_MANAGER,
            Role.AUTHOR,
            Role.ASSESSOR,
        }
    ),
    "people.see": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.ORGANISATION_MANAGER}),
    "people.edit": frozenset({Role.ADMINISTRATOR, Role.ORGANISATION_MANAGER}),
    "people.import": frozenset({Role.ADMINISTRATOR}),
    "roles.grant": frozenset({Role.ADMINISTRATOR}),
    "organisations.see": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "organisations.edit": frozenset({Role.ADMINISTRATOR}),
    "audit.see": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "jobs.see": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "catalog.see_drafts": frozenset({*_CATALOGUE, Role.AUDITOR}),
    "catalog.edit": frozenset(_CATALOGUE),
    "sessions.see_all": frozenset({*_CATALOGUE, Role.AUDITOR}),
    "sessions.edit": frozenset(_CATALOGUE),
    "teach.see": frozenset({Role.TRAINER, *_CATALOGUE, Role.AUDITOR}),
    "teach.record": frozenset({Role.TRAINER, *_CATALOGUE}),
    "competency.see": frozenset({Role.TRAINER, Role.ASSESSOR, *_CERTIFICATION, Role.AUDITOR}),
    "competency.validate": frozenset({Role.TRAINER, Role.ASSESSOR, *_CERTIFICATION}),
    "exams.see_results": frozenset({Role.ASSESSOR, *_CERTIFICATION, Role.AUDITOR}),
    "exams.record_result": frozenset({Role.ASSESSOR, *_CERTIFICATION}),
    "exams.deliver": frozenset({Role.ASSESSOR, *_CERTIFICATION}),
    "exams.adjust": frozenset(_CERTIFICATION),
    "exams.mark": frozenset({Role.ASSESSOR, *_CERTIFICATION}),
    "exams.appeals": frozenset({Role.ASSESSOR, *_CERTIFICATION}),
    "exams.configure": frozenset(_CERTIFICATION),
    "items.see": frozenset({Role.AUTHOR, Role.ASSESSOR, *_CERTIFICATION, Role.AUDITOR}),
    "items.edit": frozenset({Role.AUTHOR, Role.ASSESSOR, *_CERTIFICATION}),
    "certification.see": frozenset({*_CERTIFICATION, Role.AUDITOR}),
    "certification.edit": frozenset(_CERTIFICATION),
    "certification.revoke": frozenset(_CERTIFICATION),
    "reports.see": frozenset(
        {
            Role.ADMINISTRATOR,
            Role.AUDITOR,
            Role.ORGANISATION_MANAGER,
            Role.CATALOGUE_MANAGER,
        }
    ),
    "reports.awards": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.ORGANISATION_MANAGER}),
    "partner.see": frozenset(
        {Role.PARTNER, Role.ORGANISATION_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR}
    ),
    "partner.check": frozenset({Role.PARTNER, Role.ORGANISATION_MANAGER, Role.ADMINISTRATOR}),
    "partner.edit": frozenset({Role.PARTNER, Role.ORGANISATION_MANAGER, Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, perhaps limited to an organisation, a programme or a region (None: everywhere)."""

    role: Role
    organisation_id: int | None = None
    programme_code: str | None = None
    region_code: str | None = None


class Actor(Protocol):
    """The one who asks: a signed-in person or a visitor."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def grants(self) -> tuple[Grant, ...]: ...


def permit(permission: str) -> Callable[[View], View]:
    """Mark a view with its permission: `public`, `signed_in` or a key of PERMISSIONS.

    The application refuses to start when a route has no mark.
    """
    known = {PUBLIC, SIGNED_IN, *PERMISSIONS}
    if permission not in known and not permission.startswith(TOKEN):
        raise LookupError(f"unknown permission {permission}")

    def mark(view: View) -> View:
        view.__dict__["permission"] = permission
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> str:
    """The permission that a view carries."""
    return str(view.__dict__["permission"])


def may(actor: Actor, permission: str) -> bool:
    """Whether the actor may do this kind of thing at all."""
    if permission == PUBLIC:
        return True
    if permission == SIGNED_IN:
        return actor.is_authenticated
    return any(grant.role in PERMISSIONS[permission] for grant in actor.grants)


def granting(actor: Actor, permission: str) -> list[Grant]:
    """The grants that give the actor this permission, with their limits."""
    return [grant for grant in actor.grants if grant.role in PERMISSIONS[permission]]


def organisations(actor: Actor, permission: str) -> Iterable[int] | None:
    """The organisations to which the permission is limited; None means all of them."""
    limits = [grant.organisation_id for grant in granting(actor, permission)]
    return None if None in limits else sorted({limit for limit in limits if limit is not None})


def programmes(actor: Actor, permission: str) -> Iterable[str] | None:
    """The programme codes to which the permission is limited; None means all of them."""
    limits = [grant.programme_code for grant in granting(actor, permission)]
    return None if None in limits else sorted({limit for limit in limits if limit is not None})
