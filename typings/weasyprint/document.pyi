from collections.abc import Callable, Sequence
from typing import Any, Self

import pydyf
from weasyprint import HTML, Attachment
from weasyprint.layout import LayoutContext
from weasyprint.text.fonts import FontConfiguration

class Page:
    height: float
    _page_box: Any

class Document:
    pages: Sequence[Page]

    @classmethod
    def _render(
        cls,
        html: HTML,
        font_config: FontConfiguration,
        counter_style: None,
        color_profiles: None,
        options: dict[str, Any],
    ) -> Self: ...
    @classmethod
    def _build_layout_context(
        cls,
        html: HTML,
        font_config: FontConfiguration,
        counter_style: dict[str, Any],
        color_profiles: dict[str, Any],
        options: dict[str, Any],
    ) -> LayoutContext: ...
    def write_pdf(
        self,
        target: None = ...,
        *,
        pdf_variant: str,
        pdf_tags: bool = ...,
        pdf_identifier: bytes = ...,
        attachments: Sequence[Attachment] = ...,
        finisher: Callable[[Any, pydyf.PDF], None] = ...,
    ) -> bytes | None: ...
