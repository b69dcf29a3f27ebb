"""Promises of the design system that can be read from its files and from what its macros draw."""

import gzip
import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired

from lms.forms import Form

ROOT = Path(__file__).resolve().parent.parent
PAGES = [p for p in (ROOT / "templates").rglob("*.html") if "documents" not in p.parts]
FORMS = (
    '{% from "components/forms.html" import field, error_summary, form_tag, post_button'
    " with context %}"
)


class RowForm(PlainForm):
    day = StringField("Day", [InputRequired("Enter a day.")])


class SampleForm(Form):
    name = StringField("Name", [InputRequired("Enter a name.")])
    mode = SelectField(
        "Mode", choices=[("", "–"), ("a", "A")], validators=[InputRequired("Choose.")]
    )
    outcome = RadioField(
        "Outcome",
        choices=[("p", "Passed"), ("f", "Failed")],
        validators=[InputRequired("Choose an outcome.")],
    )
    agrees = BooleanField("I agree", [InputRequired("Tick the box.")])
    password = PasswordField("Password", [InputRequired("Enter a password.")])
    rows = FieldList(FormField(RowForm), min_entries=2)


@pytest.fixture
def drawn(app: Flask) -> BeautifulSoup:
    """The sample form after an empty answer, with its summary."""
    with app.test_request_context("/", method="POST"):
        form = SampleForm()
        assert not form.validate()
        html = render_template_string(
            FORMS + "{{ error_summary(form) }}{{ field(form.name, 'As on your passport.') }}"
            "{{ field(form.mode) }}{{ field(form.outcome) }}{{ field(form.agrees) }}"
            "{{ field(form.password, autocomplete='new-password') }}"
            "{% for row in form.rows %}{{ field(row.form.day) }}{% endfor %}",
            form=form,
        )
    return BeautifulSoup(html, "html.parser")


def texts(page: BeautifulSoup, ids: str) -> list[str]:
    return [page.find(id=name).get_text(" ", strip=True) for name in ids.split()]


@pytest.mark.parametrize("name", ["name", "mode", "agrees", "password", "rows-1-day"])
def test_an_invalid_control_says_so_and_names_its_error(drawn: BeautifulSoup, name: str) -> None:
    control = drawn.find(id=name)
    assert control["aria-invalid"] == "true"
    assert control.has_attr("required")
    assert texts(drawn, control["aria-describedby"])[-1].startswith("Error:")


def test_a_hint_is_read_before_the_error(drawn: BeautifulSoup) -> None:
    described = texts(drawn, drawn.find(id="name")["aria-describedby"])
    assert described == ["As on your passport.", "Error: Enter a name."]


def test_radio_buttons_carry_legend_and_error_on_their_group(drawn: BeautifulSoup) -> None:
    group = drawn.find("fieldset")
    assert (group["role"], group["aria-invalid"]) == ("radiogroup", "true")
    assert group.legend.get_text(strip=True) == "Outcome"
    assert texts(drawn, group["aria-describedby"]) == ["Error: Choose an outcome."]


def test_the_summary_links_each_error_to_its_control(drawn: BeautifulSoup) -> None:
    summary = drawn.find(id="error-summary")
    targets = [link["href"].removeprefix("#") for link in summary.find_all("a")]
    assert targets == [
        "name",
        "mode",
        "outcome-0",
        "agrees",
        "password",
        "rows-0-day",
        "rows-1-day",
    ]
    assert all(drawn.find(id=target) for target in targets)
    assert summary["role"] == "alert"
    assert summary.h2["tabindex"] == "-1"


def test_a_password_field_tells_the_browser_which_password(drawn: BeautifulSoup) -> None:
    assert drawn.find(id="password")["autocomplete"] == "new-password"


def test_every_form_that_posts_carries_both_guards(app: Flask) -> None:
    with app.test_request_context("/"):
        html = render_template_string(
            FORMS + "{% call form_tag('/a') %}{% endcall %}{{ post_button('/b', 'Go', {'x': 1}) }}"
        )
    for form in BeautifulSoup(html, "html.parser").find_all("form"):
        hidden = {field["name"]: field["value"] for field in form.find_all("input", type="hidden")}
        assert hidden["csrf_token"]
        assert hidden["once"]


def test_no_page_holds_inline_script_style_or_handler() -> None:
    inline = re.compile(r"""\sstyle=|\son[a-z]+="|<style|<script(?![^>]*\ssrc=)|javascript:""")
    found = {page.name: inline.findall(page.read_text()) for page in PAGES}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_the_stylesheets_stay_small() -> None:
    sheets = sorted((ROOT / "static/css").glob("*.css"))
    assert len(gzip.compress(b"".join(sheet.read_bytes() for sheet in sheets))) <= 12 * 1024


def test_the_scripts_stay_small() -> None:
    scripts = sorted((ROOT / "static/js").glob("*.js"))
    assert len(gzip.compress(b"".join(script.read_bytes() for script in scripts))) <= 20 * 1024


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "bg", 4.5),
        ("ink2", "bg", 4.5),
        ("ink2", "surface", 4.5),
        ("ink2", "sunk", 4.5),
        ("accent", "bg", 4.5),
        ("accent", "accent-soft", 4.5),
        ("on-accent", "accent", 4.5),
        ("ok", "ok-soft", 4.5),
        ("warn", "warn-soft", 4.5),
        ("bad", "bad-soft", 4.5),
        ("info", "info-soft", 4.5),
        ("control", "surface", 3),
        ("focus", "bg", 3),
        ("hue1", "surface", 4.5),
        ("hue2", "surface", 4.5),
        ("hue3", "surface", 4.5),
    ],
)
def test_colours_can_be_read(front: str, back: str, least: float, theme: int) -> None:
    tokens = dict(
        re.findall(
            r"--([\w-]+): light-dark\(([^)]+)\)", (ROOT / "static/css/tokens.css").read_text()
        )
    )
    one, other = (tokens[name].split(", ")[theme] for name in (front, back))
    assert contrast(one, other) >= least


def test_the_accessibility_report_claims_only_what_a_test_measures() -> None:
    report = yaml.safe_load((ROOT / "docs/openacr.yaml").read_text(encoding="utf-8"))
    chapters = report["chapters"]
    rows = [
        row
        for level in ("a", "aa")
        for row in chapters[f"success_criteria_level_{level}"]["criteria"]
    ]
    claims = {row["num"]: row["components"][0]["adherence"] for row in rows}
    assert len(rows) == len(claims) == 55
    held = [claim for claim in claims.values() if claim["level"] == "supports"]
    named = [re.findall(r"tests/[\w/]+\.py", claim["notes"]) for claim in held]
    assert all(files and all((ROOT / file).is_file() for file in files) for files in named)
    levels = {claim["level"] for claim in claims.values()}
    assert levels <= {"supports", "not-applicable", "not-evaluated"}
