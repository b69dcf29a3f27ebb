"""Links by which a holder shows a certificate elsewhere. Standard library only."""

from datetime import date
from urllib.parse import urlencode

LINKEDIN = "https://www.linkedin.com/profile/add"


def add_to_profile(
    *,
    name: str,
    organisation: str,
    issued_on: date,
    valid_until: date | None,
    url: str,
    number: str,
) -> str:
    """LinkedIn's "add to profile" with the certificate's facts filled in."""
    values = {
        "startTask": "CERTIFICATION_NAME",
        "name": name,
        "organizationName": organisation,
        "issueYear": str(issued_on.year),
        "issueMonth": str(issued_on.month),
        "certUrl": url,
        "certId": number,
    }
    if valid_until is not None:
        values |= {
            "expirationYear": str(valid_until.year),
            "expirationMonth": str(valid_until.month),
        }
    return f"{LINKEDIN}?{urlencode(values)}"
