"""Log lines: JSON for machines in production, readable on a terminal else; each names its request
and who asked."""

from random import getrandbits
from typing import Any

import structlog
from flask import g, has_app_context
from structlog.typing import EventDict

from lms.settings import Settings


def request_id() -> str:
    """A name for a request, in its log lines and its answer. Not a secret, so drawn without asking
    the system; each process begins elsewhere."""
    return f"{getrandbits(64):016x}"


def configure(settings: Settings) -> None:
    """Set the log lines of this process up."""
    structlog.configure(
        processors=[
            _whose,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_written(settings.production),
        ],
        cache_logger_on_first_use=True,
    )


def _written(production: bool) -> list[structlog.typing.Processor]:
    if production:
        return [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False)]


def _whose(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if has_app_context():
        reader = g.get("_login_user")
        event["request"] = g.get("request_id")
        event["person"] = getattr(reader, "person_id", None)
    return event
