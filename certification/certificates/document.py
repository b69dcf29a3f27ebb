"""The certificate as a PDF: frozen facts in, bytes out. No database, no request, no clock.

PDF/A-3a, tagged, with the PDF/UA-1 mark (written by a finisher, since WeasyPrint takes one
variant), fonts embedded and subset. The same facts give the same bytes.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pydyf
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from certification.certificates.codes import grouped
from certification.certificates.pdfua import draw_behind, fill_figure, mark, say_language
from certification.certificates.sheet import SHEETS, behind, qr
from certification.certificates.writing import language_of, runs_from_right, width_of

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "documents"
FONTS = ROOT / "static" / "fonts"
SIZES = ("l", "m", "s", "xs", "xxs")
"""Classes of type sizes; a text takes the first whose width it does not exceed."""
TITLE_WIDTHS = (26, 58, 78, 122)
NAME_WIDTHS = (25, 32, 42, 88)
STATEMENT_WIDTHS = (200, 320, 500, 800)
STEPS_WIDTH = 400
ROOM = 50
NAME_PLACE = 4
"""The holder's name is the fifth element of the main part: after issuer, kind, title, lead."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything that a certificate says. Frozen as canonical JSON when it is issued."""

    code: str
    number: str
    holder_name: str
    holder_lang: str
    title: str
    kind: str
    statement: str
    awarded_on: date
    valid_until: date | None
    scheme_code: str
    scheme_version: int
    cycle: int
    hours_minutes: int | None
    score: int | None
    full_marks: int | None
    required: int | None
    steps: tuple[tuple[str, str], ...]
    issuer: str
    signatory_name: str
    signatory_role: str
    verify_url: str
    demonstration: bool
    locale: str
    page_format: str
    issued_at: datetime

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, dates as ISO text."""
        return json.dumps(
            asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_iso
        )

    @classmethod
    def from_json(cls, text: str) -> "CertificateFacts":
        """The exact facts that were frozen."""
        values = json.loads(text)
        values["awarded_on"] = date.fromisoformat(values["awarded_on"])
        if values["valid_until"]:
            values["valid_until"] = date.fromisoformat(values["valid_until"])
        values["issued_at"] = datetime.fromisoformat(values["issued_at"])
        values["steps"] = tuple((title, kind) for title, kind in values["steps"])
        return cls(**values)

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON: what the line art is drawn from."""
        return hashlib.sha256(self.to_json().encode()).digest()


def _iso(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a certificate")


@dataclass(frozen=True, slots=True)
class Labels:
    """The document's own words, translated by the caller; `%(name)s` places are filled here."""

    certifies: str = "This certifies that"
    awarded: str = "Awarded"
    valid_until: str = "Valid until"
    number: str = "Certificate number"
    scheme: str = "Scheme"
    cycle: str = "Cycle"
    hours: str = "Training"
    score: str = "Exam result"
    check: str = "Check this certificate"
    signed: str = "Issued electronically"
    demonstration: str = "Demonstration"
    version: str = "version %(number)s"
    hours_value: str = "%(count)s hours"
    score_value: str = "%(score)s of %(full)s, %(required)s required"
    no_end: str = "Without end"
    steps: str = "Completed"
    more: str = "and %(count)s more"


class OwnAssets(URLFetcher):
    """Allows `data:` and the files of our own asset folders, nothing else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Fetch an allowed address or raise ValueError."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        if parts.scheme == "file" and not parts.netloc:
            path = Path(unquote(parts.path)).resolve()
            if any(path.is_relative_to(folder) for folder in (FONTS, TEMPLATES)):
                return super().fetch(path.as_uri(), headers)
        raise ValueError(f"documents may not fetch {parts.scheme}:")


@dataclass
class Workshop:
    """What one thread needs to draw: fonts and style sheets are read once. Sharing a
    FontConfiguration across threads corrupts memory; a new one per render leaks."""

    fonts: FontConfiguration = field(default_factory=FontConfiguration)
    sheets: dict[str, list[CSS]] = field(default_factory=dict)

    def styles(self, page_format: str) -> list[CSS]:
        """The style sheets of a page format."""
        if page_format not in self.sheets:
            width, height = SHEETS[page_format]
            text = (TEMPLATES / "certificate.css").read_text(encoding="utf-8")
            self.sheets[page_format] = [
                CSS(
                    string=sheet,
                    font_config=self.fonts,
                    base_url=FONTS.as_uri() + "/",
                    url_fetcher=OwnAssets(),
                )
                for sheet in (text, f"@page {{ size: {width}pt {height}pt; }}")
            ]
        return self.sheets[page_format]


_threads = threading.local()
_jinja = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _workshop() -> Workshop:
    if not hasattr(_threads, "workshop"):
        _threads.workshop = Workshop()
    workshop: Workshop = _threads.workshop
    return workshop


def render(facts: CertificateFacts, labels: Labels | None = None) -> bytes:
    """Draw the certificate. The one door to rendering."""
    words = labels or Labels()
    html = _jinja.get_template("certificate.html").render(view(facts, words))
    workshop = _workshop()
    pdf = HTML(string=html, url_fetcher=OwnAssets(), base_url=FONTS.as_uri() + "/").write_pdf(
        stylesheets=workshop.styles(facts.page_format),
        font_config=workshop.fonts,
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=facts.digest()[:16],
        finisher=lambda _document, pdf: _finish(pdf, facts),
    )
    return bytes(pdf or b"")


def _finish(pdf: pydyf.PDF, facts: CertificateFacts) -> None:
    """Decoration goes behind the words; then come the marks that WeasyPrint leaves out."""
    kinds = [kind for _title, kind in facts.steps]
    fill_figure(pdf, qr(facts.verify_url))
    draw_behind(pdf, behind(facts.digest(), facts.page_format, kinds))
    say_language(pdf, NAME_PLACE, language_of(facts.holder_name, facts.holder_lang))
    mark(pdf)


def view(facts: CertificateFacts, labels: Labels) -> dict[str, Any]:
    """The plain values that the template places."""
    steps = _listed(facts.steps, labels)
    return {
        "facts": facts,
        "labels": labels,
        "lang": facts.locale.replace("_", "-"),
        "name_lang": language_of(facts.holder_name, facts.holder_lang),
        "name_dir": "rtl" if runs_from_right(facts.holder_name) else "ltr",
        "name_size": _size(facts.holder_name, NAME_WIDTHS),
        "title_size": _size(facts.title, TITLE_WIDTHS),
        "statement_size": _size(facts.statement, STATEMENT_WIDTHS),
        "steps": steps,
        "density": "dense" if _is_dense(facts, steps) else "airy",
        "rows": list(_rows(facts, labels)),
        "code": grouped(facts.code),
        "short_url": facts.verify_url.partition("://")[2].rpartition("/")[0],
        "written_at": facts.issued_at.isoformat(timespec="seconds"),
    }


def _size(text: str, widths: Sequence[int]) -> str:
    """A size class by length."""
    width = width_of(text)
    return SIZES[sum(width > limit for limit in widths)]


def _is_dense(facts: CertificateFacts, steps: str) -> bool:
    """Whether the words would fill the column, estimated in millimetres of height."""
    return (
        width_of(facts.title) * 0.19
        + width_of(facts.holder_name) * 0.18
        + width_of(facts.statement) * 0.07
        + width_of(steps) * 0.047
    ) > ROOM


def _listed(steps: Sequence[tuple[str, str]], labels: Labels) -> str:
    """The steps in one line of words, as many as there is room for."""
    shown = [title for title, _kind in steps]
    while len(shown) > 1 and width_of(" · ".join(shown)) > STEPS_WIDTH:
        shown.pop()
    left = len(steps) - len(shown)
    return " · ".join([*shown, *([labels.more % {"count": left}] if left else [])])


def _rows(facts: CertificateFacts, labels: Labels) -> Iterator[tuple[str, str]]:
    locale = facts.locale
    yield labels.awarded, format_date(facts.awarded_on, "long", locale=locale)
    if facts.valid_until:
        yield labels.valid_until, format_date(facts.valid_until, "long", locale=locale)
    else:
        yield labels.valid_until, labels.no_end
    yield labels.number, facts.number
    version = labels.version % {"number": facts.scheme_version}
    yield labels.scheme, f"{facts.scheme_code}, {version}"
    if facts.hours_minutes:
        hours = format_decimal(facts.hours_minutes / 60, locale=locale)
        yield labels.hours, labels.hours_value % {"count": hours}
    if facts.score is not None:
        values = {"score": facts.score, "full": facts.full_marks, "required": facts.required}
        yield labels.score, labels.score_value % values
    if facts.cycle > 1:
        yield labels.cycle, str(facts.cycle)
