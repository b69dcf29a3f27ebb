"""Wiring only: settings, extensions, blueprints, the slots that lower pages leave to upper ones."""

import os
from collections.abc import Mapping

from flask import Flask

from lms import db as database
from lms import error_pages, i18n, jobs, schema, settings, site, web
from lms.accounts.identity import login_manager
from lms.navigation import navigation
from lms.storage import Storage
from lms.web import Application

import certification.awards.models
import certification.certificates.models
import certification.competency.models
import certification.exams.models
import courses.catalog.models
import courses.scheduling.models
import lms.accounts.models
import lms.audit
import lms.mail
import lms.once
import lms.site
import lms.worker
import support.directory.models  # noqa: F401


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The application for these environment variables (the process's own by default)."""
    config = settings.read(os.environ if environ is None else environ)
    app = Application(__name__, static_url_path="/static")
    app.extensions["settings"] = config
    app.extensions["storage"] = Storage(config.data_dir / "documents")
    database.init_app(app, config)
    jobs.init_app(app, config)
    i18n.init_app(app)
    web.init_app(app)
    login_manager.init_app(app)
    error_pages.init_app(app)
    schema.init_app(app)
    app.jinja_env.globals.update(navigation=navigation)
    app.context_processor(lambda: {"site": site.current()})
    app.view_functions["static"].__dict__["permission"] = "public"
    web.check_all_routes(app)
    return app
