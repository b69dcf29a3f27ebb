"""What every template may call: filters and values that belong to no slice."""

import base64
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user
from markupsafe import Markup

from lms import clock, i18n, site
from lms.accounts.wording import role_name
from lms.i18n import gettext as _
from lms.navigation import crumb, navigation
from lms.web import static_url

ICON = Markup('<svg class="icon" {}><use href="{}#{}"/></svg>')
HIDDEN = Markup('aria-hidden="true"')
OPTIONS = frozenset({"_anchor", "_external", "_method", "_scheme"})
"""What `url_for` takes besides the values of an address."""
RTL = frozenset({"ar", "he", "fa", "ur"})


def init_app(app: Flask) -> None:
    """Register filters, globals and the values of each page."""
    app.jinja_env.filters.update(
        in_zone=in_zone,
        role_name=role_name,
        browser_name=browser_name,
        flatten_errors=flatten_errors,
        svg_data=svg_data,
        iso_date=datetime.fromisoformat,
    )
    app.jinja_env.globals.update(
        current_user=current_user,
        icon=icon,
        url_for=address,
        navigation=navigation,
        crumb=crumb,
    )
    app.jinja_env.fixed["icon"] = icon  # type: ignore[attr-defined]
    app.context_processor(_page_values)


def _page_values() -> dict[str, Any]:
    tag = i18n.language()
    return {
        "current_user": current_user._get_current_object(),
        "site": site.current(),
        "page_lang": "en-XA" if tag == i18n.PSEUDO else tag,
        "page_dir": "rtl" if tag in RTL else "ltr",
        "theme": request.cookies.get("theme", "auto") if request else "auto",
    }


def icon(name: str, label: str | None = None) -> Markup:
    """A picture of the icon sheet: decoration, unless a label says what it means."""
    icons: dict[tuple[str, str | None], Markup] = current_app.extensions.setdefault("icons", {})
    if (name, label) not in icons:
        sense = Markup('role="img" aria-label="{}"').format(label) if label else HIDDEN
        icons[name, label] = ICON.format(sense, static_url("icons.svg"), name)
    return icons[name, label]


def address(endpoint: str, **values: Any) -> str:
    """`url_for`, with the paths of the last thousands of calls kept: a page builds twenty."""
    if endpoint[0] == "." or request.script_root or not OPTIONS.isdisjoint(values):
        return url_for(endpoint, **values)
    try:
        return _path(current_app._get_current_object(), endpoint, tuple(values.items()))  # type: ignore[attr-defined]
    except TypeError:  # a list among the values
        return url_for(endpoint, **values)


@lru_cache(maxsize=10_000)
def _path(_app: Flask, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def in_zone(value: datetime, zone: str | None = None) -> datetime:
    """The instant as local time of an IANA zone (the reader's), for its date."""
    return value.astimezone(clock.zone_of(zone or i18n.zone_name()))


def browser_name(agent: str) -> str:
    """A browser's name out of its user agent, good enough to recognise one's own."""
    known = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    name = next((name for mark, name in known if mark in agent), "")
    return name or agent.partition("/")[0][:40] or _("Unknown browser")


def flatten_errors(errors: Any) -> list[str]:
    """The texts of a field's errors; fields made of fields nest them."""
    if isinstance(errors, str):
        return [errors]
    if isinstance(errors, dict):
        errors = errors.values()
    if isinstance(errors, Iterable):
        return [text for part in errors for text in flatten_errors(part)]
    return [str(errors)]


def svg_data(svg: str) -> str:
    """An SVG as a `data:` address."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
