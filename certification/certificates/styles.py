"""Pages of one build, whose elements differ in their words alone, share what the cascade gives
them: finding it out again takes a quarter of a page's time.

`Document` has no public door to its styles. What is used of it is pinned by the lock file, and a
test compares pages of kept styles with pages of their own, byte by byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.css.targets import TargetCollector
from weasyprint.document import Document
from weasyprint.images import get_image_from_uri
from weasyprint.layout import LayoutContext
from weasyprint.text.fonts import FontConfiguration

Build = tuple[Any, ...]
MOST = 60
"""Builds kept: a style takes some 2 kB, and a page has thirty."""
WORDS = {"alt", "content", "href", "src"}
"""Attributes whose values no style sheet of ours asks for."""


@dataclass
class Styles:
    """Of one build: the elements that had them last, the look-up, and the marks of lists."""

    elements: list[Any]
    look_up: Any
    counters: dict[str, Any]

    def move(self, elements: list[Any]) -> None:
        """Hand the styles over to another page's elements, in the same order."""
        places = dict(zip(self.elements, elements, strict=True))
        self.look_up._computed_styles = {
            (places[element], pseudo): style
            for (element, pseudo), style in self.look_up._computed_styles.items()
            if element in places
        }
        self.elements = elements


@dataclass
class Wardrobe:
    """The styles of builds that were laid out. For one thread alone."""

    kept: dict[Build, Styles] = field(default_factory=dict)

    def laid_out(
        self, html: HTML, sheets: Sequence[CSS], fonts: FontConfiguration, **options: Any
    ) -> Document:
        """What `HTML.render` gives, sooner. The page before must have been written."""
        chosen = {**DEFAULT_OPTIONS, **options, "stylesheets": sheets, "wardrobe": self}
        return _Page._render(html, fonts, None, None, chosen)

    def keep(self, build: Build, styles: Styles) -> None:
        """Keep them; all go when there are too many."""
        if len(self.kept) >= MOST:
            self.kept.clear()
        self.kept[build] = styles


class _Page(Document):
    """A document that asks the wardrobe first."""

    @classmethod
    def _build_layout_context(
        cls,
        html: HTML,
        font_config: FontConfiguration,
        counter_style: dict[str, Any],
        color_profiles: dict[str, Any],
        options: dict[str, Any],
    ) -> LayoutContext:
        wardrobe: Wardrobe = options["wardrobe"]
        build = build_of(html.etree_element, options["stylesheets"])
        elements = list(html.etree_element.iter())
        styles = wardrobe.kept.get(build)
        if styles is None:
            context = super()._build_layout_context(
                html, font_config, counter_style, color_profiles, options
            )
            wardrobe.keep(build, Styles(elements, context.style_for, dict(counter_style)))
            return context
        styles.move(elements)
        counter_style.update(styles.counters)
        images = partial(
            get_image_from_uri,
            cache=options["cache"],
            url_fetcher=html.url_fetcher,
            options=options,
        )
        return LayoutContext(styles.look_up, images, font_config, counter_style, TargetCollector())


def build_of(tree: Any, sheets: Sequence[CSS]) -> Build:
    """All that styles depend on: the sheets, the elements as they are nested, their attributes."""
    shape = tuple((element.tag, len(element), _attributes(element)) for element in tree.iter())
    return (*sheets, shape)


def _attributes(element: Any) -> tuple[tuple[str, str], ...]:
    return tuple((k, "" if k in WORDS else v) for k, v in element.attrib.items())
