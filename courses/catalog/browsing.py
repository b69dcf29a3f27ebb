"""The browse page's filters: from the address and back to it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from courses.catalog import rules
from courses.catalog.queries import Filters
from courses.catalog.snapshot import Catalog
from courses.catalog.wording import BAND_NAMES, band_names
from lms import i18n
from lms.i18n import gettext as _

OWN_PLAN = "own"
MOST_VALUES = 20


def filters_of(args: MultiDict[str, str]) -> Filters:
    """The filters of an address. A value that nothing has finds nothing."""

    def several(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in args.getlist(key) if value))[:MOST_VALUES]

    return Filters(
        text=args.get("q", "").strip()[:100],
        programmes=several("programme"),
        lengths=several("length"),
        modes=several("mode"),
        formats=several("format"),
        language=args.get("language", "")[:16],
        own_plan=args.get("plan") == OWN_PLAN,
    )


def address_of(filters: Filters) -> str:
    """The one address of these filters."""
    pairs = [("q", filters.text)] if filters.text else []
    for key, values in (
        ("programme", filters.programmes),
        ("length", filters.lengths),
        ("mode", filters.modes),
        ("format", filters.formats),
    ):
        pairs += [(key, value) for value in values]
    if filters.language:
        pairs.append(("language", filters.language))
    if filters.own_plan:
        pairs.append(("plan", OWN_PLAN))
    return f"/catalog?{urlencode(pairs)}" if pairs else "/catalog"


def chips(shown: Catalog, filters: Filters) -> list[tuple[str, str]]:
    """(address without it, text) of each filter that is set."""
    return [(address_of(without), text) for without, text in _parts(shown, filters)]


def _parts(shown: Catalog, filters: Filters) -> Iterator[tuple[Filters, str]]:
    if filters.text:
        yield replace(filters, text=""), f"“{filters.text}”"
    for name, titles in (
        ("programmes", {p.code: p.title for p in shown.programmes}),
        ("lengths", band_names()),
        ("modes", {m.code: m.title for m in shown.modes}),
        ("formats", {f.code: f.title for f in shown.formats}),
    ):
        chosen = getattr(filters, name)
        for value in chosen:
            rest: dict[str, Any] = {name: tuple(other for other in chosen if other != value)}
            yield replace(filters, **rest), titles.get(value, value)
    if filters.language:
        yield replace(filters, language=""), i18n.language_name(filters.language)
    if filters.own_plan:
        yield replace(filters, own_plan=False), _("Covered by my plan")


def counts(shown: Catalog) -> dict[str, dict[str, int]]:
    """How many courses each choice has on its own."""
    courses = shown.courses
    return {
        "mode": {m.code: sum(m.code in c.modes for c in courses) for m in shown.modes},
        "format": {f.code: sum(f.code in c.formats for c in courses) for f in shown.formats},
        "length": {
            band: sum(rules.in_band(c.minutes, band) for c in courses) for band in BAND_NAMES
        },
        "programme": {p.code: len(p.courses) for p in shown.programmes},
    }
