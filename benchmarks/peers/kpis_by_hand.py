"""The peer of the KPIs: ``kpis.sql`` in DuckDB, over views of the same Parquet files."""

from datetime import date
from pathlib import Path

import duckdb

__all__ = ["ask"]

_SQL = Path(__file__).with_suffix("").with_name("kpis.sql")
_TABLES = ("opportunities", "rep_nodes", "org_levels", "org")


def ask(files: Path, first: date, months: int, as_of: date) -> dict[str, object]:
    """Compute every KPI by team and month; give ``columns`` and ``rows``."""
    with duckdb.connect() as connection:
        for name in _TABLES:
            connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{files / name}.parquet')")
        values = {"first": first, "months": months, "as_of": as_of}
        found = connection.execute(_SQL.read_text(encoding="utf-8"), values)
        return {"columns": [column[0] for column in found.description], "rows": found.fetchall()}
