"""A text that its author wrote in several languages: one of them is kept. Pure.

Moodle knows two ways: spans of the class `multilang` beside each other, and `{mlang en}…{mlang}`.
"""

import re
from collections.abc import Iterator, Sequence

from certification.items.exchange.found import Making

_SPAN = re.compile(
    r'<span(?=[^<>]{0,200}class="multilang")(?=[^<>]{0,200}lang="([A-Za-z0-9_-]{1,20})")[^<>]{0,200}>'
    r"((?:(?!</span>).){0,4000})</span>",
    re.DOTALL | re.IGNORECASE,
)
_BRACES = re.compile(
    r"\{mlang\s{1,4}([A-Za-z0-9_,-]{1,60})\}((?:(?!\{mlang).){0,4000})\{mlang\}",
    re.DOTALL | re.IGNORECASE,
)
OTHER = "other"
"""What stands for every language that is not named."""


def one_of(text: str, making: Making) -> str:
    """The text in the item's language, else as it was meant for others, else the first."""
    if "multilang" in text:
        text = _kept(text, _SPAN, 2, making)
    return _kept(text, _BRACES, 1, making) if "{mlang" in text else text


def _kept(text: str, pattern: re.Pattern[str], least: int, making: Making) -> str:
    kept, at = "", 0
    for group in _groups(text, pattern):
        if len(group) >= least:
            kept += text[at : group[0].start()] + _chosen(group, making)
            at = group[-1].end()
    return kept + text[at:]


def _groups(text: str, pattern: re.Pattern[str]) -> Iterator[list[re.Match[str]]]:
    """Those that stand beside each other."""
    group: list[re.Match[str]] = []
    for found in pattern.finditer(text):
        if group and text[group[-1].end() : found.start()].strip():
            yield group
            group = []
        group.append(found)
    if group:
        yield group


def _chosen(group: Sequence[re.Match[str]], making: Making) -> str:
    said: dict[str, str] = {}
    for found in group:
        for name in found[1].lower().replace("-", "_").split(","):
            said.setdefault(name, found[2])
            said.setdefault(name.partition("_")[0], found[2])
    first = next(iter(said))
    kept = next((one for one in (making.language, OTHER) if one in said), first)
    names = ", ".join(found[1] for found in group)
    making.note("import_languages", kept=kept[:20], names=names[:120])
    return said[kept]
