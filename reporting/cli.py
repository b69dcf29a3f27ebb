"""Commands that cross packages: setup, the catalogue's data, the demonstration."""

import sys
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from certification.credentials import actions as credentials
from certification.keys import actions as keys
from certification.keys.vault import KeyTrouble
from lms import clock, schema
from lms.accounts.cli import people_group
from lms.cli import upgrade_safely
from lms.datafile import DataFileError
from lms.db import run
from lms.settings import Settings
from reporting.benchdata.cli import bench
from reporting.demo import people as demo
from reporting.loader.checks import read_folder
from reporting.loader.files import Folder
from reporting.loader.load import load
from reporting.loader.loading import Tally

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "truststram-v4.4"

catalog_group = AppGroup("catalog", help="The catalogue's data files.")
demo_group = AppGroup("demo", help="Demonstration people; never in production.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    demo_group.add_command(bench)
    for command in (setup, catalog_group, demo_group, people_group):
        app.cli.add_command(command)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _read(path: Path) -> Folder:
    try:
        return read_folder(path)
    except DataFileError as error:
        _stop(error)


def _stop(error: DataFileError) -> NoReturn:
    for flaw in error.errors:
        click.echo(str(flaw), err=True)
    click.echo(f"Nothing was changed: {len(error.errors)} errors.", err=True)
    sys.exit(1)


def _load(folder: Folder) -> Tally:
    now = clock.now()
    today = clock.today(now, _settings().issuer_zone)
    try:
        return run(lambda: load(folder, now=now, today=today))
    except DataFileError as error:
        _stop(error)


@catalog_group.command("load", help="Load a folder of data files; twice changes nothing.")
@click.argument("path", type=click.Path(path_type=Path, exists=True), default=SHIPPED)
def load_catalog(path: Path) -> None:
    """Check everything, then write everything or nothing."""
    tally = _load(_read(path))
    for line in tally.lines():
        click.echo(line)
    if tally.is_quiet:
        click.echo("Nothing changed.")


@catalog_group.command("check", help="Check a folder of data files, change nothing.")
@click.argument("path", type=click.Path(path_type=Path, exists=True), default=SHIPPED)
def check(path: Path) -> None:
    """Exit 1 and name file, line and reason of each flaw."""
    _read(path)
    click.echo("The data files are sound.")


@demo_group.command("load", help="Make the demonstration people and what they did.")
def load_demo() -> None:
    """Make what is missing; never in production."""
    if _settings().production:
        raise click.ClickException("Demonstration people are never made in production.")
    made = demo.load(_settings())
    click.echo("The demonstration is ready." if made else "The demonstration was there already.")


@demo_group.command("who", help="How to sign in as the demonstration people.")
def who() -> None:
    """Print addresses and the password."""
    settings = _settings()
    if settings.production:
        raise click.ClickException("There are no demonstration people in production.")
    _tell_who(settings)


def _tell_who(settings: Settings) -> None:
    click.echo(
        f"Sign in at {settings.public_url}/sign-in with the password {settings.demo_password}"
    )
    for email, what in demo.ROLES_TO_TRY:
        click.echo(f"  {email:24} {what}")


@click.command(
    "setup", help="Migrate, load the shipped catalogue and, outside production, the demonstration."
)
def setup() -> None:
    """Make everything ready; quick when it is. What it did is told at once, on stderr; how to sign
    in stands on stdout, for whoever shows it when the product answers."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    fresh = not schema.has_tables()
    if _settings().production and not fresh and demo.is_there():
        raise click.ClickException(
            "APP_ENV=production refuses demonstration data: set DATA_DIR to an empty folder "
            "(or DATABASE_URL to an empty database)."
        )
    if fresh or schema.current() != schema.head():
        made = upgrade_safely(app)
        if made:
            click.echo(f"Backed up to {made} before the upgrade.", err=True)
    if not demo.has_catalogue():
        _load(_read(SHIPPED))
    _ensure_keys()
    if not _settings().production:
        demo.load(_settings())
        _tell_who(_settings())


def _ensure_keys() -> None:
    """The first start makes the keys; a later one refuses when a private key is missing."""
    settings, now = _settings(), clock.now()
    try:
        made = run(lambda: keys.ensure(settings, now=now))
    except KeyTrouble as error:
        raise click.ClickException(str(error)) from error
    run(lambda: credentials.sign_lists_daily(now.date()))
    if made:
        click.echo(f"Made the keys {', '.join(made)}; {settings.key_file} unlocks them.", err=True)
        click.echo("Keep a recovery bundle elsewhere: flask certificates export FILE", err=True)
