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
    assert not wrong
    assert all(any(row[-n] for row in wanted) for n in range(1, len(DEFINED) + 1))


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
