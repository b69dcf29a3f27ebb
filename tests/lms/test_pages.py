"""Kept pages: values differ, the page around them is drawn once; nothing of one reader reaches
another."""

import pytest
from flask import Flask
from markupsafe import Markup, escape

from lms import pages


def page(drawn: list[pages.Marks], **values: str | None) -> str:
    def draw(marks: pages.Marks) -> str:
        drawn.append(marks)
        extra = f"<i>{marks['note']}</i>" if marks["note"] else ""
        return f'<p title="{marks["name"]}">{marks["name"]}</p>{extra}'

    return pages.filled("greeting", draw, values)


def test_values_are_filled_in_and_escaped(app: Flask) -> None:
    drawn: list[pages.Marks] = []
    with app.test_request_context("/"):
        first = page(drawn, name="Ada & Bob", note=None)
        second = page(drawn, name="<b>", note=None)
    assert first == '<p title="Ada &amp; Bob">Ada &amp; Bob</p>'
    assert second == '<p title="&lt;b&gt;">&lt;b&gt;</p>'
    assert len(drawn) == 1


@pytest.mark.parametrize("sign", "&<>\"'")
def test_every_special_sign_is_escaped(app: Flask, sign: str) -> None:
    with app.test_request_context("/"):
        whole = page([], name=f"a{sign}b", note=None)
    assert whole == f'<p title="a{escape(sign)}b">a{escape(sign)}b</p>'


def test_another_set_of_values_is_another_page(app: Flask) -> None:
    drawn: list[pages.Marks] = []
    with app.test_request_context("/"):
        page(drawn, name="Ada", note=None)
        whole = page(drawn, name="Ada", note=Markup("<b>yes</b>"))
    assert whole.endswith("<i><b>yes</b></i>")
    assert len(drawn) == 2


def test_each_language_and_look_has_its_own(app: Flask) -> None:
    drawn: list[pages.Marks] = []
    for address, cookie in (("/", ""), ("/?lang=en-XA", ""), ("/", "theme=dark")):
        with app.test_request_context(address, headers={"Cookie": cookie}):
            page(drawn, name="Ada", note=None)
    assert len(drawn) == 3


def test_news_for_one_reader_is_never_kept(app: Flask) -> None:
    drawn: list[pages.Marks] = []
    for _ in range(2):
        with app.test_request_context("/") as context:
            context.session["_flashes"] = [("message", "Saved.")]
            page(drawn, name="Ada", note=None)
    assert len(drawn) == 2
