"""The peer of the KPIs in pandas: as an analyst writes them, with a loop over the ends of months for what is open."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["ask"]

_COLUMNS = [
    "rep_id", "status", "amount", "expected_amount", "created_on", "closed_on", "expected_close_on", "probability",
]  # fmt: skip


def ask(files: Path, first: date, months: int, as_of: date) -> dict[str, object]:
    """Compute every KPI by team and month; give ``columns`` and ``rows``."""
    deals = pd.read_parquet(files / "opportunities.parquet", columns=_COLUMNS)
    for name in ("created_on", "closed_on", "expected_close_on"):
        deals[name] = pd.to_datetime(deals[name])
    places = pd.read_parquet(files / "rep_nodes.parquet").merge(
        pd.read_parquet(files / "org_levels.parquet"), on="node"
    )
    names = pd.read_parquet(files / "org.parquet").set_index("node")["name"]
    places["team"] = places["team"].map(names)
    deals = deals.merge(places[["rep_id", "team"]], on="rep_id", how="left")
    starts = pd.date_range(first, periods=months, freq="MS")
    starts = starts[starts <= pd.Timestamp(as_of)]
    index = pd.MultiIndex.from_product(
        [sorted(places["team"].dropna().unique()), starts], names=["team", "month"]
    )
    found = pd.concat([_closed(deals), _created(deals)], axis=1).reindex(index)
    found = found.join(_open(deals, starts, pd.Timestamp(as_of)))
    sums = [name for name in found if not name.startswith("median_") and name != "long_cycle_days"]
    found[sums] = found[sums].fillna(0)
    found = _ratios(found).reset_index()
    found["month"] = found["month"].dt.strftime("%Y-%m")
    rows = found.astype(object).where(found.notna(), None)
    return {"columns": list(rows.columns), "rows": [tuple(row) for row in rows.itertuples(index=False)]}


def _closed(deals: Any) -> Any:
    closed = deals[deals["status"] != "open"].copy()
    closed["month"] = closed["closed_on"].dt.to_period("M").dt.start_time
    closed["days"] = (closed["closed_on"] - closed["created_on"]).dt.days
    won, lost = closed[closed["status"] == "won"], closed[closed["status"] == "lost"]
    of_won, of_all = won.groupby(["team", "month"]), closed.groupby(["team", "month"])
    return pd.DataFrame(
        {
            "won_amount": of_won["amount"].sum(),
            "won_count": of_won.size(),
            "lost_count": lost.groupby(["team", "month"]).size(),
            "closed_count": of_all.size(),
            "won_expected_amount": of_won["expected_amount"].sum(),
            "closed_expected_amount": of_all["expected_amount"].sum(),
            "won_cycle_days": of_won["days"].sum(),
            "won_dated_count": of_won["days"].count(),
            "exit_days": of_all["days"].sum(),
            "exit_dated_count": of_all["days"].count(),
            "median_deal": of_won["amount"].median(),
            "median_cycle_days": of_won["days"].median(),
            "long_cycle_days": of_won["days"].quantile(0.9),
        }
    )


def _created(deals: Any) -> Any:
    created = deals[deals["created_on"].notna()].copy()
    created["month"] = created["created_on"].dt.to_period("M").dt.start_time
    groups = created.groupby(["team", "month"])
    return pd.DataFrame(
        {
            "created_count": groups.size(),
            "created_amount": groups["expected_amount"].sum(),
            "cohort_won_count": created[created["status"] == "won"].groupby(["team", "month"]).size(),
            "cohort_closed_count": created[created["status"] != "open"].groupby(["team", "month"]).size(),
        }
    )


def _open(deals: Any, starts: Any, as_of: Any) -> Any:
    one_day = pd.Timedelta(days=1)
    ends = []
    for start in starts:
        after = start + pd.offsets.MonthBegin()
        now = _standing(deals, min(after - one_day, as_of))
        dates = now["expected_close_on"]
        closable = now[dates.isna() | ((dates >= start) & (dates < after))]
        past = deals[deals["closed_on"] <= min(after - one_day, as_of)]
        rate = (past["status"] == "won").mean() if len(past) else 0
        weighted = now["expected_amount"] * now["probability"].fillna(rate)
        groups = now.groupby("team")
        found = pd.DataFrame(
            {
                "open_count": groups.size(),
                "open_amount": groups["expected_amount"].sum(),
                "weighted_amount": weighted.groupby(now["team"]).sum().round().astype("int64"),
                "open_at_start_count": _standing(deals, start - one_day).groupby("team").size(),
                "closable_amount": closable.groupby("team")["expected_amount"].sum(),
                "open_undated_count": now[dates.isna()].groupby("team").size(),
            }
        )
        ends.append(found.assign(month=start).set_index("month", append=True))
    return pd.concat(ends)


def _standing(deals: Any, day: Any) -> Any:
    came = deals["created_on"].isna() | (deals["created_on"] <= day)
    return deals[came & (deals["closed_on"].isna() | (deals["closed_on"] > day))]


def _ratios(found: Any) -> Any:
    pairs = {
        "win_rate": ("won_count", "closed_count"),
        "win_rate_value": ("won_expected_amount", "closed_expected_amount"),
        "win_rate_cohort": ("cohort_won_count", "created_count"),
        "win_rate_cohort_closed": ("cohort_won_count", "cohort_closed_count"),
        "average_deal": ("won_amount", "won_count"),
        "mean_cycle_days": ("won_cycle_days", "won_dated_count"),
    }
    for name, (above, below) in pairs.items():
        found[name] = found[above] / found[below].where(found[below] != 0)
    stay = found["exit_days"] / found["exit_dated_count"].where(found["exit_dated_count"] != 0)
    found["sales_velocity"] = (
        found["open_at_start_count"] * found["win_rate"] * found["average_deal"] / stay.where(stay != 0)
    )
    return found
