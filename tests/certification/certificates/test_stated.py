"""What a signed credential says, for people."""

from typing import Any

from flask import Flask

from certification.certificates.stated import fields
from lms import i18n
from tests.certification.credentials.issuer import TestIssuer

CREDENTIAL: dict[str, Any] = {
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "id": "https://academy.example/verify/X",
    "name": "Certified Administrator",
    "description": "Runs a site alone.",
    "issuer": {"id": "https://academy.example", "name": "Academy"},
    "awardedDate": "2025-11-15T00:00:00+01:00",
    "validFrom": "2025-11-15T00:00:00+01:00",
    "credentialSubject": {
        "id": "urn:x",
        "achievement": {"humanCode": "ADM", "version": "1"},
    },
    "evidence": [
        {"name": "Foundation", "narrative": "Completed on 2025-11-14."},
        {"name": "Practice", "narrative": "Completed."},
        {"name": "Case 1234-56-78", "narrative": "Confirmed on 1234-56-78."},
    ],
}


def test_the_day_of_a_proof_is_written_like_the_other_days(app: Flask) -> None:
    with app.test_request_context():
        said = fields(CREDENTIAL, "Europe/Berlin")
    assert ("Awarded on", "15 November 2025") in said
    # What is no day stays as it was signed.
    assert said[-3:] == [
        ("Foundation", "Completed on 14 November 2025."),
        ("Practice", "Completed."),
        ("Case 1234-56-78", "Confirmed on 1234-56-78."),
    ]


def test_what_had_to_be_met_is_shown_as_it_was_signed(app: Flask) -> None:
    """A competency's level stands there alone."""
    signed = TestIssuer().bare()
    with app.test_request_context():
        told = dict(fields(signed, "Europe/Berlin"))["Criteria"]
    assert told == (
        "Foundation Training (ADM-101)<br>"
        "Written Exam (ADM-X): at least 70 of 100<br>"
        "Practical Exam (ADM-Y): at least 80 of 100<br>"
        "Hardening (SEC-1): level 3"
    )


def test_words_in_it_have_no_power_over_the_page(app: Flask) -> None:
    achievement = {**CREDENTIAL["credentialSubject"]["achievement"]}
    achievement["criteria"] = {"narrative": "- <b>x</b>\n- <br> - y"}
    subject = {**CREDENTIAL["credentialSubject"], "achievement": achievement}
    with app.test_request_context():
        told = dict(fields({**CREDENTIAL, "credentialSubject": subject}, "UTC"))["Criteria"]
    assert told == "&lt;b&gt;x&lt;/b&gt;<br>&lt;br&gt; - y"


def test_a_proof_is_told_in_the_readers_language(app: Flask) -> None:
    """What was signed is English; its reader need not be."""
    with app.test_request_context("/?lang=en-XA"):
        said = fields(CREDENTIAL, "Europe/Berlin")
        on, alone = i18n.gettext("Completed on %(day)s.", day="14 November 2025"), "Completed."
        assert said[-3:] == [
            ("Foundation", on),
            ("Practice", i18n.gettext(alone)),
            ("Case 1234-56-78", "Confirmed on 1234-56-78."),
        ]
    assert on.startswith("[") or not on.startswith("Completed")
