"""Nothing that we did not write can stand in a file of ours: where readers pass it over or differ
in what they read, the file is altered."""

import json

import pytest

from certification.certificates.inspection import inspect
from certification.certificates.rules import Verdict
from tests.certification.certificates.conftest import Stage
from tests.certification.certificates.test_checking import codes

pytestmark = [pytest.mark.thorough, pytest.mark.sqlite]


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"{", b'"name":"Doctor of Medicine","validUntil":"2099-01-01T00:00:00Z",'),
        (b'"credentialSubject":{', b'"licenseNumber":"EVE-1",'),
        (b"{", b'"\\u006eame":"Doctor of Medicine",'),
    ],
)
def test_a_name_that_stands_twice(stage: Stage, begin: bytes, more: bytes) -> None:
    """The last value counts here, and the first or both with others."""
    forged = stage.credential.replace(begin, begin + more, 1)
    assert json.loads(forged) == json.loads(stage.credential)
    report = stage.check(forged)
    assert (report.verdict, codes(report)) == (Verdict.ALTERED, {"malformed"})


@pytest.mark.parametrize("depth", [100, 300, 900, 100_000])
def test_a_forged_credential_of_great_depth(stage: Stage, depth: int) -> None:
    forged = b'{"proof":' + b"[" * depth + b"]" * depth + b"}"
    assert inspect(forged, stage.trust, now=stage.now).verdict is Verdict.ALTERED
