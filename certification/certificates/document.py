"""The certificate as a PDF: frozen facts in, bytes out. No database, no request, no clock.

PDF/A-3a, tagged, with the PDF/UA-1 mark (written by a finisher, since WeasyPrint takes one
variant), fonts embedded and subset. The same facts give the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pydyf
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import Attachment
from weasyprint.document import Document

from certification.certificates import designed
from certification.certificates.codes import grouped
from certification.certificates.facts import CertificateFacts, Labels
from certification.certificates.pdfua import (
    add_signature_field,
    draw_behind,
    fill_figure,
    list_attachments_once,
    map_every_glyph,
    mark,
    say_name,
    write_once,
)
from certification.certificates.sheet import behind, qr
from certification.certificates.workshop import VARIANT, workshop
from certification.certificates.writing import language_of, runs_from_right, width_of
from certification.designs.content import Design
from lms.desk import ASSETS, TEMPLATES, at_the_desk, settle

__all__ = ["CertificateFacts", "Labels", "fits", "render", "view"]
SIZES = ("l", "m", "s", "xs", "xxs")
"""Classes of type sizes; a text takes the first whose width it does not exceed."""
TITLE_WIDTHS = (26, 58, 78, 122)
NAME_WIDTHS = (25, 32, 42, 88)
STATEMENT_WIDTHS = (200, 320, 500, 800)
STEPS_WIDTH = 400
ROOM = 50
NAME_PLACE = 4
"""The holder's name is the fifth element of the main part: after issuer, kind, title, lead."""


CREDENTIAL = "credential.json"
"""The attached credential's name in every certificate."""
_jinja = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A laid-out page, what is drawn behind it, and where it names the holder."""

    document: Document
    behind: str
    qr: str
    name_place: int


def render(
    facts: CertificateFacts,
    labels: Labels | None = None,
    design: Design | None = None,
    credential: bytes | None = None,
) -> bytes:
    """Draw the certificate, as a design has it or plainly. The one door to rendering.

    With a credential it is attached, and an empty signature field waits for the issuer. The same
    arguments give the same bytes.
    """
    return at_the_desk(lambda: _drawn(facts, labels, design, credential))


def _drawn(
    facts: CertificateFacts,
    labels: Labels | None,
    design: Design | None,
    credential: bytes | None,
) -> bytes:
    page = _designed(facts, design) if design else _plain(facts, labels or Labels())
    pdf = page.document.write_pdf(
        pdf_variant=VARIANT,
        pdf_tags=True,
        pdf_identifier=facts.digest()[:16],
        attachments=_attached(facts, credential),
        finisher=lambda _document, pdf: _finish(pdf, facts, page, signs=credential is not None),
    )
    if not workshop().is_settled:
        settle()
        workshop().is_settled = True
    return bytes(pdf or b"")


def _attached(facts: CertificateFacts, credential: bytes | None) -> list[Attachment]:
    """The credential as an associated file, with the certificate's times: its own would differ."""
    if credential is None:
        return []
    return [
        Attachment(
            string=credential,
            name=CREDENTIAL,
            description="Open Badges 3.0 verifiable credential",
            relationship="Data",
            created=facts.issued_at,
            modified=facts.issued_at,
            url_fetcher=ASSETS,
        )
    ]


def text_of(
    facts: CertificateFacts, words: Labels, design: Design | None = None
) -> tuple[str, int]:
    """The page as HTML, and which element of its main part names the holder."""
    if design is None:
        return _jinja.get_template("certificate.html").render(view(facts, words)), NAME_PLACE
    language = design.content.language_for(facts.locale)
    values = view(facts, Labels(**designed.labels_of(design, language)))
    added, place = designed.page_of(design, facts, values)
    return _jinja.get_template("design.html").render(values | added), place


def _plain(facts: CertificateFacts, words: Labels) -> Page:
    html, place = text_of(facts, words)
    kinds = [kind for _title, kind in facts.steps]
    drawn = behind(facts.digest(), facts.page_format, kinds)
    document = workshop().laid_out(html, workshop().styles(facts.page_format))
    return Page(document, drawn, qr(facts.verify_url), place)


def _designed(facts: CertificateFacts, design: Design) -> Page:
    """Laid out in smaller and smaller type until everything fits. Whether it does never stops an
    award: it is asked when a design is published."""
    html, place = text_of(facts, Labels(), design)
    document = _fitted(html, design)
    drawn = designed.behind(facts, design.content, [kind for _title, kind in facts.steps])
    code = qr(facts.verify_url, designed.paper_ink(design.content))
    return Page(document, drawn, code, place)


def fits(facts: CertificateFacts, design: Design) -> bool:
    """Whether everything has its place, at the smallest type if need be."""
    return at_the_desk(lambda: designed.spare(_designed(facts, design).document)) >= 0


def _fitted(html: str, design: Design) -> Document:
    """The page in the largest type that fits."""
    for scale in designed.SCALES:
        document = workshop().laid_out(html, workshop().design_styles(design, scale))
        if designed.spare(document) >= 0:
            break
    if design.content.layout == "centre":
        designed.balance(document)
    return document


def _finish(pdf: pydyf.PDF, facts: CertificateFacts, page: Page, *, signs: bool) -> None:
    """Decoration goes behind the words; then what WeasyPrint leaves out."""
    fill_figure(pdf, page.qr)
    draw_behind(pdf, page.behind)
    language = language_of(facts.holder_name, facts.holder_lang)
    say_name(pdf, page.name_place, facts.holder_name, language)
    list_attachments_once(pdf)
    map_every_glyph(pdf)
    if signs:
        add_signature_field(pdf, f"Digital signature of {facts.issuer}")
    mark(pdf)
    write_once(pdf)


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
