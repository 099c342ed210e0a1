"""Everything that salesnb registers itself passes the checks that it asks of others."""

import csv
from pathlib import Path

import duckdb
import openpyxl
import pytest

from salesnb.allocation.constraints import CONSTRAINTS, Constraint
from salesnb.allocation.limits import Limit, Line
from salesnb.crm.mapping import PROFILES
from salesnb.crm.sources import SOURCES
from salesnb.kpis import Kpi, catalogue
from salesnb.testing import (
    constraint_problems,
    kpi_problems,
    profile_problems,
    source_problems,
    template_problems,
)

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ("opportunity_id", "account, name", "amount")
# Leading zeros, separators, quotes and empty cells: what a source loses when it guesses types.
ROWS = (("007", "Ann & Co.", "1200.50"), ("8", 'The "Big" one, Ltd', None), ("9", None, "0"))


def own(registry: object) -> list[str]:
    """Only what salesnb itself brings: an installed plugin must not fail our tests."""
    return [name for name in registry.names() if registry.origin(name).startswith("salesnb")]


@pytest.mark.parametrize("name", own(catalogue()))
def test_every_kpi_conforms(name: str) -> None:
    assert kpi_problems(catalogue().get(name)) == ()


def test_a_kpi_that_divides_by_zero_is_found() -> None:
    broken = Kpi(
        name="broken",
        label="Broken",
        unit="ratio",
        formula="won / lost",
        source="example",
        kind="derived",
        function=lambda won, lost: won / lost,
        needs=("won", "lost"),
    )
    told = " ".join(kpi_problems(broken))
    assert "raises" in told
    assert "description" in told


@pytest.mark.parametrize("path", sorted((ROOT / "templates").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_template_conforms(path: Path) -> None:
    assert template_problems(path) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"outputs": []', '"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]', "outputs"),
        ("from salesnb import open_review", "from salesnb.workbooks.review import open_review", "public"),
        ('"audience": "manager"', '"audience": "everybody"', "audience"),
    ],
)
def test_a_template_that_breaks_a_rule_is_found(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = (ROOT / "templates" / "kpi_review.ipynb").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mine.ipynb").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert told in " ".join(template_problems(tmp_path / "mine.ipynb"))


@pytest.mark.parametrize("name", own(PROFILES))
def test_every_profile_conforms(name: str) -> None:
    assert profile_problems(PROFILES.get(name)) == ()


def test_a_profile_that_maps_an_unknown_column_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[reps]\nfile = "reps.csv"\ncolumns = { rep_idd = "id" }\n')
    assert "rep_id" in " ".join(profile_problems(tmp_path / "mine.toml"))


@pytest.mark.parametrize("name", own(CONSTRAINTS))
def test_every_constraint_conforms(name: str) -> None:
    assert constraint_problems(CONSTRAINTS.get(name)) == ()


def test_a_constraint_that_does_nothing_is_found() -> None:
    real = CONSTRAINTS.get("group")
    idle = Limit(weights={Line("", "North"): 1.0, Line("", "South"): 1.0}, low=0, high=1_000, why="nothing")
    told = " ".join(constraint_problems(Constraint(make=real.make, example=idle, rejected=real.rejected)))
    assert "allows" in told
    assert "does not bind" in told


def write_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((HEADERS, *ROWS))


def write_excel(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "deals"
    for row in (HEADERS, *ROWS):
        book.active.append(row)
    book.save(path)


def write_parquet(path: Path) -> None:
    _with_table(path, f"COPY deals TO '{path}' (FORMAT parquet)", ":memory:")


def write_duckdb(path: Path) -> None:
    _with_table(path, "CHECKPOINT", str(path))


def _with_table(path: Path, then: str, database: str) -> None:
    with duckdb.connect(database) as connection:
        columns = ", ".join(f'"{name}" VARCHAR' for name in HEADERS)
        connection.execute(f"CREATE TABLE deals ({columns})")
        connection.executemany("INSERT INTO deals VALUES (?, ?, ?)", ROWS)
        connection.execute(then)


EXAMPLES = {
    "csv": (".csv", write_csv),
    "excel": (".xlsx", write_excel),
    "parquet": (".parquet", write_parquet),
    "duckdb": (".duckdb", write_duckdb),
}


@pytest.mark.parametrize("name", own(SOURCES))
def test_every_source_conforms(name: str, tmp_path: Path) -> None:
    suffix, write = EXAMPLES[name]
    write(tmp_path / f"deals{suffix}")
    assert source_problems(SOURCES.get(name), tmp_path / f"deals{suffix}", HEADERS, ROWS) == ()


def test_a_source_that_loses_a_row_is_found(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv")
    assert source_problems(SOURCES.get("csv"), tmp_path / "deals.csv", HEADERS, ROWS[:2])
