from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import tzinfo
from typing import Self

from babel import Locale
from babel.support import NullTranslations
from flask import Flask

class Babel:
    def __init__(
        self,
        app: Flask | None = None,
        *,
        configure_jinja: bool = True,
        default_locale: str = "en",
        default_domain: str = "messages",
        default_translation_directories: str = "translations",
        default_timezone: str = "UTC",
        locale_selector: Callable[[], str | None] | None = None,
        timezone_selector: Callable[[], str | tzinfo | None] | None = None,
    ) -> None: ...

# No str at run time, but it takes part wherever a text is asked for: labels, messages.
class LazyString(str):
    def __new__(cls, func: Callable[..., str], *args: object, **kwargs: object) -> Self: ...

def get_translations() -> NullTranslations: ...
def get_locale() -> Locale | None: ...
def force_locale(locale: str) -> AbstractContextManager[None]: ...
def refresh() -> None: ...
def gettext(string: str, **variables: object) -> str: ...
def ngettext(singular: str, plural: str, num: int, **variables: object) -> str: ...
def lazy_gettext(string: str, **variables: object) -> LazyString: ...
