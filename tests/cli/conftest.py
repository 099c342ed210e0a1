"""A small CRM export in the Maven layout, and a way to run the command line on it."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from salesnb.cli import main
from salesnb.workbooks.jobs import CellError, Outcome
from salesnb.workbooks.runner import run_jobs

DEALS_HEADER = (
    "opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


class Played(Executor):
    """Hands back a workbook without running a cell; of a team that is named, an error."""

    def __init__(self) -> None:
        self.failing: set[str] = set()

    def submit(self, _fn: Any, task: Any, /) -> Future:
        future: Future = Future()
        failed = any(name in task.title for name in self.failing)
        error = CellError(name="ValueError", message="no deals", cell=3) if failed else None
        page = "" if failed else f"<p>{task.title}"
        future.set_result((Outcome(notebook=task.notebook, page=page, error=error), 0.1))
        return future


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Played:
    """Let reviews be made without a kernel; names put into ``failing`` fail."""
    from salesnb.actions import reviewing

    player = Played()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setattr(
        reviewing, "run_jobs", lambda *jobs, **asked: run_jobs(*jobs, **{**asked, "executor": player})
    )
    return player


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a command in this process."""

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return call


@pytest.fixture
def run_apart() -> Callable[..., Ran]:
    """Run a command in a process of its own."""

    def call(*arguments: object, **options: object) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "salesnb", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            **options,  # type: ignore[call-overload]
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return call


def deals() -> list[list[str]]:
    """List forty deals of four reps in two teams over three quarters, some of them open."""
    rows = []
    for index in range(40):
        month, stage = 1 + index % 9, ("Won", "Won", "Lost", "Engaging")[index % 4]
        closed = "" if stage == "Engaging" else f"2017-{month:02d}-{10 + index % 18}"
        value = {"Won": str(1000 + 10 * index), "Lost": "0", "Engaging": ""}[stage]
        rep, product = ("Ann", "Bob", "Cid", "Dea")[index // 4 % 4], ("Base", "Plus")[index % 3 % 2]
        rows.append(
            [
                f"D{index:03d}",
                rep,
                product,
                f"Account {index % 5}",
                stage,
                f"2016-1{index % 3}-15",
                closed,
                value,
            ]
        )
    return rows


def write_export(folder: Path, rows: Sequence[Sequence[str]] | None = None) -> Path:
    """Write an export in the Maven layout."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "sales_pipeline.csv": [DEALS_HEADER, *(deals() if rows is None else rows)],
        "accounts.csv": [
            (
                "account",
                "sector",
                "year_established",
                "revenue",
                "employees",
                "office_location",
                "subsidiary_of",
            ),
            *(
                (f"Account {i}", ("retail", "medical")[i % 2], "1999", "12.5", "100", "Norway", "")
                for i in range(5)
            ),
        ],
        "products.csv": [("product", "series", "sales_price"), ("Base", "B", "1000"), ("Plus", "P", "1500")],
        "sales_teams.csv": [
            ("sales_agent", "manager", "regional_office"),
            *(("Ann", "Mia", "West"), ("Bob", "Mia", "West"), ("Cid", "Noa", "East"), ("Dea", "Noa", "East")),
        ],
    }
    for name, content in tables.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(content)
    return folder


@pytest.fixture
def make_export() -> Callable[..., Path]:
    """Write an export with rows of one's own: ``make_export(folder, rows)``."""
    return write_export


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder with the small export."""
    return write_export(tmp_path / "crm")


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the small export loaded, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("cli")
    write_export(folder / "crm")
    assert main(["new", str(folder / "mine")]) == 0
    assert main(["-C", str(folder / "mine"), "import", str(folder / "crm"), "--mapping", "maven"]) == 0
    return folder / "mine"


@pytest.fixture(scope="session")
def loaded_and_planned(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a plan for the third quarter."""
    folder = shutil.copytree(loaded, tmp_path_factory.mktemp("planned") / "mine")
    goal = ["--period", "2017-Q3", "--goal", "won_amount=20000"]
    assert main(["-C", str(folder), "plan", "new", "q3", *goal]) == 0
    return folder


@pytest.fixture
def workspace(loaded: Path, tmp_path: Path) -> Path:
    """A workspace with the small export loaded."""
    return shutil.copytree(loaded, tmp_path / "mine")


@pytest.fixture
def planned(loaded_and_planned: Path, tmp_path: Path) -> Path:
    """That workspace with a plan for the third quarter."""
    return shutil.copytree(loaded_and_planned, tmp_path / "mine")
