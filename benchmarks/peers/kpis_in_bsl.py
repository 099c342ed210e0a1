"""The peer of the KPIs in boring-semantic-layer: run by a Python of its own, because it wants an older Ibis.

Usage: python kpis_in_bsl.py FILES TURNS

Prints JSON: ``seconds`` and ``cpu_seconds`` of the median turn, ``kpis``, how many of them it can express, and ``rows``.
It has no figures as of a date, so these are those of closing and of creation, each a query of its own.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

CLOSED = {
    "won_amount": lambda t: (t.status == "won").ifelse(t.amount, 0).sum(),
    "won_count": lambda t: (t.status == "won").cast("int64").sum(),
    "lost_count": lambda t: (t.status == "lost").cast("int64").sum(),
    "closed_count": lambda t: (t.status != "open").cast("int64").sum(),
    "won_expected_amount": lambda t: (t.status == "won").ifelse(t.expected_amount, 0).sum(),
    "closed_expected_amount": lambda t: (t.status != "open").ifelse(t.expected_amount, 0).sum(),
    "median_deal": lambda t: t.amount.quantile(0.5, where=t.status == "won"),
    "median_cycle_days": lambda t: t.days.quantile(0.5, where=t.status == "won"),
    "long_cycle_days": lambda t: t.days.quantile(0.9, where=t.status == "won"),
    "won_cycle_days": lambda t: (t.status == "won").ifelse(t.days, 0).sum(),
    "won_dated_count": lambda t: ((t.status == "won") & t.days.notnull()).cast("int64").sum(),
    "exit_days": lambda t: (t.status != "open").ifelse(t.days, 0).sum(),
    "exit_dated_count": lambda t: ((t.status != "open") & t.days.notnull()).cast("int64").sum(),
    "win_rate": lambda t: (t.status == "won").cast("int64").sum() / (t.status != "open").cast("int64").sum(),
}
CREATED = {
    "created_count": lambda t: t.count(),
    "created_amount": lambda t: t.expected_amount.sum(),
    "cohort_won_count": lambda t: (t.status == "won").cast("int64").sum(),
    "cohort_closed_count": lambda t: (t.status != "open").cast("int64").sum(),
}


def main(files: Path, turns: int) -> None:
    """Measure and print."""
    found = [_turn(files) for _ in range(turns)]
    print(
        json.dumps(
            {
                "seconds": median(one[0] for one in found),
                "cpu_seconds": median(one[1] for one in found),
                "kpis": len(CLOSED) + len(CREATED),
                "rows": found[-1][2],
            }
        )
    )


def _turn(files: Path) -> tuple[float, float, int]:
    import ibis

    wall, cpu = time.perf_counter(), time.process_time()
    engine = ibis.duckdb.connect()
    deals, spells, levels = (
        engine.read_parquet(files / f"{name}.parquet")
        for name in ("opportunities", "rep_nodes", "org_levels")
    )
    places = spells.join(levels, "node").select("rep_id", "team")
    table = deals.left_join(places, "rep_id").mutate(days=deals.closed_on.delta(deals.created_on, unit="day"))
    rows = _ask(table, "closed_on", CLOSED) + _ask(table, "created_on", CREATED)
    return time.perf_counter() - wall, time.process_time() - cpu, rows


def _ask(table: Any, day: str, measures: dict[str, Any]) -> int:
    from boring_semantic_layer import to_semantic_table

    known = table.filter(table[day].notnull()).mutate(month=table[day].truncate("M"))
    model = to_semantic_table(known, name=day).with_dimensions(team=lambda t: t.team, month=lambda t: t.month)
    query = model.with_measures(**measures).group_by("team", "month").aggregate(*measures)
    return len(query.execute())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
