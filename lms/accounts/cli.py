"""`flask people`: inviting from the command line, for the first administrator."""

from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from lms import audit, clock, wording
from lms.accounts import actions, credentials, queries, rules
from lms.accounts.addresses import is_address
from lms.accounts.models import Account, AccountState, Organisation, TokenKind
from lms.db import run
from lms.errors import Refusal
from lms.permissions import Role

people_group = AppGroup("people", help="People and their roles.")


@people_group.command("invite", help="Invite a person and print the single-use link.")
@click.argument("email")
@click.option("--role", "role_name", type=click.Choice([role.value for role in Role]))
@click.option("--name", default="", help="The person's name; the address before @ by default.")
@click.option("--organisation", default="", help="The code of an organisation.")
def invite(email: str, role_name: str | None, name: str, organisation: str) -> None:
    """Create what is missing, give the role, print the link."""
    try:
        link = run(lambda: _invite(email, role_name, name, organisation))
    except Refusal as refusal:
        texts = [wording.word(reason) for reason in refusal.reasons]
        raise click.ClickException(" ".join(texts)) from None
    click.echo(link)


def _invite(email: str, role_name: str | None, name: str, code: str) -> str:
    now = clock.now()
    organisation = _organisation(code)
    account = _account(email, name, now=now)
    person = account.person
    if organisation is not None:
        actions.add_member(person, organisation, by=None, on=now.date(), now=now)
    if role_name:
        needs = organisation is not None and role_name in rules.NEEDS_ORGANISATION
        limit = organisation.id if organisation is not None and needs else None
        actions.grant_role(person, Role(role_name), by=None, now=now, organisation_id=limit)
    return _link(account, now=now)


def _organisation(code: str) -> Organisation | None:
    found = queries.organisation_by_code(code)
    if code and found is None:
        raise click.ClickException(f"There is no organisation with the code {code}.")
    return found


def _account(email: str, name: str, *, now: datetime) -> Account:
    found = queries.account_by_email(email)
    if found is None:
        if not is_address(email):
            raise click.ClickException(f"{email} is no e-mail address.")
        name = rules.plain_name(name) or email.partition("@")[0]
        person = actions.create_person(name, by=None, now=now, email=email)
        actions.create_account(person, email, by=None, now=now)
        found = queries.account_by_email(email)
    if found is None or found.state == AccountState.DISABLED:
        raise click.ClickException(f"The account of {email} is disabled.")
    return found


def _link(account: Account, *, now: datetime) -> str:
    kind = TokenKind.PASSWORD if account.state == AccountState.ACTIVE else TokenKind.INVITATION
    token = credentials.issue_token(account, kind, now=now)
    audit.record("account.invited", "person", account.person_id, by=None, now=now)
    path = "password-reset" if kind == TokenKind.PASSWORD else "invitation"
    return f"{current_app.extensions['settings'].public_url}/{path}/{token}"
