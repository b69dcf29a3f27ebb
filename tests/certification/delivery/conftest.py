"""Who sits an exam, in a browser that sends no form tokens."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from tests.factories import Factory


@pytest.fixture
def no_csrf(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def candidate(make: Factory) -> Person:
    return make.person("Cara Candidate")


@pytest.fixture
def browser(app: Flask, make: Factory, candidate: Person, no_csrf: None) -> FlaskClient:
    return make.sign_in(app.test_client(), candidate)
