from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from cssselect2 import ElementWrapper
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

DEFAULT_OPTIONS: dict[str, Any]

class Attachment:
    def __init__(
        self,
        *,
        string: bytes,
        name: str,
        description: str,
        relationship: str,
        created: datetime,
        modified: datetime,
        url_fetcher: URLFetcher = ...,
    ) -> None: ...

class CSS:
    def __init__(
        self,
        *,
        string: str,
        url_fetcher: URLFetcher,
        font_config: FontConfiguration = ...,
        base_url: str = ...,
    ) -> None: ...

class HTML:
    base_url: str
    url_fetcher: URLFetcher
    media_type: str
    wrapper_element: ElementWrapper
    etree_element: Element
    def __init__(self, *, string: str, url_fetcher: URLFetcher, base_url: str = ...) -> None: ...
    def render(
        self,
        *,
        stylesheets: Sequence[CSS],
        font_config: FontConfiguration,
        cache: dict[str, Any] = ...,
        pdf_variant: str,
        pdf_tags: bool,
    ) -> Document: ...
    def write_pdf(self, *, uncompressed_pdf: bool = ...) -> bytes | None: ...
