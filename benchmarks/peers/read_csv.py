"""DuckDB's own ``read_csv`` of the sample's opportunities into typed columns of a database file."""

from pathlib import Path

import duckdb

__all__ = ["load"]

_COLUMNS = {
    "opportunity_id": "VARCHAR",
    "name": "VARCHAR",
    "account_id": "VARCHAR",
    "rep_id": "VARCHAR",
    "product": "VARCHAR",
    "stage": "VARCHAR",
    "amount": "DECIMAL(18, 2)",
    "expected_amount": "DECIMAL(18, 2)",
    "created_on": "DATE",
    "closed_on": "DATE",
    "expected_close_on": "DATE",
    "probability": "DOUBLE",
    "forecast_category": "VARCHAR",
    "loss_reason": "VARCHAR",
    "next_step": "VARCHAR",
    "lead_source": "VARCHAR",
}


def load(source: Path, database: Path, *, detect: bool, storage: str = "") -> dict[str, object]:
    """Load ``opportunities.csv`` into a new database file, and count its rows.

    Parameters
    ----------
    detect
        Whether the reader finds out columns and types itself; else they are given.
    storage
        Storage version of the file; empty for the engine's default.
    """
    database.unlink(missing_ok=True)
    given = f", auto_detect=false, header=true, delim=',', quote='\"', escape='\"', columns={_COLUMNS}"
    reader = f"read_csv('{source / 'opportunities.csv'}'{'' if detect else given})"
    config = {"storage_compatibility_version": storage} if storage else {}
    with duckdb.connect(str(database), config=config) as connection:
        # As salesnb has it.
        connection.execute("SET memory_limit = '1GB'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE opportunities AS SELECT * FROM {reader}")
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT count(*) FROM opportunities").fetchone()
    return {"rows": int(row[0]) if row else 0}
