"""The numbers of a list's entries: Markdown knows where a list begins and nothing else. Pure.

Where the numbers jump or run backwards another list begins, told apart by its other sign (`.` and
`)`, which no reader sees); letters and Roman numbers are words in front of the entry.
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(upper|lower)-(roman|alpha|latin)\b")
_LARGE = (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")
_SMALL = (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")
MOST = 999_999_999


def numbers(element: Element) -> list[int]:
    """Of each `li` in the list, in its order."""
    entries = [one for one in element if one.tag == "li"]
    step = -1 if "reversed" in element.attrib else 1
    number = _whole(element.get("start"), len(entries) if step < 0 else 1)
    found = []
    for one in entries:
        found.append(_whole(one.get("value"), number))
        number = found[-1] + step
    return found


def is_counted(element: Element) -> bool:
    """Whether Markdown can count the entries."""
    can = all(0 <= one <= MOST for one in numbers(element))
    return element.tag == "ol" and can and _kind(element) == "1"


def words(element: Element) -> list[str]:
    """What is said before each entry of a list that Markdown cannot count."""
    if element.tag != "ol" or is_counted(element):
        return ["" for _number in numbers(element)]
    return [f"{_sign(number, _kind(element))}." for number in numbers(element)]


def marks(counted: Iterable[int]) -> Iterator[tuple[str, bool]]:
    """Markdown's mark for each number, and whether another list begins there."""
    ends, before = ".)", None
    for number in counted:
        begins = before is not None and number != before + 1
        ends = ends[::-1] if begins else ends
        yield f"{number}{ends[0]} ", begins
        before = number


def _whole(text: str | None, default: int) -> int:
    found = re.match(r"\s*([+-]?[0-9]{1,9})(?![0-9])", text or "", re.ASCII)
    return int(found[1]) if found else default


def _kind(element: Element) -> str:
    said = element.get("type", "1")
    if found := _STYLE.search(element.get("style", "").lower()):
        said = "i" if found[2] == "roman" else "a"
        return said.upper() if found[1] == "upper" else said
    return said if said in ("a", "A", "i", "I") else "1"


def _sign(number: int, kind: str) -> str:
    """As browsers write it: what has no letter or Roman number stays a number."""
    if kind in "iI" and 0 < number < 4000:
        said = _roman(number)
    elif kind in "aA" and number > 0:
        said = _letters(number)
    else:
        return str(number)
    return said.upper() if kind.isupper() else said


def _roman(number: int) -> str:
    said = ""
    for value, sign in (*_LARGE, *_SMALL):
        said += sign * (number // value)
        number %= value
    return said


def _letters(number: int) -> str:
    said = ""
    while number:
        number, letter = divmod(number - 1, 26)
        said = chr(ord("a") + letter) + said
    return said
