"""The house stays as it was drawn: packages point down, slices keep their layers."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app import create_app
from lms import wording

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("lms", "courses", "certification", "support", "reporting")
"""From the bottom up: each may import itself and those before it."""
SLICES = {
    "courses": ("catalog", "scheduling"),
    "certification": (
        "competency",
        "items",
        "exams",
        "rubrics",
        "papers",
        "delivery",
        "scoring",
        "statistics",
        "cutscores",
        "awards",
        "keys",
        "credentials",
        "designs",
        "certificates",
        "bulk",
    ),
}
LAYERS = {
    "models": 1,
    "rules": 0,
    "actions": 2,
    "queries": 2,
    "forms": 2,
    "views": 3,
    "api": 3,
    "jobs": 3,
    "cli": 3,
}
PURE = (
    "certification/awards/rules.py",
    "certification/bulk/rules.py",
    "certification/certificates/rules.py",
    "certification/certificates/codes.py",
    "certification/certificates/fingerprint.py",
    "certification/credentials/bitstring.py",
    "certification/credentials/credential.py",
    "certification/credentials/findings.py",
    "certification/credentials/json_text.py",
    "certification/credentials/status_list.py",
    "certification/credentials/trust.py",
    "certification/designs/languages.py",
    "certification/designs/rules.py",
    "certification/delivery/rules_slots.py",
    "certification/cutscores/contrast.py",
    "certification/cutscores/rules.py",
    "certification/papers/profile.py",
    "certification/rubrics/files.py",
    "certification/rubrics/rules.py",
    "certification/rubrics/rules_sittings.py",
    "certification/scoring/domains.py",
    "certification/scoring/grading.py",
    "certification/scoring/keys.py",
    "certification/scoring/scale.py",
    "certification/statistics/classical.py",
    "certification/statistics/dif.py",
    "certification/statistics/leads.py",
    "certification/statistics/picks.py",
    "certification/statistics/record.py",
    "certification/statistics/report.py",
    "certification/statistics/responses.py",
    "certification/delivery/answers.py",
    "certification/delivery/browser.py",
    "certification/delivery/rules.py",
    "certification/exams/browser_file.py",
    "certification/exams/retakes.py",
    "certification/items/content.py",
    "certification/items/fields.py",
    "certification/items/exchange/aiken.py",
    "certification/items/exchange/attempts.py",
    "certification/items/exchange/carried.py",
    "certification/items/exchange/cloze.py",
    "certification/items/exchange/foreign.py",
    "certification/items/exchange/formats.py",
    "certification/items/exchange/found.py",
    "certification/items/exchange/gift.py",
    "certification/items/exchange/gift_answers.py",
    "certification/items/exchange/gift_signs.py",
    "certification/items/exchange/guess.py",
    "certification/items/exchange/htmltree.py",
    "certification/items/exchange/marking.py",
    "certification/items/exchange/mathml.py",
    "certification/items/exchange/moodle.py",
    "certification/items/exchange/moodle_gaps.py",
    "certification/items/exchange/moodle_grid.py",
    "certification/items/exchange/moodle_question.py",
    "certification/items/exchange/moodle_rest.py",
    "certification/items/exchange/moodle_text.py",
    "certification/items/exchange/multilang.py",
    "certification/items/exchange/numbering.py",
    "certification/items/exchange/package.py",
    "certification/items/exchange/parting.py",
    "certification/items/exchange/pictures.py",
    "certification/items/exchange/places.py",
    "certification/items/exchange/qti.py",
    "certification/items/exchange/qti_body.py",
    "certification/items/exchange/qti_entries.py",
    "certification/items/exchange/qti_expressions.py",
    "certification/items/exchange/qti_feedback.py",
    "certification/items/exchange/qti_item.py",
    "certification/items/exchange/qti_kinds.py",
    "certification/items/exchange/qti_package.py",
    "certification/items/exchange/qti_places.py",
    "certification/items/exchange/qti_proof.py",
    "certification/items/exchange/qti_run.py",
    "certification/items/exchange/qti_score.py",
    "certification/items/exchange/qti_scoring.py",
    "certification/items/exchange/qti_unread.py",
    "certification/items/exchange/qti_write.py",
    "certification/items/exchange/richtext.py",
    "certification/items/exchange/signs.py",
    "certification/items/exchange/table.py",
    "certification/items/exchange/tongues.py",
    "certification/items/exchange/trying.py",
    "certification/items/exchange/verbatim.py",
    "certification/items/exchange/weighing.py",
    "certification/items/exchange/xmltree.py",
    "certification/items/reading.py",
    "certification/items/rules.py",
    "certification/papers/assembly.py",
    "certification/papers/order.py",
    "certification/papers/search.py",
    "certification/items/scoring.py",
    "certification/items/showing.py",
    "courses/catalog/rules.py",
    "reporting/training/rules.py",
    "support/directory/rules.py",
    "lms/accounts/rules.py",
    "lms/charts.py",
    "lms/encoding.py",
    "lms/folding.py",
    "lms/networks.py",
    "lms/reasons.py",
    "lms/storedjson.py",
    "lms/tables.py",
)
DRAWING = "designed document easel facts pdfua pictures samples sheet wellformed workshop writing"
DOCUMENT = tuple(f"certification/certificates/{name}.py" for name in DRAWING.split())


def modules() -> Iterator[Path]:
    """Every module of our packages."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Dotted names that a module imports."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def _by_slice() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in modules():
        name = str(path.relative_to(ROOT))
        found.setdefault("/".join(name.split("/")[:2]), []).append(name)
    return found


BY_SLICE = _by_slice()
"""Names of modules by their slice; modules beside the slices are one each."""
each_slice = pytest.mark.parametrize("slice_", BY_SLICE)


@each_slice
def test_packages_point_down_only(slice_: str) -> None:
    own = PACKAGES.index(slice_.split("/", maxsplit=1)[0])
    above = (*PACKAGES[own + 1 :], "app")
    for name in BY_SLICE[slice_]:
        assert not {i for i in imports_of(ROOT / name) if i.split(".")[0] in above}, name


@each_slice
def test_slices_of_a_package_point_down_only(slice_: str) -> None:
    package, _, own = slice_.partition("/")
    order = SLICES.get(package, ())
    if own not in order:
        return
    above = {f"{package}.{other}" for other in order[order.index(own) + 1 :]}
    for name in BY_SLICE[slice_]:
        assert not {i for i in imports_of(ROOT / name) if ".".join(i.split(".")[:2]) in above}, name


def layer_of(parts: list[str]) -> int | None:
    """The layer of a module of a slice, by the first part of its name."""
    return LAYERS.get(parts[2].partition("_")[0]) if len(parts) > 2 else None


@each_slice
def test_layers_of_a_slice_point_down_only(slice_: str) -> None:
    for name in BY_SLICE[slice_]:
        _is_in_its_layer(name)


def _is_in_its_layer(name: str) -> None:
    parts = name.removesuffix(".py").split("/")
    own = layer_of(parts)
    if own is None or parts[2] in ("wording",):
        return
    for imported in imports_of(ROOT / name):
        other = imported.split(".")
        if other[:2] == parts[:2] and (layer := layer_of(other)) is not None and layer != own:
            allowed = layer < own or (parts[2].startswith("models") and layer == 0)
            assert allowed, f"{name} imports {imported}"


GROUND = {"lms.forms", "lms.jobs", "lms.datafile"}


@each_slice
def test_other_slices_are_entered_by_the_front_door(slice_: str) -> None:
    """Never another slice's views, forms or jobs, and never a private name."""
    for name in BY_SLICE[slice_]:
        _enters_by_the_front_door(name)


def _enters_by_the_front_door(name: str) -> None:
    parts = name.split("/")
    for imported in imports_of(ROOT / name):
        other = imported.split(".")
        ground = ".".join(other[:2]) in GROUND
        if other[0] not in PACKAGES or other[:2] == parts[:2] or parts[0] == "reporting" or ground:
            continue
        assert not {"views", "forms", "jobs"} & set(other[1:3]) or other[-1] == "jobs", (
            name,
            imported,
        )
        assert not any(part.startswith("_") for part in other[1:]), (name, imported)


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_the_standard_library_and_each_other(name: str) -> None:
    foreign = {"flask", "sqlalchemy", "werkzeug", "wtforms", "babel", "dbos"}
    for imported in imports_of(ROOT / name):
        assert imported.split(".")[0] not in foreign, imported
        if imported.split(".")[0] in PACKAGES:
            ground = imported.startswith(("lms.reasons", "lms.charts"))
            holders = (imported, imported.rpartition(".")[0])
            own = any(f"{one.replace('.', '/')}.py" in PURE for one in holders)
            assert "rules" in imported or ground or own, imported


@pytest.mark.parametrize("name", DOCUMENT)
def test_documents_never_see_the_database_or_the_request(name: str) -> None:
    forbidden = ("flask", "sqlalchemy", "lms.")
    ground = ("lms.confined", "lms.desk", "lms.storedjson", "lms.typefaces")
    found = {i for i in imports_of(ROOT / name) if not i.startswith(ground)}
    assert not [i for i in found if i.startswith(forbidden)]


@pytest.mark.thorough
def test_a_process_loads_what_draws_and_what_signs_only_to_do_so() -> None:
    heavy = {"weasyprint", "fontTools", "pyhanko", "pyld", "aiohttp"}
    code = f"import app, sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


def test_rules_and_actions_take_the_time_as_an_argument() -> None:
    for path in modules():
        if path.stem.partition("_")[0] in ("rules", "actions", "queries") or path.parent.name in (
            "rules",
            "actions",
            "queries",
        ):
            assert "clock.now()" not in path.read_text(encoding="utf-8"), path


def test_nobody_commits_but_the_unit() -> None:
    for path in modules():
        if path != ROOT / "lms" / "db.py":
            assert "session.commit()" not in path.read_text(encoding="utf-8"), path


def test_there_is_no_junk_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert not [path for path in modules() if path.stem in drawers or path.parent.name in drawers]


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long


def lengths() -> list[int]:
    """Lines of every function, its docstring included."""
    found = []
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                found.append(node.end_lineno - node.lineno + 1)
    return sorted(found)


def test_functions_are_short() -> None:
    found = lengths()
    assert found[len(found) // 2] <= 9
    assert found[len(found) * 9 // 10] <= 25


LATE = {
    "from lms import press",
    "from certification.certificates.document import render",
    "from certification.certificates.signing import sign as sign_document",
    "from certification.certificates import stamping",
    "from certification.credentials.canonical import canonical",
    "from certification.credentials.canonical import lossless",
}
"""What draws and what signs takes most of a second to load, and most processes do neither."""


def test_imports_stand_at_the_top() -> None:
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert {ast.unparse(n) for n in inner} <= LATE, f"{path}:{node.name}"


def reason_codes() -> set[str]:
    """Every code that a rule or an action can answer with, found in the source."""
    codes: set[str] = set()
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Reason", "refuse")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                codes.add(str(node.args[0].value))
    return codes


def test_every_reason_code_has_a_text(tmp_path: Path) -> None:
    create_app({"DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 40})
    codes = reason_codes()
    assert len(codes) > 40
    assert not codes - wording.codes()
