"""What is imported before anything is asked for: next to nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "pandas",
    "ibis",
    "duckdb",
    "numpy",
    "pyarrow",
    "IPython",
    "nbformat",
    "papermill",
    "jsonschema",
    "babel",
}


def loaded(code: str, folder: Path) -> set[str]:
    """Run code in a fresh process; give the top-level packages that it loaded."""
    tail = "\nimport json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


HELP = """
from salesnb.cli import main
try:
    main({arguments})
except SystemExit as ended:
    assert not ended.code, ended
"""


@pytest.mark.parametrize(
    "code",
    [
        "import salesnb; dir(salesnb)",
        "import salesnb.kpis, salesnb.crm, salesnb.planning, salesnb.charts, salesnb.workbooks",
        HELP.format(arguments=["--help"]),
        HELP.format(arguments=["--version"]),
    ],
)
def test_heavy_packages_wait_for_first_use(code: str, tmp_path: Path) -> None:
    assert loaded(code, tmp_path) & HEAVY == set()


def test_a_heavy_import_would_be_seen(tmp_path: Path) -> None:
    assert "numpy" in loaded("import numpy", tmp_path)


def test_every_public_name_can_be_imported(tmp_path: Path) -> None:
    code = "import salesnb\nfor name in salesnb.__all__: getattr(salesnb, name)"
    assert "salesnb" in loaded(code, tmp_path)
