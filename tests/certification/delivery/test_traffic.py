"""Everything that a browser receives in a whole attempt: no key, no feedback, nothing unseen."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from certification.delivery.models import Attempt
from certification.items.reading import draft_from
from lms import clock
from tests.certification.delivery.test_attempts import attempt_of, begin
from tests.certification.items.contents import KINDS
from tests.factories import Factory

SECRETS = {
    "feedback": {"right": "SECRET-right", "wrong": "SECRET-wrong", "general": "SECRET-general"}
}


def marked(kind: str) -> dict[str, Any]:
    """The item with feedback, and with words of its own that no other item has."""
    entry = json.loads(json.dumps(KINDS[kind]))
    entry["texts"]["en"] |= SECRETS
    entry["texts"]["en"]["body"] += f" BODY-{kind}."
    for part in ("options", "places"):
        texts = entry["texts"]["en"].get(part, {})
        entry["texts"]["en"][part] = {name: f"{text} {kind}-{part}" for name, text in texts.items()}
    for answer in entry.get("answers", []):
        if "text" in answer:
            answer["text"] = f"SECRET-{answer['text']}"
    return entry


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    for kind in list(KINDS):
        monkeypatch.setitem(KINDS, kind, marked(kind))
    return tuple(KINDS)


def test_no_key_no_feedback_and_no_unseen_item_in_any_answer(
    app: Flask, make: Factory, now: datetime, kinds: tuple[str, ...]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    candidate = make.person("Cara")
    sat = make.takeable(kinds=kinds)
    browser = make.sign_in(app.test_client(), candidate)
    seen: list[str] = []

    def take(answer: Any, *shown: str) -> None:
        everything = f"{answer.headers} {answer.text}"
        assert "SECRET" not in everything
        assert set(re.findall(r"BODY-(\w+)", everything)) <= set(shown)
        assert set(re.findall(r"(\w+)-(?:options|places)\b", everything)) <= {*shown, "mark"}
        for field in ("key", "credit", "tolerance", "weights", "penalty"):
            assert f'"{field}"' not in everything
        seen.append(everything)

    with clock.frozen_at(now):
        take(browser.get("/exams"))
        take(browser.get("/exams/ADM-300"))
        place = begin(browser)
        attempt: Attempt = attempt_of(candidate)
        for number, version in enumerate(sat.versions, 1):
            take(browser.get(f"{place}?n={number}"), version.kind)
            take(browser.get(f"{place}/state"))
            entry = {"position": number, "seq": 1, "response": sample(version)}
            take(browser.post(f"{place}/answers", json={"answers": [entry]}))
            take(browser.get(f"{place}?n={number}"), version.kind)
        take(browser.get(f"{place}/review"))
        take(browser.post(f"{place}/submission"))
        take(browser.get(place))
        take(browser.get(f"{place}?n=3"))
        take(browser.get("/exams"))
    assert attempt.code in place
    assert len(seen) == 2 + 4 * len(kinds) + 5
    for version in sat.versions:
        content = draft_from(version.content)
        for option in content.options:
            assert f'value="{option.id}"' not in "".join(seen)


def sample(version: Any) -> Any:
    """Some answer with the ids that the page shows."""
    if version.kind in ("text", "number", "essay"):
        return "1"
    return {"p1": "o1"} if version.kind in ("inline", "match", "gaps") else ["o1"]
