"""The 1EdTech schema of an Open Badges 3.0 AchievementCredential, checked before signing."""

from functools import cache
from typing import Any

from jsonschema import Draft201909Validator

from certification.credentials.contexts import SCHEMA, bundled

ID = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
TYPE = "1EdTechJsonSchemaValidator2019"


class NotValid(ValueError):
    """A credential that the schema refuses; the text names the place and the reason."""


@cache
def _validator() -> Draft201909Validator:
    return Draft201909Validator(bundled(SCHEMA))


def require_valid(credential: dict[str, Any]) -> None:
    """Raise NotValid with the first thing that the schema does not allow."""
    for error in _validator().iter_errors(credential):
        place = "/".join(str(part) for part in error.absolute_path)
        raise NotValid(f"{place or 'credential'}: {error.message[:200]}")
