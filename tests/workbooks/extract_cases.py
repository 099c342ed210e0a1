"""Small extracts with round numbers, for findings with known answers. Amounts are in whole dollars."""

from datetime import date
from typing import Any

from extract_builder import KPIS

from salesnb.workbooks.extract import ReviewExtract, review_from_document
from salesnb.workbooks.findings import finding
from salesnb.workbooks.findings_reading import Reading

START, END = date(2017, 10, 1), date(2018, 1, 1)


def document(
    *,
    won: int | None = 300,
    won_minor: int | None = None,
    target: int | None = 1000,
    kpi: str = "won_amount",
    won_count: int = 3,
    target_count: int | None = None,
    milestones: list[tuple[str, int]] | None = None,
    as_of: str = "2017-11-30",
    last_year: int | None = 400,
    previous: int | None = None,
    effects: dict[str, int] | None = None,
    open_amount: int = 0,
    open_count: int = 0,
    win_rate: float | None = 0.6,
    closed: int = 5,
    reps: list[tuple[str, int, int | None]] | None = None,
    pipeline: dict[str, Any] | None = None,
    peers: dict[str, Any] | None = None,
    name: str = "West",
) -> dict[str, Any]:
    """Make an extract of the fourth quarter of 2017."""
    minor = won_minor if won_minor is not None else None if won is None else won * 100
    period = {"won_amount": minor, "won_count": won_count, "closed_count": closed, "win_rate": win_rate}
    period |= {"average_deal": 50_00.0, "open_count": open_count, "open_amount": open_amount * 100}
    windows = {"period": period, "last_year": _past(last_year), "previous": _past(previous)}
    table = "drivers_last_year" if last_year is not None else "drivers_previous_period"
    drivers = {name: amount * 100 for name, amount in (effects or {}).items()}
    money = kpi == "won_amount"
    elapsed = max(0, min(92, (date.fromisoformat(as_of) - START).days + 1))
    goal = target_count if target_count is not None else None if target is None else target * 100
    stones = (
        [("2017-10", 300), ("2017-11", 600), ("2017-12", target or 0)] if milestones is None else milestones
    )
    tables = {
        "headline": _table(
            ["window", *KPIS], [[name, *(row.get(k) for k in KPIS)] for name, row in windows.items()]
        ),
        "by_month": _table(["month", *KPIS], []),
        "by_rep": _table(["rep_id", "rep", "quota", "won_amount"], [_rep(*rep) for rep in reps or []]),
        "by_product": _table(["value", "won_amount", "last_year_won_amount"], []),
        "by_segment": _table(["value", "won_amount", "last_year_won_amount"], []),
        "stages": _table(["stage", "open_count", "open_amount", "weighted_amount", "median_age_days"], []),
        "open_deals": _table(["opportunity_id", "name", "account", "expected_amount"], []),
        "drivers_last_year": _table(["effect", "amount"], []),
        "drivers_previous_period": _table(["effect", "amount"], []),
    }
    tables[table] = _table(["effect", "amount"], [list(item) for item in drivers.items()])
    return {
        "format": "salesnb-extract/1",
        "kind": "kpi_review",
        "workspace": {"company": "Acme", "currency": "USD", "digits": 2, "locale": "en_US", "fiscal_year_start": 1},
        "provenance": {"as_of": as_of, "data_fingerprint": "abc", "plan": "p", "plan_revision": 1},
        "node": {"id": name, "name": name, "level": "team"},
        "period": {
            "label": "2017-Q4", "start": START.isoformat(), "end": END.isoformat(), "elapsed_days": elapsed, "days": 92,
            "months": ["2017-10", "2017-11", "2017-12"],
        },
        "goal": None if goal is None else {"kpi": kpi, "label": KPIS[kpi][0], "unit": "money" if money else "count", "target": goal},
        "milestones": [{"label": m, "target_to_date": total * (100 if money else 1)} for m, total in stones],
        "kpis": {k: {"label": label, "unit": unit, "formula": f} for k, (label, unit, f) in KPIS.items()},
        "segment_dimension": "sector",
        "tables": tables,
        "pipeline": pipeline,
        "peers": peers,
    }  # fmt: skip


def read(**case: Any) -> ReviewExtract:
    """Give the case as it is read."""
    return review_from_document(document(**case))


def CASE(**case: Any) -> Reading:  # noqa: N802 -- reads as a constant of the tests
    """Give the case, read."""
    return Reading(read(**case))


def sentences(**case: Any) -> tuple[str, ...]:
    """Give the finding of a case."""
    return finding(CASE(**case))


def _past(amount: int | None) -> dict[str, Any]:
    return (
        {}
        if amount is None
        else {"won_amount": amount * 100, "closed_count": 5, "win_rate": 0.6, "average_deal": 60_00.0}
    )


def _rep(name: str, actual: int, quota: int | None) -> list[Any]:
    return [name.lower(), name, None if quota is None else quota * 100, actual * 100]


def _table(columns: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    return {"columns": columns, "rows": rows}
