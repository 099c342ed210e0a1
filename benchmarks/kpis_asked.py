"""What is asked of salesnb by the benchmark of the KPIs. All is imported here: that is not measured."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import duckdb
import numpy as np  # noqa: F401 -- imported before anything is measured
import pyarrow.compute  # noqa: F401 -- the same

from salesnb.calendar import FiscalCalendar
from salesnb.crm.dataset import Dataset, read_meta
from salesnb.crm.embedded import Embedded
from salesnb.kpis import Query, catalogue, run
from salesnb.kpis.engine import Run

__all__ = ["live", "ours"]

# The standard catalogue without what needs a goal.
_KPIS = (
    "won_amount", "won_count", "lost_count", "closed_count", "won_expected_amount", "closed_expected_amount",
    "median_deal", "median_cycle_days", "won_cycle_days", "won_dated_count", "exit_days", "exit_dated_count",
    "long_cycle_days", "created_count", "created_amount", "cohort_won_count", "cohort_closed_count", "open_count",
    "open_amount", "weighted_amount", "open_at_start_count", "closable_amount", "open_undated_count", "win_rate",
    "win_rate_value", "win_rate_cohort", "win_rate_cohort_closed", "average_deal", "mean_cycle_days", "sales_velocity",
)  # fmt: skip
_LIVE_KPIS = ("won_amount", "win_rate", "open_amount", "average_deal", "created_count")
_LIVE_ASKED = 30


def ours(files: Path, first: date, months: int) -> dict[str, object]:
    """Compute KPIs by team and month over Parquet files; give ``columns`` and ``rows``."""
    month = first.year * 12 + first.month - 1 + months
    end = date(month // 12, month % 12 + 1, 1)
    asked = Query(kpis=_KPIS, by=("team",), grain="month", start=first, end=end)
    found = run(asked, _over_files(files), FiscalCalendar())
    return {"columns": [column.name for column in found.columns], "rows": list(found.rows)}


def live(database: Path) -> dict[str, object]:
    """Ask five KPIs of 10,000 opportunities again and again: computed each time, and kept."""
    calendar, known = FiscalCalendar(), catalogue()
    query = Query(kpis=_LIVE_KPIS, by=("team",), grain="month")
    with Dataset.open(database) as data:
        computed = [_timed(lambda: Run(query, data, calendar, known).result()) for _ in range(_LIVE_ASKED)]
        kept = [_timed(lambda: run(query, data, calendar)) for _ in range(_LIVE_ASKED)]
    # The first time is not warm.
    return {
        "computed_ms": median(wall for wall, _ in computed[1:]) * 1000,
        "computed_processor_ms": median(cpu for _, cpu in computed[1:]) * 1000,
        "kept_ms": median(wall for wall, _ in kept[1:]) * 1000,
    }


def _over_files(files: Path) -> Dataset:
    """Open a dataset of views over Parquet files."""
    connection = duckdb.connect()
    for path in sorted(files.glob("*.parquet")):
        connection.execute(f"CREATE VIEW {path.stem} AS FROM read_parquet('{path}')")
    return Dataset(files, Embedded.from_connection(connection), read_meta(connection))


def _timed(task: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - wall, time.process_time() - cpu
