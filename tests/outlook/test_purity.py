"""The outlook is pure: numbers in, numbers out; no tables, no files, no clock."""

import ast
from pathlib import Path

import pytest

import salesnb.outlook

MODULES = sorted(Path(salesnb.outlook.__file__).parent.rglob("*.py"))
BANNED = ("os", "pathlib", "shutil", "tempfile", "io", "salesnb.files", "pandas", "ibis", "duckdb", "pyarrow")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_outlook_touches_no_files_and_no_tables(path):
    assert [name for name in imports(path) if name.startswith(BANNED)] == []
    assert "open(" not in path.read_text()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_outlook_asks_no_clock(path):
    calls = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not calls & {"now", "today", "utcnow", "time_ns", "monotonic", "time"}
