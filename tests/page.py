"""A browser without a screen: a parsed page whose forms are filled and sent as they stand."""

from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Value = str | list[str] | tuple[Any, ...] | bool
"""A text, several texts of one name, a file as `(stream, name)`, or a box to tick or untick."""


def words(tag: Tag | None) -> str:
    """The words of an element in one line; "" when there is none."""
    return " ".join(tag.get_text(" ").split()) if tag else ""


class Page:
    """An answer as a reader sees it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.soup = BeautifulSoup(response.text, "html.parser")

    @property
    def status(self) -> int:
        """The answer's status code."""
        return self.response.status_code

    @property
    def h1(self) -> str:
        """The page's heading."""
        return words(self.soup.h1)

    @property
    def title(self) -> str:
        """The browser tab's title."""
        return words(self.soup.title)

    @property
    def text(self) -> str:
        """All words of the page's main part."""
        return words(self.soup.main or self.soup.body)

    @property
    def errors(self) -> list[str]:
        """The texts of the error summary."""
        return [words(entry) for entry in self.soup.select("#error-summary li")]

    @property
    def alerts(self) -> list[str]:
        """What the page says happened."""
        return [words(entry) for entry in self.soup.select(".alert")]

    @property
    def links(self) -> list[str]:
        """Addresses of the main part's links."""
        return [str(link["href"]) for link in self.soup.select("main a[href]")]

    def field(self, name: str) -> Tag:
        """The first control of this name."""
        found = self.soup.select_one(f'main [name="{name}"]')
        assert found is not None, f"no field {name} in {self.text[:400]}"
        return found

    def error_of(self, name: str) -> str:
        """The error that is tied to a field; "" when it has none."""
        control = self.field(name)
        if control.get("aria-invalid") != "true":
            return ""
        ids = str(control.get("aria-describedby", "")).split()
        return " ".join(words(self.soup.find(id=i)) for i in ids if i.endswith("-error"))

    def has_form(self, action: str) -> bool:
        """Whether the page offers this form."""
        return self._form_tag(action) is not None

    def form(self, action: str = "") -> "Form":
        """The form sent to an address, or at a CSS selector; the page's first by default."""
        tag = self._form_tag(action)
        assert tag is not None, f"no form {action!r} in {self.text[:400]}"
        return Form(tag, values_of(tag), self.response.request.path)

    def rows(self, table: str = "table") -> list[list[str]]:
        """The cells of a table's body, row by row."""
        found = self.soup.select_one(table)
        assert found is not None, f"no table {table}"
        return [[words(cell) for cell in row.select("td, th")] for row in found.select("tbody tr")]

    def _form_tag(self, wanted: str) -> Tag | None:
        forms = self.soup.select("main form")
        if not wanted:
            return next(iter(forms), None)
        if wanted.startswith(("/", "http")):
            return next(
                (form for form in self.soup.select("form") if form.get("action") == wanted), None
            )
        return self.soup.select_one(wanted)


def values_of(form: Tag) -> dict[str, list[str]]:
    """What a browser would send untouched: hidden fields, inputs, ticked boxes, chosen options."""
    found: dict[str, list[str]] = {}
    for control in form.select("input[name], textarea[name], select[name]"):
        if control.has_attr("disabled"):
            continue
        for value in _values(control):
            found.setdefault(str(control["name"]), []).append(value)
    return found


def _values(control: Tag) -> list[str]:
    if control.name == "textarea":
        return [control.get_text().removeprefix("\n")]
    if control.name == "select":
        chosen = list(control.select("option[selected]"))
        if not chosen and not control.has_attr("multiple"):
            chosen = list(control.select("option"))[:1]
        return [str(option.get("value", words(option))) for option in chosen]
    kind = control.get("type", "text")
    if kind in ("submit", "button", "image", "reset", "file"):
        return []
    if kind in ("checkbox", "radio"):
        return [str(control.get("value", "on"))] if control.has_attr("checked") else []
    value = str(control.get("value", ""))
    # A line that is typed into has no line breaks: browsers leave them out.
    return [value if kind == "hidden" else value.replace("\r", "").replace("\n", "")]


@dataclass
class Form:
    """A form as it stands on the page."""

    tag: Tag
    values: dict[str, list[str]]
    path: str
    files: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def submit(self, client: FlaskClient, **changes: Value) -> TestResponse:
        """Fill some fields and send the form; a field that the form lacks is an error."""
        for name, value in changes.items():
            self.fill(name, value)
        action = str(self.tag.get("action") or self.path)
        if str(self.tag.get("method", "get")).lower() == "get":
            return client.get(action, query_string=self.values)
        return client.post(action, data={**self.values, **self.files})

    def fill(self, name: str, value: Value) -> None:
        """Type into, choose in, tick or untick a field."""
        control = self.tag.select_one(f'[name="{name}"]')
        assert control is not None, f"no field {name} in the form {self.tag.get('action')}"
        if isinstance(value, tuple):
            self.files[name] = value
        elif value is False:
            self.values.pop(name, None)
        elif value is True:
            self.values[name] = [str(control.get("value", "on"))]
        else:
            self.values[name] = value if isinstance(value, list) else [value]
