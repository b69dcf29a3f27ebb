"""The certificate as a PDF: frozen facts in, bytes out. No database, no request, no clock.

PDF/A-3a, tagged, with the PDF/UA-1 mark (written by a finisher, since WeasyPrint takes one
variant), fonts embedded and subset. The same facts give the same bytes.
"""

import base64
import hashlib
import io
import json
import subprocess
import threading
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pydyf
import segno
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from certification.certificates import fingerprint
from certification.certificates.codes import grouped
from certification.certificates.pdfua import draw_behind, mark

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "documents"
FONTS = ROOT / "static" / "fonts"
SHEETS = {"A4": (841.89, 595.28), "Letter": (792.0, 612.0)}
"""Landscape page sizes in points."""


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
    """Paper and line art go straight into the page's stream: a quarter of the time that the
    same curves take as an SVG image. Pale ink instead of transparency, so that it prints."""
    width, height = SHEETS[facts.page_format]
    art = fingerprint.operators(facts.digest(), width - 340, height + 150, 510)
    paper = f"1 0.992 0.976 rg 0 0 {width} {height} re f"
    draw_behind(pdf, f"{paper}\n0.72 0.82 0.81 RG 0.75 w\n{art}\nS")
    mark(pdf)


def view(facts: CertificateFacts, labels: Labels) -> dict[str, Any]:
    """The plain values that the template places."""
    return {
        "facts": facts,
        "labels": labels,
        "lang": facts.locale.partition("_")[0],
        "name_size": _size(facts.holder_name, (22, 34, 52)),
        "title_size": _size(facts.title, (24, 40, 64)),
        "rows": list(_rows(facts, labels)),
        "qr": _data(qr(facts.verify_url)),
        "code": grouped(facts.code),
        "short_url": facts.verify_url.partition("://")[2].rpartition("/")[0],
        "written_at": facts.issued_at.isoformat(timespec="seconds"),
    }


def _size(text: str, limits: tuple[int, int, int]) -> str:
    """A size class by length; wide scripts count double."""
    width = sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
    return next((name for name, limit in zip("lms", limits, strict=True) if width <= limit), "xs")


def _rows(facts: CertificateFacts, labels: Labels) -> Any:
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
    elif facts.cycle > 1:
        yield labels.cycle, str(facts.cycle)


def qr(url: str) -> str:
    """The QR code as SVG: level M, quiet zone of 4 modules."""
    out = io.BytesIO()
    segno.make(url, error="m", boost_error=False, mask=4).save(
        out,
        kind="svg",
        border=4,
        dark="#1b2126",
        light="#fffdf9",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        nl=False,
    )
    return out.getvalue().decode()


def _data(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


SAMPLES = {
    "Latin": "Åé",
    "Vietnamese": "Nguyễn",
    "Greek": "Ωλ",
    "Cyrillic": "Жя",
    "Arabic": "محمد",
    "Hebrew": "שלום",
    "Devanagari": "नमस्ते",
    "Thai": "สวัสดี",
    "Chinese": "陈伟",
    "Japanese": "遥ひ",
    "Korean": "김",
}


def missing_scripts() -> list[str]:
    """Scripts for which this machine has no font, as fontconfig (which Pango asks) sees it."""
    return [name for name, sample in SAMPLES.items() if not _is_covered(sample)]


def _is_covered(sample: str) -> bool:
    wanted = " ".join(f"{ord(letter):x}" for letter in sample)
    found = subprocess.run(
        ["fc-list", f":charset={wanted}", "family"],
        capture_output=True,
        text=True,
        check=False,
    )
    return bool(found.stdout.strip())
