"""The allocation is pure: it stands alone, without files, tables or the rest of the package."""

import subprocess
import sys
from pathlib import Path

import pytest

import salesnb.allocation

MODULES = sorted(Path(salesnb.allocation.__file__).parent.rglob("*.py"))
ALONE = """
import sys
from salesnb.allocation import allocate, power
best = allocate({"North": power(gain=3, exponent=0.5), "South": power(gain=4, exponent=0.5)}, 100)
assert round(best.amounts["North"]) == 36
others = [name for name in sys.modules if name.split(".")[0] in ("pandas", "ibis", "duckdb", "IPython", "scipy")]
others += [name for name in sys.modules if name.startswith(("salesnb.crm", "salesnb.kpis", "salesnb.planning"))]
print(others)
"""


def test_it_works_alone():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_opens_files(path):
    text = path.read_text()
    assert "open(" not in text
    assert "import os" not in text
