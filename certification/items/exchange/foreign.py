"""Files of other systems that are not read, by name: nobody has to look for the fault. Pure."""

import io
import re
import zipfile

from lms.encoding import decode

BEGINNINGS = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\xd0\xcf\x11\xe0": "Microsoft Office",
    b"\x1f\x8b": "gzip (.tar.gz, .mbz)",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
}
MEMBERS = {
    "h5p.json": "H5P",
    "moodle_backup.xml": "Moodle (.mbz)",
    "word/document.xml": "Microsoft Word",
    "xl/workbook.xml": "Microsoft Excel",
    "ppt/presentation.xml": "Microsoft PowerPoint",
    "content.opf": "EPUB",
    "META-INF/container.xml": "EPUB",
    "content.xml": "OpenDocument",
    "course.xml": "Open edX (OLX)",
    "course/course.xml": "Open edX (OLX)",
    "res00001.dat": "Blackboard",
}
ROOTS = {
    **dict.fromkeys(("problem", "course", "library", "sequential", "vertical"), "Open edX (OLX)"),
    "POOL": "Blackboard",
    "moodle_backup": "Moodle (.mbz)",
    "html": "HTML",
    "examview": "ExamView",
    "activity": "Moodle (.mbz)",
}
_NAME = re.compile(r"<(?:[A-Za-z_][A-Za-z0-9_.-]{0,40}:)?([A-Za-z_][A-Za-z0-9_.-]{0,60})")
_JSON = re.compile(r"[\[{]\s*[\"{\[]|\[\s*\]")
_ENDS = {"<?": "?>", "<!--": "-->", "<!": ">"}
_OWN_RULES = re.compile(r"<!doctype[^<>\[]{0,2000}\[", re.IGNORECASE)
_RULES_END = re.compile(r"\]\s{0,99}>")
"""A document type may bring its declarations along, in brackets."""


def name_of(content: bytes) -> str | None:
    """What the file is, if it is one of these."""
    if content.startswith(b"PK"):
        return _package(content)
    for beginning, name in BEGINNINGS.items():
        if content.startswith(beginning):
            return name
    text = (decode(content) or "").lstrip("\ufeff \t\r\n")
    root = root_of(text)
    return "JSON" if _JSON.match(text) else ROOTS.get(root) or ROOTS.get(root.lower())


def _package(content: bytes) -> str | None:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return None
    return next((name for member, name in MEMBERS.items() if member in names), None)


def root_of(text: str) -> str:
    """The first element's name; empty for what is no XML."""
    text = text.lstrip("\ufeff \t\r\n")
    at = 0
    while text.startswith("<", at):
        mark = next((one for one in _ENDS if text.startswith(one, at)), None)
        if mark is None:
            found = _NAME.match(text, at)
            return found[1] if found else ""
        at = _end(text, at, mark)
        if at < 0:
            return ""
        at += len(text[at : at + 4_096]) - len(text[at : at + 4_096].lstrip())
    return ""


def _end(text: str, at: int, mark: str) -> int:
    """Where what begins with a mark is over; below 0 when it never is."""
    if rules := _OWN_RULES.match(text, at):
        found = _RULES_END.search(text, rules.end())
        return found.end() if found else -1
    end = text.find(_ENDS[mark], at + len(mark))
    return end + len(_ENDS[mark]) if end >= 0 else -1
