"""Style sheets are sent in fewer bytes and say the same."""

import re
from pathlib import Path

import pytest
import tinycss2
from flask.testing import FlaskClient

from lms.assets import compact

SHEETS = sorted((Path(__file__).parents[2] / "static/css").glob("*.css"))


def words(text: str) -> list[str]:
    """The tokens of a sheet; spaces count only inside of a selector or a value."""
    written: str = tinycss2.serialize(tinycss2.parse_component_value_list(text, skip_comments=True))
    spaced = re.sub(r"\s+", " ", written)
    return re.sub(r" ?([{};,]) ?", r"\1", spaced).strip().split(" ")


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_compact_sheet_holds_the_same_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert words(compact(text)) == words(text)
    assert len(compact(text)) < 0.9 * len(text)


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_no_sheet_holds_a_string_that_would_be_changed(path: Path) -> None:
    strings = re.findall(r"\"[^\"]*\"|'[^']*'", path.read_text(encoding="utf-8"))
    assert not [one for one in strings if re.search(r"[{};,]|/\*|\s\s|\n", one)]


def test_a_sheet_is_sent_compact_once_and_then_not_at_all(client: FlaskClient) -> None:
    answer = client.get("/static/css/base.css")
    assert answer.mimetype == "text/css"
    assert answer.text == compact(SHEETS[0].read_text(encoding="utf-8"))
    again = client.get("/static/css/base.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["css/none.css", "css/../../app.py", "../lms/x.css"])
def test_nothing_else_is_sent(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
