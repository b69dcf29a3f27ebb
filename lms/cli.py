"""Commands of the ground: setup, worker, doctor, audit, backup, restore."""

import sys
import tempfile
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from lms import audit, backup, clock, doctor, schema, worker
from lms.db import unit
from lms.settings import Settings

audit_group = AppGroup("audit", help="The hash-chained audit log.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(audit_group)
    for command in (run_worker, examine, make_backup, restore):
        app.cli.add_command(command)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def upgrade_safely(app: Flask) -> Path | None:
    """Migrate to the head; an existing database that is behind is backed up first.

    Returns the backup's path when one was made.
    """
    made = None
    with app.app_context():
        if schema.has_tables() and schema.current() != schema.head():
            made = _default_target(_settings())
            backup.make(_settings(), made, now=clock.now())
    schema.to_head(app)
    return made


def _default_target(settings: Settings) -> Path:
    return settings.data_dir / "backups" / f"academy-{clock.now():%Y%m%dT%H%M%S}.tar"


@click.command("worker", help="Run jobs until stopped.")
def run_worker() -> None:
    """Run jobs in this process."""
    worker.serve(current_app._get_current_object(), _settings())  # type: ignore[attr-defined]


@click.command("doctor", help="Check the installation and say what to do.")
@click.option("--settings", "show_settings", is_flag=True, help="List the settings too.")
def examine(show_settings: bool) -> None:
    """Print each check; exit 1 when one is not fine."""
    if show_settings:
        for name, value in _settings().public_view().items():
            click.echo(f"  {name.upper():18} {value}")
    checks = list(doctor.examine())
    for check in checks:
        click.echo(f"{'ok  ' if check.fine else 'FAIL'} {check.name:16} {check.detail}")
        if check.remedy:
            click.echo(f"     → {check.remedy}")
    sys.exit(0 if all(check.fine for check in checks) else 1)


@audit_group.command("verify", help="Walk the whole chain and prove it.")
def verify_chain() -> None:
    """Exit 1 and name each flaw when the chain does not hold."""
    with unit(writes=False):
        flaws = list(audit.verify())
    for flaw in flaws:
        click.echo(f"entry {flaw.entry_id}: {flaw.code}")
    click.echo("The chain does not hold." if flaws else "The chain holds.")
    sys.exit(1 if flaws else 0)


@click.command("backup", help="Write database and documents into one file.")
@click.argument("target", type=click.Path(path_type=Path), required=False)
def make_backup(target: Path | None) -> None:
    """Back up while the product runs."""
    report = backup.make(_settings(), target or _default_target(_settings()), now=clock.now())
    click.echo(f"{report.path}: {report.database}, {report.documents} documents")
    click.echo("The keys in it are encrypted; KEY_FILE is not in it: keep that elsewhere.")


@click.command("restore", help="Check a backup, and put it in place unless --verify is given.")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option("--verify", "only_verify", is_flag=True, help="Only check it, change nothing.")
def restore(source: Path, only_verify: bool) -> None:
    """Restore into an empty place."""
    try:
        if only_verify:
            with tempfile.TemporaryDirectory() as folder:
                manifest = backup.verify(source, Path(folder))
            click.echo(f"sound: {manifest['database']}, {len(manifest['documents'])} documents")
            return
        report = backup.restore(_settings(), source)
    except backup.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"restored {report.database} and {report.documents} documents")
