"""Where a reader lands whose address only takes forms: at the page that the address belongs to.

Such an address stands in the address bar after an error page, after a sign-in on the way, or as a
copied link. What belongs to a page lies below it, so its page is the nearest address above that
can be read. The page itself then says who may see it and whether it exists; here nothing is looked
up, so nothing is told.
"""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Rule

PROGRAMS = "/api/"
"""Addresses for programs, which are told about a wrong method."""
READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Landings:
    """By the rule of an address that takes forms only, how many of its parts its page has."""

    parts: dict[str, int]
    hidden: frozenset[str]
    """Those that a page's rule with a place in it would take for one of its own."""


def init_app(app: Flask) -> None:
    """Look at all routes once."""
    rules = list(app.url_map.iter_rules())
    pages = {rule.rule for rule in rules if "GET" in (rule.methods or ())}
    forms = [
        rule.rule for rule in rules if rule.rule not in pages and not rule.rule.startswith(PROGRAMS)
    ]
    hidden = frozenset(rule for rule in forms if "<" not in rule)
    app.extensions["landings"] = Landings({rule: _parts(rule, pages) for rule in forms}, hidden)
    app.before_request(_leave_what_is_hidden)


def _parts(rule: str, pages: set[str]) -> int:
    parts = rule.strip("/").split("/")
    while parts and "/" + "/".join(parts) not in pages:
        parts.pop()
    return len(parts)


def page_of_address() -> str | None:
    """The page that the address of this request belongs to, None when it takes no forms alone."""
    landings: Landings = current_app.extensions["landings"]
    rule = _rule_for_forms()
    if request.method not in READING or rule is None or rule.rule not in landings.parts:
        return None
    parts = request.path.strip("/").split("/")[: landings.parts[rule.rule]]
    return quote("/" + "/".join(parts))


def _rule_for_forms() -> Rule | None:
    adapter = current_app.create_url_adapter(request)
    try:
        found = adapter.match(request.path, method="POST", return_rule=True) if adapter else None
    except HTTPException:
        return None
    return found[0] if found else None


def _leave_what_is_hidden() -> None:
    """`/partner/news/mails` takes forms; its GET must not look for a subscription “mails”."""
    if request.path in current_app.extensions["landings"].hidden and request.method in READING:
        raise MethodNotAllowed(["POST"])
