"""Templates compiled once per language: the same words as ever, put in beforehand."""

from pathlib import Path

import pytest
from flask import Flask, g, render_template
from jinja2 import DictLoader, pass_context
from jinja2.runtime import Context

from app import create_app
from lms import i18n
from lms.templates import Templates
from tests.conftest import environment

PAGE = (
    """{{ _("Sign out") }}|{{ _("Hello, %(name)s", name=name) }}|"""
    """{{ icon("user") }}|{{ _("A < B") }}"""
)


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Flask:
    """One of each test's own: its templates are others."""
    return create_app(environment(tmp_path / "data", database_url))


def drawn(app: Flask, language: str, page: str = PAGE) -> str:
    app.jinja_env.loader = DictLoader({"page.html": page})
    with app.test_request_context():
        g.language = language
        return render_template("page.html", name="Ada & Co")


def test_each_language_has_its_own_words(app: Flask) -> None:
    english, pseudo = drawn(app, "en"), drawn(app, i18n.PSEUDO)
    assert english.startswith("Sign out|Hello, Ada &amp; Co|<svg")
    assert english.endswith("|A &lt; B")
    assert pseudo.startswith("[Sîgñ öût")
    assert "Ada &amp; Co" in pseudo
    assert drawn(app, "en") == english


def test_calls_are_given_what_they_ask_for(app: Flask) -> None:
    @pass_context
    def named(context: Context, greeting: str) -> str:
        return f"{greeting} {context['name']}"

    app.jinja_env.globals["named"] = named
    page = (
        "{% macro twice(text) %}{{ text }}{{ caller() }}{% endmacro %}"
        "{% for sign in '<>' %}{% call twice(sign) %}{{ named(sign) }}{% endcall %}{% endfor %}"
        "{{ dict(a=1).get('a') }}{{ name.upper() }}"
    )
    whole = "&lt;&lt; Ada &amp; Co&gt;&gt; Ada &amp; Co1ADA &amp; CO"
    assert drawn(app, "en", page) == whole


def test_words_without_values_are_in_the_compiled_template(app: Flask) -> None:
    drawn(app, "en")
    view = app.jinja_env._in("en")  # type: ignore[attr-defined]
    assert isinstance(view, Templates)
    with app.test_request_context():
        source = view.compile(PAGE, "page.html", None, raw=True)
    assert "Sign out" in source
    assert "_('Sign out')" not in source
    assert source.count("context.call(") == 1
