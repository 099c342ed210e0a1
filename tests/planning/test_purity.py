"""The plan is pure: no tables, no widgets, no clock, and no files but in the store."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import salesnb.planning

FOLDER = Path(salesnb.planning.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
HEAVY = ("pandas", "ibis", "duckdb", "ipywidgets", "nbformat", "papermill")
FILES = ("os", "pathlib", "shutil", "tempfile", "io", "filelock", "salesnb.files")
ABOVE = (
    "salesnb.crm",
    "salesnb.kpis",
    "salesnb.allocation",
    "salesnb.outlook",
    "salesnb.workspace",
    "salesnb.charts",
)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_planning_imports_nothing_heavy_or_above_it(path):
    banned = (*HEAVY, *ABOVE)
    assert [name for name in imports(path) if name.startswith(banned)] == []


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.stem not in {"store", "entries"}], ids=lambda path: path.stem
)
def test_only_the_store_and_its_entries_touch_files(path):
    assert [name for name in imports(path) if name in FILES] == []
    assert "open(" not in path.read_text()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_asks_a_clock(path):
    calls = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not calls & {"now", "today", "utcnow", "time_ns", "monotonic"}


def test_what_is_only_needed_for_files_is_imported_on_use():
    late = ("jsonschema", "filelock", "numpy", "pandas")
    code = f"import sys, salesnb.planning; print([m for m in {late} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
