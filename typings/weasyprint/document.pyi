from collections.abc import Callable, Sequence
from typing import Any

import pydyf
from weasyprint import Attachment

class Page:
    height: float
    _page_box: Any

class Document:
    pages: Sequence[Page]

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
