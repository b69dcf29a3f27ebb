"""What drawing needs: fonts, style sheets and pictures, read once. The desk's, and used there
alone."""

from dataclasses import dataclass, field
from functools import lru_cache

from weasyprint import CSS
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration

from certification.certificates import designed, wellformed
from certification.certificates.pictures import Pictures
from certification.certificates.sheet import SHEETS
from certification.certificates.styles import Wardrobe
from certification.designs.content import Design
from lms import typefaces
from lms.desk import ASSETS, FONTS, TEMPLATES

VARIANT = "pdf/a-3a"
MOST_OWN = 50


@dataclass
class Workshop:
    """One for each process."""

    fonts: FontConfiguration = field(default_factory=FontConfiguration)
    faces: str = field(default_factory=typefaces.rules)
    sheets: dict[str, list[CSS]] = field(default_factory=dict)
    own: dict[str, CSS] = field(default_factory=dict)
    pictures: Pictures = field(default_factory=Pictures)
    wardrobe: Wardrobe = field(default_factory=Wardrobe)
    is_settled: bool = False

    def styles(self, page_format: str) -> list[CSS]:
        """The style sheets of a page format."""
        if page_format not in self.sheets:
            width, height = SHEETS[page_format]
            text = self.faces + (TEMPLATES / "certificate.css").read_text(encoding="utf-8")
            self.sheets[page_format] = [
                CSS(
                    string=sheet,
                    font_config=self.fonts,
                    base_url=FONTS.as_uri() + "/",
                    url_fetcher=ASSETS,
                )
                for sheet in (text, f"@page {{ size: {width}pt {height}pt; }}")
            ]
        return self.sheets[page_format]

    def design_styles(self, design: Design, scale: float) -> list[CSS]:
        """What all designs share, and what this one adds. Fonts came with the plain look."""
        size = self.styles(design.content.page_format)[1]
        if "design" not in self.sheets:
            text = (TEMPLATES / "design.css").read_text(encoding="utf-8")
            self.sheets["design"] = [CSS(string=text, url_fetcher=ASSETS)]
        own = designed.colours(design, scale)
        if own not in self.own:
            if len(self.own) > MOST_OWN:
                self.own.clear()
            self.own[own] = CSS(string=own, url_fetcher=ASSETS)
        return [*self.sheets["design"], size, self.own[own]]

    def laid_out(self, html: str, styles: list[CSS]) -> Document:
        """The page; whatever was laid out before must be written by now."""
        self.pictures.trim()
        return self.wardrobe.laid_out(
            wellformed.page(html),
            styles,
            self.fonts,
            cache=self.pictures,
            pdf_variant=VARIANT,
            pdf_tags=True,
        )


@lru_cache(maxsize=1)
def workshop() -> Workshop:
    """This process's."""
    return Workshop()


def take_whole_typefaces() -> None:
    """For a process that may not write files as large as the copies that WeasyPrint makes of those
    that were cut. Words look the same."""
    workshop().faces = ""
