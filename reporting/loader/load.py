"""Writing a checked data folder into the database: loading twice changes nothing."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from courses.catalog import queries, rules
from courses.catalog.models import LoadedFile
from lms import revisions
from lms.datafile import DataFileError, Document
from lms.db import db
from reporting.loader.catalog import (
    course_ids,
    index_again,
    load_catalog,
    load_delivery,
    load_plans,
    load_site,
)
from reporting.loader.certification import load_competencies, load_exams, load_schemes
from reporting.loader.designs import load_designs
from reporting.loader.directory import load_directory
from reporting.loader.exams import load_papers
from reporting.loader.files import Folder
from reporting.loader.items import load_items
from reporting.loader.loading import Loading, Tally, digest_of
from reporting.loader.rubrics import load_rubrics

STEPS = (
    load_site,
    load_delivery,
    load_catalog,
    load_plans,
    load_competencies,
    load_exams,
    load_schemes,
    load_items,
    load_papers,
    load_rubrics,
    load_designs,
    load_directory,
)
"""In the order of their references."""


def load(folder: Folder, *, now: datetime, today: date) -> Tally:
    """Load everything. Pages and the search learn of it only when something changed."""
    revisions.hold("catalog")
    loading = Loading(folder, now, today)
    for step in STEPS:
        step(loading)
    _refuse_circles(folder)
    for document in folder.documents():
        _remember(loading, document)
    if not loading.tally.is_quiet:
        index_again()
        revisions.bump("catalog")
    return loading.tally


def _refuse_circles(folder: Folder) -> None:
    """The files have no circle of prerequisites; together with what was edited here they might."""
    needs, ids = queries.prerequisites(), course_ids()
    errors = [
        folder.catalog.error(
            f"{course.code} would need itself, by way of courses that were edited here",
            "programmes",
            i,
            "courses",
            j,
            "prerequisites",
        )
        for i, programme in enumerate(folder.catalog.value.programmes)
        for j, course in enumerate(programme.courses)
        if rules.leads_to_itself(ids[course.code], needs)
    ]
    if errors:
        raise DataFileError(errors)


def _remember(loading: Loading, document: Document[Any]) -> None:
    """Keep which files the database has."""
    name, digest = document.name, digest_of(document)
    row = db.session.scalar(sa.select(LoadedFile).where(LoadedFile.name == name))
    since = row.loaded_at if row is not None and row.sha256 == digest else loading.now
    values = {"sha256": digest, "version": document.value.version, "loaded_at": since}
    loading.put(LoadedFile, {"name": name}, values)
