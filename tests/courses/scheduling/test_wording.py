"""Every code that scheduling's rules and actions can give has a text."""

import re
from pathlib import Path

from flask import Flask

import courses.scheduling
from courses.scheduling import wording as words
from courses.scheduling.models import Outcome, Presence, SeatKind, SessionState
from lms import wording

FOLDER = Path(courses.scheduling.__file__).parent
CODE = re.compile(r'(?:Reason|refuse|Flaw)\(\s*(?:"\w+",\s*)?"(\w+)"')


def test_each_reason_has_a_text() -> None:
    used = {code for path in FOLDER.rglob("*.py") for code in CODE.findall(path.read_text())}

    assert {"needs_prerequisite", "preview_outdated", "score_range"} <= used
    assert used - wording.codes() == set()


def test_each_value_and_effect_has_a_word(app: Flask) -> None:
    changes = (FOLDER / "rules" / "changes.py").read_text()
    effects = set(re.findall(r'Effect\([^,]+, "(\w+)"', changes))
    calls = re.findall(r'_everybody\(\s*snapshot, "(\w+)", "(\w+)", "(\w+)"', changes)
    effects |= {effect for call in calls for effect in call}
    kinds = {str(value) for kind in (SeatKind, Outcome, Presence, SessionState) for value in kind}

    assert len(effects) == 12
    assert (effects | kinds) - words.words() == set()
