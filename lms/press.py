"""WeasyPrint for `lms.paper`, which alone brings it in, and only to draw."""

from functools import lru_cache

from markupsafe import Markup
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from lms.desk import ASSETS, FONTS, TEMPLATES, at_the_desk

VARIANT = "pdf/ua-1"

PLOT = Markup(f"<style>{(TEMPLATES / 'plot.css').read_text(encoding='utf-8')}</style>")  # noqa: S704
"""WeasyPrint styles an SVG by what stands in it alone."""


@lru_cache(maxsize=1)
def _sheet() -> tuple[CSS, FontConfiguration]:
    """Read at the desk, and used there alone."""
    fonts = FontConfiguration()
    css = CSS(
        string=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        font_config=fonts,
        base_url=FONTS.as_uri() + "/",
        url_fetcher=ASSETS,
    )
    return css, fonts


def draw(html: str) -> bytes:
    """The report of a page."""
    return at_the_desk(lambda: _drawn(html))


def _drawn(html: str) -> bytes:
    css, fonts = _sheet()
    document = HTML(string=html, url_fetcher=ASSETS).render(
        stylesheets=[css], font_config=fonts, pdf_variant=VARIANT, pdf_tags=True
    )
    return document.write_pdf(pdf_variant=VARIANT, pdf_tags=True) or b""
