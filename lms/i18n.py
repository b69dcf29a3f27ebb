"""Languages: gettext through Flask-Babel, a pseudo-locale, and formats that name their zone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any
from zoneinfo import available_timezones

import flask_babel
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request, session
from flask_login import current_user
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from lms import clock

SOURCE = "en"
PSEUDO = "en-XA"
LANGUAGES = {"en": "English"}
_ACCENTS = str.maketrans("aeiouAEIOUcnsy", "àéîöûÀÉÎÖÛçñšý")


def init_app(app: Flask) -> None:
    """Select the language per request: the person's, else the cookie's, else the browser's."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/lms/translations"
    flask_babel.Babel(app, locale_selector=_babel_locale, timezone_selector=zone_name)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
    app.jinja_env.fixed["_"] = gettext  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        date=long_date,
        short_date=short_date,
        datetime=moment,
        time=clock_time,
        number=number,
        hours=hours,
        zone=zone_label,
        listed=listed,
        sentence=sentence,
        span=time_span,
        language_name=language_name,
    )


def language() -> str:
    """The language tag of this request; PSEUDO shows untranslated and clipped text."""
    try:
        own = g._get_current_object().__dict__  # asked thirty times a page
    except RuntimeError:
        return SOURCE
    chosen: str | None = own.get("language")
    if chosen is None:
        if not has_request_context():
            return SOURCE
        chosen = own["language"] = _choose()
    return chosen


def _choose() -> str:
    wanted = (request.query_string and request.args.get("lang")) or request.cookies.get("lang")
    if wanted == PSEUDO or wanted in LANGUAGES:
        return str(wanted)
    own = getattr(current_user, "language", None) if session else None
    return str(own) if own in LANGUAGES else accepted(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=1000)
def accepted(header: str) -> str:
    """The best of our languages for a browser's list."""
    return parse_accept_header(header, LanguageAccept).best_match(list(LANGUAGES)) or SOURCE


def _babel_locale() -> str:
    tag = language()
    return "en" if tag == PSEUDO else tag


def locale() -> Locale:
    """The Babel locale of this request; English day-month order, for a worldwide audience."""
    return _locale_of(_babel_locale())


@cache
def _locale_of(tag: str) -> Locale:
    return Locale.parse("en_GB" if tag == SOURCE else tag)


def zone_name() -> str:
    """The reader's IANA zone: the profile's, else UTC."""
    if not has_request_context():
        return str(getattr(g, "zone", "UTC")) if g else "UTC"
    return str(getattr(current_user, "time_zone", None) or "UTC")


@cache
def zone_names() -> tuple[str, ...]:
    """IANA zones to choose from, without the legacy aliases. Kept: they stand in some 600 files,
    which took a form that offers them 3 ms to look at."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def gettext(text: str, /, **values: object) -> str:
    """Translate, then fill `%(name)s` places. The source is English: it needs no catalogue,
    which saves a third of the time that a page takes to draw."""
    tag = language()
    if tag != SOURCE:
        text = _pseudo(text) if tag == PSEUDO else flask_babel.gettext(text)
    return text % values if values else text


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """Translate with the plural form for `num`, which fills `%(num)s`."""
    tag = language()
    if tag in (SOURCE, PSEUDO):
        found = one if num == 1 else many
        found = _pseudo(found) if tag == PSEUDO else found
    else:
        found = str(flask_babel.get_translations().ungettext(one, many, num))
    return found % {"num": number(num), **values}


def _pseudo(text: str) -> str:
    """Accents and 40 % more length; placeholders stay as they are."""
    parts = text.split("%(")
    kept = [parts[0].translate(_ACCENTS)]
    for part in parts[1:]:
        name, _, rest = part.partition(")")
        kept.append(f"{name}){rest[:1]}{rest[1:].translate(_ACCENTS)}")
    longer = " ñòm" * max(1, round(len(text) * 0.4 / 4))
    return f"[{'%('.join(kept)}{longer}]"


def long_date(value: date | None) -> str:
    """20 November 2026."""
    return _date(_day(value), "long", _babel_locale()) if value else ""


def _day(value: date) -> date:
    """Equal instants may fall on different days in different zones: only the day is kept."""
    return value.date() if isinstance(value, datetime) else value


@lru_cache(maxsize=5000)
def _date(value: date, pattern: str, tag: str) -> str:
    """Pages show the same few days again and again; Babel takes 20 µs for each."""
    return format_date(value, pattern, locale=_locale_of(tag))


def short_date(value: date | None, pattern: str = "medium") -> str:
    """20 Nov 2026, or another CLDR pattern."""
    return _date(_day(value), pattern, _babel_locale()) if value else ""


def moment(value: datetime | None, zone: str | None = None) -> str:
    """20 Nov 2026, 09:00 CET: an instant in a zone (the reader's), which is named."""
    if value is None:
        return ""
    minute = value.astimezone(UTC).replace(second=0, microsecond=0)
    return _moment(minute, zone or zone_name(), _babel_locale())


@lru_cache(maxsize=5000)
def _moment(minute: datetime, zone: str, tag: str) -> str:
    day = minute.astimezone(clock.zone_of(zone)).date()
    return f"{_date(day, 'medium', tag)}, {clock_time(minute, zone)}"


def clock_time(value: datetime, zone: str | None = None) -> str:
    """09:00 CET."""
    local = value.astimezone(clock.zone_of(zone or zone_name()))
    return f"{local:%H:%M} {zone_label(value, zone)}"


def zone_label(value: datetime, zone: str | None = None) -> str:
    """The zone's short name at that instant (CET), else its offset (GMT+8)."""
    quarter = value.replace(minute=value.minute // 15 * 15, second=0, microsecond=0)
    return _zone_label(zone or zone_name(), quarter, _babel_locale())


@lru_cache(maxsize=5000)
def _zone_label(zone: str, value: datetime, tag: str) -> str:
    """Clocks change at quarters of an hour at the finest, so one name holds for a quarter."""
    local, language = value.astimezone(clock.zone_of(zone)), _locale_of(tag)
    for name in (get_timezone_name(local, width="short", locale=language), local.tzname() or ""):
        if name.isalpha():
            return name
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    hour, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hour}" + (f":{rest:02}" if rest else "")


def time_span(start: datetime, end: datetime, zone: str | None = None) -> str:
    """09:00–17:00 CET."""
    first = start.astimezone(clock.zone_of(zone or zone_name()))
    return f"{first:%H:%M}–{clock_time(end, zone)}"


def number(value: int | float | Decimal | Fraction | None) -> str:
    """A number in the reader's way of writing; a fraction to two decimals."""
    if isinstance(value, Fraction):
        value = round(Decimal(value.numerator) / value.denominator, 2)
    return "" if value is None else _number(value, _babel_locale())


@lru_cache(maxsize=5000)
def _number(value: int | float | Decimal, tag: str) -> str:
    return str(format_decimal(value, locale=_locale_of(tag)))


def hours(minutes: int | None) -> str:
    """Minutes as hours: 16 h, 1.5 h; 50 min, where it is no quarter of an hour."""
    return "" if minutes is None else _hours(minutes, language())


@lru_cache(maxsize=1000)
def _hours(minutes: int, _language: str) -> str:
    whole, rest = divmod(minutes, 60)
    if rest % 15 == 0:
        return gettext("%(count)s h", count=number(Decimal(minutes) / 60))
    short = gettext("%(count)s min", count=number(rest))
    return f"{hours(whole * 60)} {short}" if whole else short


def listed(items: list[str]) -> str:
    """A, B and C."""
    return format_list(items, locale=locale())


def sentence(text: str) -> str:
    """Words that begin a line: the first letter large, names inside as they are written."""
    return text[:1].upper() + text[1:]


def language_name(tag: str) -> str:
    """The language's own name (English, Deutsch, 日本語)."""
    try:
        shown: Any = Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return tag
    return str(shown.get_display_name() or tag).capitalize()


def is_language(tag: str) -> bool:
    """Whether readers can be told its name: “xx” is well formed, but no language. “und” says that
    a language is not known."""
    return tag != "und" and language_name(tag) != tag


def lazy(text: str) -> flask_babel.LazyString:
    """A text that is translated when it is drawn (labels of forms)."""
    return flask_babel.LazyString(gettext, text)
