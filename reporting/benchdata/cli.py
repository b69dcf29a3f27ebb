"""`flask demo bench`: the bench data set in one command."""

import click
from flask import current_app

from lms import clock, schema
from lms.settings import Settings
from reporting.benchdata.load import NotPossible, load

MOST_PEOPLE = 1_000_000


@click.command("bench", help="Load a large academy for measuring. Never in production.")
@click.option("--people", type=click.IntRange(100, MOST_PEOPLE), default=100_000, show_default=True)
def bench(people: int) -> None:
    """Load people with three seats, an award and a certificate each; prints what and how long."""
    settings: Settings = current_app.extensions["settings"]
    if settings.production:
        raise click.ClickException("The bench data set is not for APP_ENV=production.")
    if not schema.has_tables():
        schema.to_head(current_app._get_current_object())  # type: ignore[attr-defined]
    try:
        report = load(people, now=clock.now())
    except NotPossible as error:
        raise click.ClickException(str(error)) from error
    for table, rows in report.rows.items():
        click.echo(f"{rows:12,} {table}")
    click.echo(f"{sum(report.rows.values()):12,} rows in {report.seconds:.1f} s")
