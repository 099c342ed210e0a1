"""The wheel holds what an installation needs, and works away from the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), folder=ROOT)
    return next(folder.glob("salesnb-*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_file_of_the_package_is_in_the_wheel(names: set[str]) -> None:
    listed = run("git", "ls-files", "-z", "salesnb", folder=ROOT).split("\0")
    wanted = {name for name in listed if name and (ROOT / name).is_file()}
    assert "salesnb/py.typed" in wanted
    assert "salesnb/planning/plan.schema.json" in wanted
    assert wanted - names == set()


@pytest.mark.parametrize("folder", ["salesnb/crm/profiles", "salesnb/workbooks/html"])
def test_data_files_are_in_the_wheel(names: set[str], folder: str) -> None:
    data = [path for path in (ROOT / folder).iterdir() if path.suffix in {".toml", ".j2", ".css"}]
    assert data
    assert {path.relative_to(ROOT).as_posix() for path in data} <= names


def test_templates_are_where_jupyter_keeps_shared_files(names: set[str]) -> None:
    shipped = {Path(name).name for name in names if ".data/data/share/jupyter/salesnb/templates/" in name}
    assert shipped == {path.name for path in (ROOT / "templates").glob("*.ipynb")}
    assert shipped


def test_nothing_of_the_checkout_slips_in(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert tops == {"salesnb", *(top for top in tops if top.startswith("salesnb-"))}
    assert not [name for name in names if name.endswith((".pyc", ".duckdb")) or "/tests/" in name]


def test_the_licence_is_in_the_wheel(names: set[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_installed_wheel_runs_anywhere(wheel: Path, tmp_path: Path) -> None:
    """Its dependencies come from the environment of the tests; salesnb itself only from the wheel."""
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", str(environment), folder=tmp_path)
    python = environment / "bin" / "python"
    site = Path(
        run(
            str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=tmp_path
        ).strip()
    )
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        "-q",
        str(wheel),
        folder=tmp_path,
    )
    borrowed = Path(sys.executable).parents[1] / "lib" / site.parent.name / "site-packages"
    (site / "borrowed.pth").write_text(f"{borrowed}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert "review" in run(str(environment / "bin" / "salesnb"), "--help", folder=elsewhere)
    where = run(str(python), "-c", "import salesnb; print(salesnb.__file__)", folder=elsewhere).strip()
    assert Path(where).is_relative_to(environment)
    asked = "from salesnb.workbooks.templates import TEMPLATES; print(*TEMPLATES)"
    assert {"kpi_review", "plan"} <= set(run(str(python), "-c", asked, folder=elsewhere).split())
