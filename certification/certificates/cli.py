"""`flask certificates`: keys for those who run the installation."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from certification.certificates import queries
from certification.keys import actions, recovery
from certification.keys import queries as keys
from certification.keys.models import Key, Purpose
from certification.keys.vault import KeyTrouble
from lms import clock, wording
from lms.db import run, unit
from lms.errors import Refusal
from lms.settings import Settings

certificates_group = AppGroup("certificates", help="Keys and files of certificates.")
SHORTEST_PASSPHRASE = 12


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(certificates_group)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _stopped(error: KeyTrouble | Refusal) -> click.ClickException:
    if isinstance(error, KeyTrouble):
        return click.ClickException(str(error))
    return click.ClickException(" ".join(wording.word(reason) for reason in error.reasons))


@certificates_group.command("keys", help="List the keys: name, purpose, state.")
def list_keys() -> None:
    """Print every key, oldest first."""
    with unit(writes=False):
        for key in keys.all_keys():
            click.echo(f"{key.kid:14} {key.purpose:11} {key.state:12} {key.place}")


@certificates_group.command("rotate", help="Sign with fresh keys; the old ones stay published.")
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in Purpose]),
    multiple=True,
    help="Only these; all but the authority by default.",
)
def rotate(purpose: tuple[str, ...]) -> None:
    """Rotate and name the fresh keys."""
    chosen = [Purpose(name) for name in purpose]
    chosen = chosen or [each for each in Purpose if each != Purpose.AUTHORITY]
    try:
        made = run(lambda: _rotate(chosen))
    except KeyTrouble as error:
        raise _stopped(error) from error
    click.echo(f"Signing with {', '.join(key.kid for key in made)} from now on.")
    click.echo("Export a recovery bundle that has them: flask certificates export FILE")


def _rotate(chosen: list[Purpose]) -> list[Key]:
    now = clock.now()
    return [key for purpose in chosen for key in actions.rotate(purpose, _settings(), now=now)]


@certificates_group.command("compromise", help="Withdraw a key that others may hold.")
@click.argument("kid")
@click.option("--yes", is_flag=True, help="Do not ask.")
def compromise(kid: str, yes: bool) -> None:
    """Withdraw, take a fresh key into use, and say what must be issued again."""
    if not yes:
        click.confirm(f"What {kid} signed will no longer verify. Withdraw it?", abort=True)
    try:
        withdrawn = run(lambda: actions.compromise(kid, _settings(), now=clock.now()))
    except (KeyTrouble, Refusal) as error:
        raise _stopped(error) from error
    with unit(writes=False):
        for key in withdrawn:
            count = len(queries.signed_with(key.kid))
            click.echo(f"{key.kid} is withdrawn; it signed {count} certificates that stand.")
    click.echo("Issue them again in bulk, and export a new recovery bundle.")


@certificates_group.command("affected", help="List certificates that a key signed.")
@click.argument("kid")
def affected(kid: str) -> None:
    """Print a code per line, replaced ones left out."""
    with unit(writes=False):
        for code in queries.codes_signed_with(kid):
            click.echo(code)


_PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read the passphrase from this file instead of asking.",
)


def _passphrase(file: Path | None, *, again: bool) -> str:
    if file is None:
        given = click.prompt("Passphrase", hide_input=True, confirmation_prompt=again)
    else:
        given = file.read_text().strip()
    if len(given) < SHORTEST_PASSPHRASE:
        raise click.ClickException(f"A passphrase has {SHORTEST_PASSPHRASE} characters or more.")
    return str(given)


@certificates_group.command("export", help="Write all keys into a recovery bundle.")
@click.argument("target", type=click.Path(path_type=Path))
@_PASSPHRASE
def export(target: Path, passphrase_file: Path | None) -> None:
    """Write the bundle (0600); an existing file is never overwritten."""
    passphrase = _passphrase(passphrase_file, again=True)
    try:
        text = run(lambda: recovery.export(_settings(), passphrase, now=clock.now()))
        target.touch(mode=0o600, exist_ok=False)
    except KeyTrouble as error:
        raise _stopped(error) from error
    except FileExistsError as error:
        raise click.ClickException(f"{target} exists: nothing is overwritten") from error
    target.write_text(text)
    click.echo(f"{target}: keep it and its passphrase apart, and neither beside the backups.")


@certificates_group.command("import", help="Bring keys back from a recovery bundle.")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_PASSPHRASE
def import_(source: Path, passphrase_file: Path | None) -> None:
    """Bring back what is missing; what is here must be the same."""
    text, passphrase = source.read_text(), _passphrase(passphrase_file, again=False)
    try:
        brought = run(lambda: recovery.restore(_settings(), text, passphrase, now=clock.now()))
    except (KeyTrouble, Refusal) as error:
        raise _stopped(error) from error
    click.echo(f"Brought back: {', '.join(brought)}" if brought else "Nothing was missing.")
