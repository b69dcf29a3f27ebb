"""The main navigation: each slice registers its entry, the page shows those that one may use."""

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from lms.i18n import gettext
from lms.permissions import may, permission_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the navigation. `label` is a message id, translated when drawn."""

    endpoint: str
    label: str
    icon: str
    permission: str
    order: int
    prefix: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the page draws it."""

    href: str
    icon: str
    label: str
    current: bool


def add(app: Flask, *entries: Entry) -> None:
    """Register entries; `order` sorts them, `prefix` tells which pages light them up."""
    kept: list[Entry] = app.extensions.setdefault("navigation", [])
    kept.extend(entries)
    kept.sort(key=lambda entry: entry.order)


def navigation() -> list[Link]:
    """The entries that the reader may use; the longest matching prefix is current."""
    entries: list[Entry] = current_app.extensions.get("navigation", [])
    reader = current_user._get_current_object()
    shown = [entry for entry in entries if may(reader, entry.permission)]
    here = max(
        (entry.prefix for entry in shown if _is_within(request.path, entry.prefix)),
        key=len,
        default="",
    )
    return [
        Link(url_for(entry.endpoint), entry.icon, gettext(entry.label), entry.prefix == here)
        for entry in shown
    ]


def crumb(endpoint: str, label: str) -> list[tuple[str, str]]:
    """A step of the path above a page, none when the reader may not open it."""
    permission = permission_of(current_app.view_functions[endpoint])
    return [(url_for(endpoint), label)] if may(current_user, permission) else []


def _is_within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
