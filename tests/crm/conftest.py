"""A small source to break in one place at a time."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from salesnb.crm.dataset import Dataset
from salesnb.crm.importing import ImportReport, ImportSettings, import_source
from salesnb.crm.mapping import load_mapping

# Tests are imported one by one, without their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

HEADER = "id,rep,account,product,stage,value,created,closed"
ROWS = (
    "D1,Ann,Acme,Pump,Won,100,2024-01-02,2024-02-03",
    "D2,Bob,Acme,Valve,Lost,0,2024-01-05,2024-02-10",
    "D3,Ann,Beta,Pump,Open,,2024-02-01,",
)
MAPPING = """\
[opportunities]
file = "deals.csv"
{options}
columns = {{ opportunity_id = "id", rep_id = "rep", account_id = "account", product = "product", stage = "stage", amount = "value", created_on = "created", closed_on = "closed"{more} }}
[opportunities.status]
won = ["Won"]
lost = ["Lost"]
{sections}
[reps]
file = "reps.csv"
columns = {{ rep_id = "rep", name = "rep", team = "team", region = "region" }}
[accounts]
file = "accounts.csv"
columns = {{ account_id = "account", name = "account" }}
[products]
file = "products.csv"
columns = {{ product = "product", list_price = "price" }}
"""


@dataclass
class Source:
    """A folder of CSV files with a mapping, and imports of it."""

    folder: Path
    data: Path
    settings: dict[str, Any] = field(default_factory=lambda: {"currency": "USD"})

    def deals(self, *rows: str, header: str = HEADER) -> "Source":
        return self.file("deals.csv", "\n".join((header, *rows)) + "\n")

    def file(self, name: str, content: str | bytes) -> "Source":
        data = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)
        return self

    def mapping(self, *, options: str = "", more: str = "", sections: str = "") -> "Source":
        return self.file("mapping.toml", MAPPING.format(options=options, more=more, sections=sections))

    def load(self, source: Path | None = None, **settings: Any) -> ImportReport:
        return import_source(
            source or self.folder,
            load_mapping(self.folder / "mapping.toml"),
            ImportSettings(**{**self.settings, **settings}),
            self.data,
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with Dataset.open(self.data) as data:
            return data.backend.con.execute(sql).fetchall()

    def counts(self, report: ImportReport, table: str = "opportunities") -> tuple[int, ...]:
        found = next(item for item in report.tables if item.name == table)
        return (found.read, found.loaded, found.rejected, found.repaired, found.warned)

    def rejected(self) -> list[tuple[str, ...]]:
        import csv

        with (self.data / "rejected.csv").open(newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]


@pytest.fixture
def make_source(tmp_path: Path) -> Callable[[], Source]:
    """Sources of a test, each in folders of its own."""
    made = 0

    def make() -> Source:
        nonlocal made
        made += 1
        folder = tmp_path / f"source{made}"
        folder.mkdir()
        source = Source(folder, tmp_path / f"data{made}")
        source.file("reps.csv", "rep,team,region\nAnn,Alps,South\nBob,Shore,North\n")
        source.file("accounts.csv", "account\nAcme\nBeta\n")
        source.file("products.csv", "product,price\nPump,120.50\nValve,30\n")
        return source.deals(*ROWS).mapping()

    return make


@pytest.fixture
def source(make_source: Callable[[], Source]) -> Source:
    """Two reps, two accounts, two products, three deals: one won, one lost, one open."""
    return make_source()
