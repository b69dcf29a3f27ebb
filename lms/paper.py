"""Reports as tagged PDF (PDF/UA-1): HTML of our own templates in, bytes out.

For jobs, never inside a transaction. Nothing is fetched but `data:` and our own fonts. One
FontConfiguration per thread: a shared one corrupts memory, a new one per document leaks.
"""

import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import render_template
from markupsafe import Markup
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "static" / "fonts"
SHEETS = ROOT / "templates" / "documents"
PLOT = Markup(f"<style>{(SHEETS / 'plot.css').read_text(encoding='utf-8')}</style>")  # noqa: S704
"""WeasyPrint styles an SVG by what stands in it alone."""
_threads = threading.local()


class OwnFonts(URLFetcher):
    """Allows `data:` and our own fonts."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Fetch an allowed address or raise ValueError."""
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve() if parts.scheme == "file" else None
        if parts.scheme == "data" or (path and not parts.netloc and path.is_relative_to(FONTS)):
            return super().fetch(url, headers)
        raise ValueError(f"documents may not fetch {parts.scheme}:")


def _sheet() -> tuple[CSS, FontConfiguration]:
    if not hasattr(_threads, "sheet"):
        fonts = FontConfiguration()
        css = CSS(
            string=(SHEETS / "report.css").read_text(encoding="utf-8"),
            font_config=fonts,
            base_url=FONTS.as_uri() + "/",
            url_fetcher=OwnFonts(),
        )
        _threads.sheet = (css, fonts)
    kept: tuple[CSS, FontConfiguration] = _threads.sheet
    return kept


def pdf(template: str, **values: object) -> bytes:
    """The report that a template of `templates/documents` makes of these values. It extends
    `documents/report.html`; the words are in the language of the context (`lms.i18n`)."""
    css, fonts = _sheet()
    page = HTML(string=render_template(template, plot_style=PLOT, **values), url_fetcher=OwnFonts())
    document = page.render(
        stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True) or b""
