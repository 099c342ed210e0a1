"""Whose quotas count, what cuts them, and why there are none, is told beside the figures."""

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.kpis import Beside, Query, Target, run

MAKE = Callable[..., Any]
CALENDAR = FiscalCalendar()
MONTHS = (("2026-01", 0), ("2026-02", 1_001), ("2026-03", 98_999))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def quota(plan: str, first: str, last: str, **parts: Any) -> Target:
    end = day(last) + dt.timedelta(days=1)
    settings: dict[str, Any] = {"dimension": "company", "value": "company", "amount": 100_000}
    return Target(plan=plan, start=day(first), end=end, **settings | parts)


QUARTER = quota("q1", "2026-01-01", "2026-03-31", months=MONTHS)
YEAR = quota("year", "2026-01-01", "2026-12-31")


@pytest.fixture
def data(make_dataset: MAKE, deal: MAKE) -> Any:
    return make_dataset(deal("1", amount=500, closed_on=day("2026-02-10")), as_of=day("2026-03-20"))


def told(data: Any, *targets: Target, kpi: str = "attainment", **question: Any) -> tuple[str, ...]:
    return run(Query(kpis=(kpi,), targets=targets, **question), data, CALENDAR).notices


def test_own_months_of_a_quota_come_out_exactly() -> None:
    assert QUARTER.due_by(day("2026-03-01"), CALENDAR) == 1_001
    assert QUARTER.due_by(day("2026-02-15"), CALENDAR) == Fraction(1_001, 2)
    assert QUARTER.due_by(day("2026-02-01"), CALENDAR) == 0


def test_a_month_without_quota_has_no_attainment(data: Any) -> None:
    query = Query(
        kpis=("attainment",),
        grain="month",
        start=day("2026-01-01"),
        end=day("2026-04-01"),
        targets=(QUARTER,),
    )
    assert [row[-1] for row in run(query, data, CALENDAR).rows] == [None, 500 / 1_001, 0.0]


def test_of_several_plans_the_one_that_counts_is_told(data: Any) -> None:
    said = told(data, QUARTER, YEAR, start=day("2026-01-01"), end=day("2026-04-01"))
    assert said == ("Here the quotas of the plan q1 count, not those of year; to choose: --plan year.",)
    said = told(data, QUARTER, YEAR, grain="quarter", start=day("2026-01-01"), end=day("2026-07-01"))
    assert said == (
        "For 2026-Q1 the quotas of the plan q1 count, not those of year; to choose: --plan year.",
    )


def test_one_plan_for_whole_months_needs_no_word(data: Any) -> None:
    assert told(data, QUARTER, start=day("2026-01-01"), end=day("2026-04-01")) == ()
    assert told(data, YEAR, start=day("2026-02-01"), end=day("2026-04-01")) == ()


def test_days_that_cut_a_month_are_told_with_those_of_the_whole(data: Any) -> None:
    (said,) = told(data, QUARTER, start=day("2026-01-01"), end=day("2026-03-13"))
    assert said.startswith(
        "2026-01-01 to 2026-03-12 cuts a month, and won is held against the part of the quota"
    )
    assert said.endswith("--from 2026-01-01 --to 2026-03-31.")
    (said,) = told(data, QUARTER, grain="week", start=day("2026-01-01"), end=day("2026-03-02"))
    assert said == "A week has the part of a month's quota that falls into its days."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({}, "no days are asked for: add a grain such as --by quarter, or --from 2026-01-01 --to 2026-03-31 (plan q1)"),
        ({"grain": "year"}, "for all of the days asked for; there are some for 2026-01-01 to 2026-03-31 (plan q1)."),
        ({"grain": "quarter", "by": ("product",)}, "No plan has quotas by product; there are some by company."),
        ({"grain": "quarter", "by": ("team", "product")}, "ask by one dimension or with one filter alone"),
    ],
)  # fmt: skip
def test_no_figure_without_a_word(data: Any, question: dict[str, Any], said: str) -> None:
    (found,) = told(data, QUARTER, **question)
    assert said in found


def test_without_any_plan_it_is_said_how_to_make_one(data: Any) -> None:
    (found,) = told(data, start=day("2026-01-01"), end=day("2026-04-01"))
    assert "make one with salesnb plan new" in found


def test_what_is_not_about_quotas_says_nothing_of_them(data: Any) -> None:
    assert told(data, kpi="won_amount") == ()


def test_targets_beside_figures_tell_their_plan(data: Any) -> None:
    said = told(
        data, QUARTER, YEAR, kpi="won_amount", grain="month", start=day("2026-02-01"), end=day("2026-03-01"),
        beside=Beside(targets=True),
    )  # fmt: skip
    assert said == ("Here the quotas of the plan q1 count, not those of year; to choose: --plan year.",)
