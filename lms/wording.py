"""The text of each reason code. Slices register their codes; a test proves none is missing."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeAlias

from lms.i18n import gettext, long_date, moment
from lms.reasons import Reason

Text: TypeAlias = Callable[[], str]
_texts: dict[str, Text] = {}


def register(texts: Mapping[str, Text]) -> None:
    """Add `code → lambda: _("text with %(value)s")`; a code has one text."""
    for code, text in texts.items():
        if _texts.setdefault(code, text) is not text:
            raise LookupError(f"reason code {code} is worded twice")


def word(reason: Reason) -> str:
    """The sentence for a reason, in the reader's language; instants are told in the reader's zone,
    which is named, and days are written out."""
    text = _texts[reason.code]()
    return text % {k: _told(v) for k, v in reason.values.items()} if reason.values else text


def _told(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return long_date(value) if isinstance(value, date) else value


def codes() -> set[str]:
    """All codes that have a text."""
    return set(_texts)


register(
    {
        "move_not_allowed": lambda: gettext(
            "This step is not possible: it is “%(current)s” now and cannot become “%(wanted)s”."
        ),
        "changed_meanwhile": lambda: gettext(
            "Somebody changed this in the meantime. Nothing was saved: look at it again, "
            "then repeat your change."
        ),
        "image_not_png": lambda: gettext(
            "This is no PNG file. Save the picture as PNG and try again."
        ),
        "image_unknown": lambda: gettext("This is no PNG, JPEG or WebP picture."),
        "image_too_large": lambda: gettext("The file is larger than %(size)s MB."),
        "image_too_many_pixels": lambda: gettext(
            "The picture is too large: %(edge)s pixels along an edge at most, 4 million in all."
        ),
        "image_broken": lambda: gettext("The file is damaged: the picture cannot be unpacked."),
        "preview_outdated": lambda: gettext(
            "The situation changed since the preview was drawn. Nothing was done: "
            "look at the new preview below and confirm again."
        ),
        "too_many_tries": lambda: gettext(
            "That was too often in a short time. Wait a few minutes, then try again."
        ),
    }
)
