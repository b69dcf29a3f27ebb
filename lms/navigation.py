"""The main navigation: each slice registers its entry, the page shows those that one may use."""

from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from lms.i18n import gettext, language
from lms.permissions import Grant, Role, may, permission_of


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


def navigation() -> tuple[Link, ...]:
    """The entries that the reader may use; the longest matching prefix is current."""
    entries: list[Entry] = current_app.extensions.get("navigation", [])
    path, reader = request.path, current_user._get_current_object()
    roles = frozenset(grant.role for grant in reader.grants)
    shown = _shown(tuple(entries), roles, bool(reader.is_authenticated))
    within = (entry.prefix for entry in shown if _is_within(path, entry.prefix))
    return _links(shown, max(within, key=len, default=""), language(), request.script_root)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Somebody with these roles, wherever they hold."""

    grants: tuple[Grant, ...]
    is_authenticated: bool


@lru_cache(maxsize=1000)
def _shown(
    entries: tuple[Entry, ...], roles: frozenset[Role], is_signed_in: bool
) -> tuple[Entry, ...]:
    holder = _Holder(tuple(Grant(role, None, None, None) for role in roles), is_signed_in)
    return tuple(entry for entry in entries if may(holder, entry.permission))


@lru_cache(maxsize=1000)
def _links(shown: tuple[Entry, ...], here: str, _language: str, _root: str) -> tuple[Link, ...]:
    """Drawn once for each set of entries, place and language."""
    return tuple(
        Link(url_for(entry.endpoint), entry.icon, gettext(entry.label), entry.prefix == here)
        for entry in shown
    )


def crumb(endpoint: str, label: str) -> list[tuple[str, str]]:
    """A step of the path above a page, none when the reader may not open it."""
    permission = permission_of(current_app.view_functions[endpoint])
    return [(url_for(endpoint), label)] if may(current_user, permission) else []


def _is_within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
