"""Vendored fonts, icons and tools are exactly what was recorded, and the check notices a change."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
USES = re.compile(
    r"""icon\("([a-z0-9-]+)"|icon_name="([a-z0-9-]+)"|sprite\s*}}\#([a-z0-9-]+)"""
    r"""|icons\.svg'\)\s*}}\#([a-z0-9-]+)|empty\("([a-z0-9-]+)\"""",
    re.X,
)


def check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "script/vendor", "--check"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of everything that the check reads."""
    for name in ("script/vendor", "vendor.json", "vendor.lock.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "static", tmp_path / "static")
    shutil.copytree(ROOT / "tests/browser/vendor", tmp_path / "tests/browser/vendor")
    return tmp_path


def test_the_vendored_files_are_what_was_recorded() -> None:
    found = check(ROOT)
    assert (found.returncode, found.stdout) == (0, "")


def test_a_changed_byte_is_named(tree: Path) -> None:
    with (tree / "static/icons.svg").open("a") as sprite:
        sprite.write(" ")
    found = check(tree)
    assert found.returncode == 1
    assert "static/icons.svg: missing or changed" in found.stdout


def test_a_missing_file_is_named(tree: Path) -> None:
    (tree / "static/fonts/source-serif-4-greek.woff2").unlink()
    assert "source-serif-4-greek.woff2: missing or changed" in check(tree).stdout


def test_a_file_that_nobody_recorded_is_named(tree: Path) -> None:
    (tree / "static/fonts/other.woff2").write_bytes(b"font")
    assert "static/fonts/other.woff2: not in vendor.lock.json" in check(tree).stdout


def test_a_stylesheet_that_asks_for_an_older_font_is_named(tree: Path) -> None:
    sheet = tree / "static/css/tokens.css"
    sheet.write_text(re.sub(r"\?v=\w+", "?v=0123456789ab", sheet.read_text(), count=1))
    assert "another fingerprint than 0123456789ab" in check(tree).stdout


def test_a_version_that_was_not_fetched_is_named(tree: Path) -> None:
    wanted = json.loads((tree / "vendor.json").read_text())
    wanted[0]["version"] = "0.0.1"
    (tree / "vendor.json").write_text(json.dumps(wanted))
    assert f"{wanted[0]['package']}: 0.0.1 is wanted" in check(tree).stdout


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (ROOT / "static/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {
        (path.name, next(filter(None, match.groups())))
        for path in (ROOT / "templates").rglob("*.html")
        for match in USES.finditer(path.read_text())
    }
    assert len(named) > 50
    assert {(page, icon) for page, icon in named if icon not in drawn} == set()
