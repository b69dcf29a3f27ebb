"""`flask people`: inviting from the command line, for the first administrator."""

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.accounts import actions, credentials, queries
from lms.accounts.models import AccountState, TokenKind
from lms.db import run
from lms.permissions import Role

people_group = AppGroup("people", help="People and their roles.")


@people_group.command("invite", help="Invite a person and print the single-use link.")
@click.argument("email")
@click.option("--role", "role_name", type=click.Choice([role.value for role in Role]))
@click.option("--name", default="", help="The person's name; the address before @ by default.")
@click.option("--organisation", default="", help="The code of an organisation.")
def invite(email: str, role_name: str | None, name: str, organisation: str) -> None:
    """Create what is missing, give the role, print the link."""
    link = run(lambda: _invite(email, role_name, name, organisation))
    click.echo(link)


def _invite(email: str, role_name: str | None, name: str, code: str) -> str:
    now = clock.now()
    account = queries.account_by_email(email)
    if account is None:
        person = actions.create_person(
            name or email.partition("@")[0], by=None, now=now, email=email
        )
        account = actions.create_account(person, email, by=None, now=now)
    else:
        person = account.person
    if role_name:
        actions.grant_role(person, Role(role_name), by=None, now=now)
    organisation = queries.organisation_by_code(code)
    if code and organisation is None:
        raise click.ClickException(f"There is no organisation with the code {code}.")
    if organisation is not None:
        actions.add_member(person, organisation, by=None, on=now.date(), now=now)
    kind = TokenKind.PASSWORD if account.state == AccountState.ACTIVE else TokenKind.INVITATION
    token = credentials.issue_token(account, kind, now=now)
    path = "password-reset" if kind == TokenKind.PASSWORD else "invitation"
    return f"{current_app.extensions['settings'].public_url}/{path}/{token}"
