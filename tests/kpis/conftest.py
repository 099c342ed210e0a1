"""A tiny dataset of the canonical tables, made of rows that a test gives."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import ibis
import pytest

COLUMNS = {
    "opportunity_id": "VARCHAR",
    "name": "VARCHAR",
    "account_id": "VARCHAR",
    "rep_id": "VARCHAR",
    "product": "VARCHAR",
    "stage": "VARCHAR",
    "status": "VARCHAR",
    "amount": "BIGINT",
    "expected_amount": "BIGINT",
    "created_on": "DATE",
    "closed_on": "DATE",
    "expected_close_on": "DATE",
    "probability": "DOUBLE",
    "forecast_category": "VARCHAR",
    "loss_reason": "VARCHAR",
    "next_step": "VARCHAR",
    "channel": "VARCHAR",
}
# Two regions, three teams, four reps; Bob moves from North to South on 2026-02-15.
ORGANISATION = """
CREATE TABLE org AS SELECT * FROM (VALUES
  ('company', 'Acme', NULL, 'company', NULL), ('East', 'East', 'company', 'region', NULL),
  ('West', 'West', 'company', 'region', NULL), ('East/North', 'North', 'East', 'team', 'Mia'),
  ('East/South', 'South', 'East', 'team', 'Noa'), ('West/Coast', 'Coast', 'West', 'team', 'Pia')
) t(node, name, parent, level, manager);
CREATE TABLE org_levels AS SELECT * FROM (VALUES
  ('company', NULL, NULL), ('East', 'East', NULL), ('West', 'West', NULL), ('East/North', 'East', 'East/North'),
  ('East/South', 'East', 'East/South'), ('West/Coast', 'West', 'West/Coast')
) t(node, region, team);
CREATE TABLE reps AS SELECT * FROM (VALUES
  ('r1', 'Ann', NULL::VARCHAR, 'East/North'), ('r2', 'Bob', NULL, 'East/South'),
  ('r3', 'Cid', NULL, 'West/Coast'), ('r4', 'Cid', NULL, 'West/Coast')
) t(rep_id, name, email, node);
CREATE TABLE rep_nodes AS SELECT * FROM (VALUES
  ('r1', 'East/North', DATE '0001-01-01', DATE '9999-12-31'),
  ('r2', 'East/North', DATE '0001-01-01', DATE '2026-02-15'),
  ('r2', 'East/South', DATE '2026-02-15', DATE '9999-12-31'),
  ('r3', 'West/Coast', DATE '0001-01-01', DATE '9999-12-31'),
  ('r4', 'West/Coast', DATE '0001-01-01', DATE '9999-12-31')
) t(rep_id, node, valid_from, valid_to);
CREATE TABLE accounts AS SELECT * FROM (VALUES
  ('a1', 'Alpha', 'retail', 10::BIGINT), ('a2', 'Beta', 'medical', 2000)
) t(account_id, name, sector, employees);
CREATE TABLE products AS SELECT * FROM (VALUES ('Base', 'B'), ('Plus', 'P')) t(product, family);
CREATE TABLE stage_history(opportunity_id VARCHAR, stage VARCHAR, entered_on DATE);
"""


@dataclass(frozen=True)
class Meta:
    """What the engine reads of a dataset's description."""

    as_of: dt.date
    currency: str = "USD"
    digits: int = 2
    levels: tuple[str, ...] = ("region", "team")
    fingerprint: str = "0" * 64


class TinyDataset:
    """Stands in for a dataset: the same tables, in memory."""

    def __init__(self, rows: list[dict[str, Any]], as_of: dt.date) -> None:
        self.meta = Meta(as_of)
        self.backend = ibis.duckdb.from_connection(duckdb.connect())
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        self.backend.con.execute(f"CREATE TABLE opportunities ({columns}); {ORGANISATION}")
        marks = ", ".join("?" * len(COLUMNS))
        for row in rows:
            values = [row.get(name) for name in COLUMNS]
            self.backend.con.execute(f"INSERT INTO opportunities VALUES ({marks})", values)
        self.queries = 0
        self.imports: tuple[Any, ...] = ()

    def table(self, name: str) -> Any:
        self.queries += 1
        return self.backend.table(name)

    def loaded(self) -> dict[str, int]:
        return {"opportunities": 1}

    def has(self, name: str) -> bool:
        return name in self.backend.list_tables()


def deal(identity: str, status: str = "won", amount: int = 100, **more: Any) -> dict[str, Any]:
    """Give an opportunity of Ann's, closed on 20 January 2026 unless it is open."""
    row = {
        "opportunity_id": identity,
        "account_id": "a1",
        "rep_id": "r1",
        "product": "Base",
        "stage": status.capitalize(),
        "status": status,
        "amount": amount if status == "won" else 0,
        "expected_amount": amount,
        "created_on": dt.date(2026, 1, 10),
        "closed_on": None if status == "open" else dt.date(2026, 1, 20),
        "channel": "web",
    }
    return row | more


@pytest.fixture(name="deal")
def deal_fixture() -> Callable[..., dict[str, Any]]:
    """The maker of opportunities: ``deal("1", "lost", rep_id="r2")``."""
    return deal


@pytest.fixture
def make_dataset() -> Iterator[Callable[..., TinyDataset]]:
    """The maker of datasets: ``make_dataset(deal("1"), deal("2", "open"), as_of=…)``."""
    made: list[TinyDataset] = []

    def make(*rows: dict[str, Any], as_of: dt.date = dt.date(2026, 3, 31)) -> TinyDataset:
        made.append(TinyDataset(list(rows), as_of))
        return made[-1]

    yield make
    for dataset in made:
        dataset.backend.disconnect()
