"""The catalogue: every KPI is described, computable and survives every check; duplicates and loops are refused."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput
from salesnb.kpis import Query, catalogue, check, ratio
from salesnb.kpis.checking import check_all
from salesnb.kpis.engine import Run
from salesnb.kpis.expressions import sum_where
from salesnb.kpis.kpi import CLOSED, TARGET_INPUTS, Kpi
from salesnb.registry import Registry

STANDARD = {
    "won_amount", "won_count", "lost_count", "closed_count", "created_count", "created_amount", "win_rate",
    "win_rate_value", "win_rate_cohort", "win_rate_cohort_closed", "average_deal", "median_deal", "median_cycle_days",
    "mean_cycle_days", "open_count", "open_amount", "weighted_amount", "sales_velocity", "coverage",
    "coverage_all_open", "attainment", "pacing",
}  # fmt: skip


def kpi_of(name: str, function: Callable[..., Any], **more: Any) -> Kpi:
    described = {
        "label": name,
        "unit": "money",
        "formula": "f",
        "source": "s",
        "kind": "sum",
        "basis": CLOSED,
    }
    return Kpi(name=name, function=function, **{**described, "additive": True, **more})


def test_the_standard_catalogue_is_whole() -> None:
    assert set(catalogue().names()) >= STANDARD


@pytest.mark.parametrize("name", sorted(STANDARD))
def test_what_a_kpi_needs_is_known(name: str) -> None:
    for needed in catalogue().get(name).needs:
        assert needed in TARGET_INPUTS or needed in catalogue()


@pytest.mark.slow
def test_every_kpi_passes_every_check(make_dataset: Callable, deal: Callable) -> None:
    data = make_dataset(
        deal("1"), deal("2", "lost", rep_id="r3"), deal("3", "open", product="Plus"), deal("4", rep_id=None, product=None),
        deal("5", "open", created_on=None), deal("6", closed_on=dt.date(2026, 3, 3)),
    )  # fmt: skip
    checks = check(data, FiscalCalendar())
    assert [found for found in checks if not found.passed] == []
    assert {found.kpi for found in checks} == set(catalogue().names())


def test_a_kpi_that_is_not_as_additive_as_it_says_fails_its_check(
    make_dataset: Callable, deal: Callable
) -> None:
    """The maximum of amounts says that it adds up over dimensions; it does not."""
    wrong = Registry[Kpi]("KPI")

    def largest(deals: Any) -> Any:
        """The largest amount."""
        return deals.amount.max().cast("int64").fill_null(0)

    wrong.add("largest", kpi_of("largest", largest), origin="test")
    data = make_dataset(deal("1", product="Base"), deal("2", product="Plus", amount=70))
    failed = {found.name for found in check_all(data, FiscalCalendar(), wrong) if not found.passed}
    assert "adds up over product" in failed


def test_a_kpi_that_needs_itself_is_refused(make_dataset: Callable) -> None:
    loop = Registry[Kpi]("KPI")
    loop.add("a", kpi_of("a", lambda b: b, kind="derived", needs=("b",)), origin="test")
    loop.add("b", kpi_of("b", lambda a: a, kind="derived", needs=("a",)), origin="test")
    with pytest.raises(BadInput, match="a needs b needs a"):
        Run(Query(kpis=("a",)), make_dataset(), FiscalCalendar(), loop).result()


def test_sums_do_not_overflow_32_bits(make_dataset: Callable, deal: Callable) -> None:
    large = Registry[Kpi]("KPI")
    large.add(
        "all", kpi_of("all", lambda deals: sum_where(deals.amount, deals.status == "won")), origin="test"
    )
    data = make_dataset(*(deal(str(i), amount=2**40) for i in range(4)))
    assert Run(Query(kpis=("all",)), data, FiscalCalendar(), large).result().rows == ((2**42,),)


@pytest.mark.parametrize(("above", "below"), [(1, 0), (None, 1), (1, None), (0, 0)])
def test_a_zero_denominator_gives_nothing(above: int | None, below: int | None) -> None:
    assert ratio(above, below) is None
