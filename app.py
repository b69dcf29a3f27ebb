"""Wiring only: settings, extensions, blueprints, the slots that lower pages leave to upper ones."""

import lms.starting  # isort: skip  # before all that it makes quicker

import os
from collections.abc import Mapping

from flask import Flask

import certification.awards.jobs
import certification.awards.views
import certification.awards.views_life
import certification.bulk.jobs
import certification.bulk.views
import certification.certificates.api
import certification.certificates.cli
import certification.certificates.health
import certification.certificates.jobs
import certification.certificates.late
import certification.certificates.views
import certification.certificates.views_credentials
import certification.certificates.views_files
import certification.certificates.views_share
import certification.competency.views
import certification.credentials.jobs
import certification.credentials.views
import certification.cutscores.jobs
import certification.cutscores.views
import certification.cutscores.views_panel
import certification.delivery.jobs
import certification.delivery.views
import certification.delivery.views_attempts
import certification.delivery.views_browser
import certification.delivery.views_plan
import certification.delivery.views_proctor
import certification.delivery.views_slots
import certification.delivery.wording
import certification.designs.views
import certification.designs.views_draft
import certification.designs.wording
import certification.exams.views
import certification.exams.views_policy
import certification.items.jobs
import certification.items.views
import certification.items.views_editor
import certification.items.views_exchange
import certification.items.views_many
import certification.items.views_picture
import certification.keys.health
import certification.keys.views
import certification.papers.views
import certification.papers.views_blueprint
import certification.papers.views_cut
import certification.rubrics.views
import certification.rubrics.views_assessments
import certification.rubrics.views_own
import certification.scoring.jobs
import certification.scoring.views
import certification.scoring.views_appeals
import certification.scoring.views_assessed
import certification.scoring.views_dispositions
import certification.scoring.views_marking
import certification.scoring.views_records
import certification.scoring.views_reinstating
import certification.scoring.views_voiding
import certification.statistics.jobs
import certification.statistics.views
import courses.catalog.views
import courses.catalog.views_drafts
import courses.catalog.views_manage
import courses.scheduling.jobs
import courses.scheduling.views
import lms.accounts.views
import lms.accounts.views_import
import lms.accounts.views_organisations
import lms.accounts.views_people
import lms.accounts.views_profile
import lms.accounts.views_tokens
import lms.accounts.views_undo
import lms.api.endpoints
import lms.api.openapi
import lms.health
import reporting.certificate
import reporting.cli
import reporting.home
import reporting.operations
import reporting.partner.jobs
import reporting.partner.views
import reporting.partner.views_access
import reporting.partner.views_checks
import reporting.partner.views_news
import reporting.partner.views_staff
import reporting.partner.wording
import reporting.slots
import reporting.training.views
import support.directory.views
from lms import (
    cli,
    doctor,
    drawing,
    error_pages,
    frame,
    i18n,
    jobs,
    limits,
    logs,
    navigation,
    schema,
    settings,
    web,
)
from lms import db as database
from lms.accounts.identity import login_manager
from lms.navigation import Entry
from lms.permissions import PUBLIC, SIGNED_IN
from lms.storage import Storage
from lms.uploads import Uploads
from lms.web import Application

BLUEPRINTS = (
    lms.health.blueprint,
    lms.accounts.views.blueprint,
    courses.catalog.views.blueprint,
    courses.scheduling.views.blueprint,
    certification.competency.views.blueprint,
    certification.items.views.blueprint,
    certification.exams.views.blueprint,
    certification.delivery.views.blueprint,
    certification.delivery.views_attempts.blueprint,
    certification.papers.views.blueprint,
    certification.rubrics.views.blueprint,
    certification.rubrics.views_assessments.blueprint,
    certification.delivery.views_proctor.blueprint,
    certification.delivery.views_plan.blueprint,
    certification.scoring.views.blueprint,
    certification.statistics.views.blueprint,
    certification.cutscores.views.blueprint,
    certification.awards.views.blueprint,
    certification.awards.views_life.blueprint,
    certification.keys.views.blueprint,
    certification.credentials.views.blueprint,
    certification.designs.views.blueprint,
    certification.certificates.views.blueprint,
    certification.bulk.views.blueprint,
    support.directory.views.blueprint,
    reporting.home.blueprint,
    reporting.operations.blueprint,
    reporting.training.views.blueprint,
    reporting.partner.views.blueprint,
)

ENTRIES = (
    Entry("home.me", "My learning", "house", SIGNED_IN, 10, "/me"),
    Entry("catalog.index", "Catalogue", "book-open", PUBLIC, 20, "/catalog"),
    Entry("scheduling.index", "Dates", "calendar", PUBLIC, 30, "/class-sessions"),
    Entry("scheduling.teach", "Teach", "graduation-cap", "teach.see", 40, "/teach"),
    Entry(
        "competency.validations",
        "Assess",
        "clipboard-check",
        "competency.see",
        45,
        "/teach/validations",
    ),
    Entry("partner.index", "Partner", "building-2", "partner.see", 50, "/partner"),
    Entry("home.manage", "Manage", "settings", "manage.see", 60, "/manage"),
)


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The application for these environment variables (the process's own by default)."""
    lms.starting.done()
    config = settings.read(os.environ if environ is None else environ)
    logs.configure(config)
    app = Application(__name__, static_url_path="/static")
    app.extensions["settings"] = config
    app.extensions["storage"] = Storage(config.data_dir / "documents")
    app.extensions["uploads"] = Uploads(config.data_dir / "uploads")
    database.init_app(app, config)
    jobs.init_app(app, config)
    i18n.init_app(app)
    web.init_app(app)
    login_manager.init_app(app, add_context_processor=False)
    limits.init_app(app, config)
    for part in (
        drawing,
        frame,
        error_pages,
        schema,
        cli,
        reporting.cli,
        certification.certificates.cli,
    ):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    lms.api.endpoints.init_app(app)
    navigation.add(app, *ENTRIES)
    reporting.slots.init_app(app)
    for check in (
        reporting.operations.fonts,
        reporting.operations.demonstration,
        certification.keys.health.check,
        certification.certificates.health.check,
        certification.certificates.health.zone,
    ):
        doctor.add_check(app, check)
    app.view_functions["static"].__dict__["permission"] = PUBLIC
    web.check_all_routes(app)
    return app
