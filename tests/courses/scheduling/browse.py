"""A browser without a screen: parsed pages, forms filled and sent as they stand."""

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def page(response: TestResponse) -> BeautifulSoup:
    """The answer's HTML."""
    return BeautifulSoup(response.text, "html.parser")


def text(response: TestResponse) -> str:
    """The page's words, in one line."""
    return " ".join(page(response).get_text(" ").split())


def fields_of(form: Tag) -> dict[str, str]:
    """What a browser would send: hidden fields, inputs, chosen options, checked buttons."""
    found: dict[str, str] = {}
    for field in form.select("input[name], textarea[name]"):
        chosen = field.get("type") not in ("checkbox", "radio") or field.has_attr("checked")
        if chosen:
            found[str(field["name"])] = str(field.get("value", field.get_text()))
    for select in form.select("select[name]"):
        option = select.select_one("option[selected]") or select.select_one("option")
        found[str(select["name"])] = str(option.get("value", option.get_text())) if option else ""
    return found


def submit(
    client: FlaskClient, response: TestResponse, selector: str, **changes: str | list[str]
) -> TestResponse:
    """Send the form at `selector` with some fields changed."""
    form = page(response).select_one(selector)
    assert form is not None, f"no form at {selector}"
    data = fields_of(form) | changes
    action = str(form["action"])
    if form.get("method") == "get":
        return client.get(action, query_string=data)
    return client.post(action, data=data)
