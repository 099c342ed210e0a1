"""KPIs that a workspace defines as text give the same on every engine as on the imported data."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.engines

DEFINED = {
    "my_won": ("sum(amount where won)", "money"),
    "my_rate": ("count(where won) / count(where won or lost)", "ratio"),
    "my_cohort": ("count(where won at created_on) / count(at created_on)", "ratio"),
    "my_mean": ("mean(amount where won)", "money"),
    "my_median": ("median(amount where won)", "money"),
    "my_long_cycle": ("quantile(days(created_on, closed_on), 0.9 where won)", "days"),
    "my_open": ("sum(expected_amount at as_of)", "money"),
    "my_undated": ("count(where expected_close_on is null at as_of)", "count"),
    "my_accounts": ("count_distinct(account where won)", "count"),
    "my_partner": ("sum(amount where won and lead_source = 'Partner')", "money"),
    "my_products": ("count_distinct(product at created_on)", "count"),
    "my_reps": ("count_distinct(rep where expected_amount > 0 at as_of)", "count"),
    "my_least": ("min(amount where won and amount > 0)", "money"),
    "my_most": ("max(expected_amount at created_on)", "money"),
    "my_tenth": ("quantile(amount, 0.1 where won)", "money"),
    "my_third": ("quantile(expected_amount, 0.333 at created_on)", "money"),
    "my_longest": ("max(days(created_on, closed_on) where won or lost)", "days"),
    "my_cycle": ("mean(days(created_on, closed_on) where won)", "days"),
    "my_to_close": ("median(days(created_on, expected_close_on) at created_on)", "days"),
    "my_slow_cohort": (
        "count(where won and days(created_on, closed_on) > 60 at created_on) / count(where won or lost at created_on)",
        "ratio",
    ),
    "my_age": ("median(days(created_on, as_of) at as_of)", "days"),
    "my_mean_age": ("mean(days(created_on, as_of) at as_of)", "days"),
    "my_days_left": ("sum(days(as_of, expected_close_on) at as_of)", "days"),
    "my_old": ("count(where days(created_on, as_of) > 90 at as_of)", "count"),
    "my_large": ("count(where won and amount >= 500000)", "count"),
}
ASKED: tuple[dict[str, Any], ...] = (
    {"by": ("team",)},
    {"by": ("region",), "grain": "quarter", "as_of": dt.date(2025, 7, 8)},
)


@pytest.mark.parametrize("asked", ASKED, ids=["by team", "by quarter"])
@pytest.mark.parametrize("engine", ["postgres", "spark"])
def test_a_definition_gives_the_same_on_every_engine(
    engine: str, asked: dict[str, Any], open_engine: Callable[[str], Any]
) -> None:
    found, wanted = (answered(open_engine(one), asked) for one in (engine, "embedded"))
    assert [row[: len(asked)] for row in found] == [row[: len(asked)] for row in wanted]
    wrong = [pair for pair in zip(found, wanted, strict=True) if not all(map(same, *pair))]
    assert wanted
    assert not wrong
    nothing = [name for n, name in enumerate(reversed(DEFINED), 1) if not any(row[-n] for row in wanted)]
    assert nothing == []


def answered(data: Any, asked: dict[str, Any]) -> Any:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, catalogue, run, with_definition
    from salesnb.kpis.definition import Definition

    known = catalogue()
    for name, (expression, unit) in DEFINED.items():
        known = with_definition(known, Definition(name=name, expression=expression, unit=unit), data)
    return run(Query(kpis=tuple(DEFINED), labels=False, **asked), data, FiscalCalendar(), known).rows


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-12, abs=0)
    return bool(one == other)
