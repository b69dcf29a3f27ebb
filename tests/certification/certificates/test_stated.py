"""What a signed credential says, for people."""

from typing import Any

from flask import Flask

from certification.certificates.stated import fields

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
