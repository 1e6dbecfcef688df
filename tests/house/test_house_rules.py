"""The rules of the house, held by reading the code: one clock, one transaction at the edge, no job set for later."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted([*(ROOT / "procurement").rglob("*.py"), *(ROOT / "workers").rglob("*.py")])

CLOCK = ROOT / "procurement" / "core" / "clock.py"
DATABASE = ROOT / "procurement" / "core" / "db.py"
EMBEDDED = ROOT / "procurement" / "embedded"
"""Servers in wheels: they run outside the product and may look at the machine's clock."""


def _calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call of `path`, with its dotted name as far as it can be read."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _product(*left_out: Path) -> list[Path]:
    return [p for p in CODE if p not in left_out and EMBEDDED not in p.parents]


def test_all_time_comes_from_the_one_clock():
    forbidden = (
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "func.now",
        "func.current_timestamp",
        "func.current_date",
        "func.localtimestamp",
        "func.clock_timestamp",
    )
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno} {name}"
        for path in _product(CLOCK)
        for name, call in _calls(path)
        if name.endswith(forbidden)
    ]
    assert found == []


def test_sql_takes_instants_as_parameters():
    words = ("now()", "current_timestamp", "current_date", "clock_timestamp", "statement_timestamp")
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _product()
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
        for documentation in [_docstrings(tree)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in documentation
        and any(word in node.value.lower() for word in words)
    ]
    assert found == []


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    bare = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {node for node in bare if isinstance(node, ast.Constant)}


def test_no_column_has_a_time_of_the_database_as_its_default():
    migrations = (ROOT / "migrations" / "versions").glob("*.py")
    assert [path.name for path in migrations if "now()" in path.read_text(encoding="utf-8").lower()] == []


def test_only_the_edge_commits():
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno} {name}"
        for path in _product(DATABASE)
        for name, call in _calls(path)
        if name.endswith((".commit", "session.begin", "engine.begin"))
    ]
    assert found == []


def test_transactions_are_opened_at_edges_only():
    edges = ("procurement/web/", "workers/", "procurement/demo/")
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in _product(DATABASE)
        for name, call in _calls(path)
        if name.split(".")[-1] == "transaction" and not str(path.relative_to(ROOT)).startswith(edges)
    ]
    assert found == []


def test_no_job_is_set_for_later():  # N1
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in CODE
        for name, call in _calls(path)
        for keyword in call.keywords
        if keyword.arg in {"eta", "countdown"}
    ]
    assert found == []


def test_no_import_stands_inside_a_function():
    found = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in CODE
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_imports_fall():
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_packages_and_versions_only(lock):
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_files_stay_small():
    found = {
        str(path.relative_to(ROOT)): lines
        for folder in ("procurement", "workers", "tests", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html"}
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 440
    }
    assert found == {}


def test_no_two_endpoints_share_an_address_and_a_method(app):
    seen: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        bare = re.sub(r"<[^>]+>", "<>", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            other = seen.setdefault((method, bare), rule.endpoint)
            assert other == rule.endpoint, f"{method} {rule.rule}: {other} and {rule.endpoint}"
