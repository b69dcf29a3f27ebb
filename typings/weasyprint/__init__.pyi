from collections.abc import Callable, Sequence
from typing import Any

import pydyf
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

class CSS:
    def __init__(
        self,
        *,
        string: str,
        font_config: FontConfiguration,
        base_url: str,
        url_fetcher: URLFetcher,
    ) -> None: ...

class HTML:
    def __init__(self, *, string: str, url_fetcher: URLFetcher, base_url: str) -> None: ...
    def write_pdf(
        self,
        target: None = ...,
        *,
        stylesheets: Sequence[CSS],
        font_config: FontConfiguration,
        pdf_variant: str,
        pdf_tags: bool,
        pdf_identifier: bytes,
        finisher: Callable[[Any, pydyf.PDF], None],
    ) -> bytes | None: ...
