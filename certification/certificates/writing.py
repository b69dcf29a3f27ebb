"""Writing systems: which language's letters a name needs, which way it runs, and whether this
machine has fonts for it."""

import subprocess
import unicodedata

SAMPLES = {
    "Latin": "Åé",
    "Vietnamese": "Nguyễn",
    "Greek": "Ωλ",
    "Cyrillic": "Жя",
    "Arabic": "محمد",
    "Hebrew": "שלום",
    "Devanagari": "नमस्ते",
    "Thai": "สวัสดี",
    "Chinese": "陈伟",
    "Japanese": "遥ひ",
    "Korean": "김",
}
LANGUAGES = {
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "CJK": ("zh", "ja", "ko"),
    "ARABIC": ("ar", "fa", "ur", "ps", "ckb", "ug", "sd"),
    "HEBREW": ("he", "yi"),
    "DEVANAGARI": ("hi", "mr", "ne", "sa"),
    "THAI": ("th",),
    "GREEK": ("el",),
}
"""First words of Unicode's letter names (stronger evidence first), and the languages that are
written so, the most widespread first. Han letters alone look Chinese unless the hint says
otherwise."""


def language_of(name: str, hint: str) -> str:
    """The language to shape and speak a name in: the hint, unless its letters refute it (a person
    may use the site in English and have a Japanese name)."""
    found = {unicodedata.name(letter, "").partition(" ")[0] for letter in name}
    for script, languages in LANGUAGES.items():
        if script in found:
            return hint if hint.partition("-")[0] in languages else languages[0]
    return hint


def runs_from_right(name: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    strong = (unicodedata.bidirectional(letter) for letter in name)
    return next((way != "L" for way in strong if way in ("L", "R", "AL")), False)


def width_of(text: str) -> float:
    """About how wide a text is, in small Latin letters."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 2
    return 1.35 if letter.isupper() else 1


def missing_scripts() -> list[str]:
    """Scripts for which this machine has no font, as fontconfig (which Pango asks) sees it."""
    return [name for name, sample in SAMPLES.items() if not _is_covered(sample)]


def _is_covered(sample: str) -> bool:
    wanted = " ".join(f"{ord(letter):x}" for letter in sample)
    found = subprocess.run(
        ["fc-list", f":charset={wanted}", "family"], capture_output=True, text=True, check=False
    )
    return bool(found.stdout.strip())
