"""What the tests of files share."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask

from certification.certificates.checking import check_file
from certification.certificates.reports import Report
from certification.credentials import queries as credentials
from certification.credentials.trust import Trust
from lms import clock
from lms.db import unit
from tests.factories import Factory


@dataclass
class Stage:
    """An issued certificate's files and the issuer's trust bundle."""

    app: Flask
    pdf: bytes
    credential: bytes
    token: bytes
    certificate_id: int
    trust: Trust
    now: datetime

    def bundle(self) -> Trust:
        """The bundle as it is now."""
        with unit(writes=False):
            return credentials.trust_bundle(self.app.extensions["settings"], now=self.now)

    def check(self, content: bytes, **changes: object) -> Report:
        values = {"trust": self.trust, "now": self.now, **changes}
        return check_file(content, values["trust"], now=values["now"])  # type: ignore[arg-type]


@pytest.fixture
def stage(app: Flask, make: Factory) -> Stage:
    row = make.certificate(make.award(make.person("Ada Lovelace"), make.scheme(make.programme())))
    storage = app.extensions["storage"]
    files = [
        storage.get(digest)
        for digest in (row.document_sha256, row.credential_sha256, row.token_sha256)
    ]
    found = Stage(app, *files, row.id, Trust({}, {}, b"", b"", {}, clock.now()), clock.now())
    found.trust = found.bundle()
    return found
