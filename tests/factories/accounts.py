"""People, accounts, organisations, roles."""

from datetime import date

from flask.testing import FlaskClient

from lms import clock
from lms.accounts import actions, credentials, identity, passwords
from lms.accounts.models import (
    Account,
    AccountState,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    SupportPlan,
    TokenKind,
)
from lms.db import db, unit
from lms.permissions import Role
from tests.factories.base import FactoryBase


class AccountsFactory(FactoryBase):
    """Makes people who can sign in."""

    def plan(self, code: str = "gold", rank: int = 2) -> SupportPlan:
        """A support plan; rank 1 stands first in queues."""
        return self.save(SupportPlan(code=code, name=code.title(), rank=rank, features=[]))

    def organisation(
        self, code: str = "acme", plan: SupportPlan | None = None, is_partner: bool = False
    ) -> Organisation:
        """A customer, perhaps with a plan."""
        return self.save(
            Organisation(
                code=code,
                name=code.title(),
                search_name=code,
                is_partner=is_partner,
                support_plan_id=plan.id if plan else None,
                created_at=self.now,
            )
        )

    def person(
        self,
        name: str = "Ada Lovelace",
        *roles: Role,
        organisation: Organisation | None = None,
        limit: Organisation | None = None,
        programme_code: str | None = None,
        time_zone: str = "Europe/Berlin",
        password: str | None = None,
        state: AccountState = AccountState.ACTIVE,
    ) -> Person:
        """A person with an active account; roles may be limited to `limit`.

        Without a password nobody gets in by the form; `sign_in` needs none.
        """
        email = f"{name.split(maxsplit=1)[0].casefold()}{self.next()}@people.example"
        person = self.save(
            Person(
                name=name,
                sort_name=name.casefold(),
                search_name=actions.search_text(name, email),
                time_zone=time_zone,
                created_at=self.now,
            )
        )
        self.save(
            Account(
                person_id=person.id,
                email=email,
                email_key=email,
                password_hash=passwords.hash_of(password) if password else None,
                state=state,
                created_at=self.now,
            )
        )
        for role in roles:
            self.save(
                RoleGrant(
                    person_id=person.id,
                    role=role,
                    granted_at=self.now,
                    organisation_id=limit.id if limit else None,
                    programme_code=programme_code,
                )
            )
        if organisation is not None:
            self.member(person, organisation)
        return person

    def account(self, person: Person) -> Account:
        """The person's account as it is now."""
        with unit(writes=False):
            found = db.session.query(Account).filter_by(person_id=person.id)
            return found.populate_existing().one()

    def link(self, person: Person, kind: TokenKind = TokenKind.INVITATION) -> str:
        """The token of a fresh single-use link to the person."""
        with unit(writes=True):
            account = db.session.query(Account).filter_by(person_id=person.id).one()
            return credentials.issue_token(account, kind, now=clock.now())

    def member(self, person: Person, organisation: Organisation) -> Membership:
        """The person works for the organisation."""
        return self.save(
            Membership(
                person_id=person.id,
                organisation_id=organisation.id,
                started_on=date(2026, 1, 1),
                created_at=self.now,
            )
        )

    def sign_in(self, client: FlaskClient, person: Person) -> FlaskClient:
        """Sign a person in without the form (which has its own tests)."""
        with unit(writes=True):
            account = db.session.query(Account).filter_by(person_id=person.id).one()
            token = identity.start(account, now=clock.now())
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return client
