"""Retention: what the accounts that bought a year before buy now.

A measure adds up, over the accounts of the start cohort, what they bought then and buy now: an Ibis table with a row an
account and place, its amounts ``then`` and ``now``, and whether the account ``stayed``. ``salesnb.kpis.cohorts`` says who
is in the cohort, and to which team or product an account counts.
"""

from typing import Any

from salesnb.kpis.cohorts import RETENTION
from salesnb.kpis.expressions import sum_where
from salesnb.kpis.kpi import CLOSED, derived, measure, ratio

_SOURCE = (
    "salesnb standard catalogue: a fixed start cohort, the accounts that bought in the same period a year before, by orders"
    " where there are any, else by won opportunities; who comes back after a year without sales is in no cohort"
)


@measure(
    label="Cohort's sales a year before",
    unit="money",
    basis=CLOSED,
    kind=RETENTION,
    formula="sum over the cohort of what each account bought in the same period a year before",
    source=_SOURCE,
)
def retention_start_amount(accounts: Any) -> Any:
    """Sales to the accounts of the cohort in the same period a year before, in minor units."""
    return accounts.then.sum()


@measure(
    label="Cohort's sales now",
    unit="money",
    basis=CLOSED,
    kind=RETENTION,
    formula="sum over the cohort of what each account bought in the period",
    source=_SOURCE,
)
def retention_net_amount(accounts: Any) -> Any:
    """Sales to the accounts of the cohort in the period, in minor units."""
    return accounts.now.sum()


@measure(
    label="Cohort's sales kept",
    unit="money",
    basis=CLOSED,
    kind=RETENTION,
    formula="sum over the cohort of min(now, then) of each account",
    source=_SOURCE,
)
def retention_gross_amount(accounts: Any) -> Any:
    """What the accounts of the cohort bought again, without what they bought more, in minor units."""
    return (accounts.now < accounts.then).ifelse(accounts.now, accounts.then).sum()


@measure(
    label="Expansion",
    unit="money",
    basis=CLOSED,
    kind=RETENTION,
    formula="sum of now - then over accounts of the cohort that bought more",
    source=_SOURCE,
)
def expansion_amount(accounts: Any) -> Any:
    """What accounts of the cohort bought more than a year before, in minor units."""
    return sum_where(accounts.now - accounts.then, accounts.now > accounts.then)


@measure(
    label="Contraction",
    unit="money",
    basis=CLOSED,
    kind=RETENTION,
    formula="sum of then - now over accounts of the cohort that bought less, and still something",
    source=_SOURCE,
    higher_is_better=False,
)
def contraction_amount(accounts: Any) -> Any:
    """What accounts of the cohort that stayed bought less than a year before, in minor units."""
    return sum_where(accounts.then - accounts.now, accounts.stayed & (accounts.now < accounts.then))


@measure(
    label="Churn",
    unit="money",
    basis=CLOSED,
    kind=RETENTION,
    formula="sum of then - now over accounts of the cohort that bought nothing, or returned more than they bought",
    source=_SOURCE,
    higher_is_better=False,
)
def churn_amount(accounts: Any) -> Any:
    """What the accounts bought a year before that buy no more, in minor units."""
    return sum_where(accounts.then - accounts.now, ~accounts.stayed)


@derived(
    label="Net revenue retention",
    unit="ratio",
    formula="sales now / sales a year before, of the accounts that bought in the same period a year before",
    source=_SOURCE,
)
def nrr(retention_net_amount: int | None, retention_start_amount: int | None) -> float | None:
    """Share of a year before's sales that its accounts buy now, with what they buy more.

    Null for a period that is not over, or of which the year before is not known.
    """
    return ratio(retention_net_amount, retention_start_amount)


@derived(
    label="Gross revenue retention",
    unit="ratio",
    formula="sum of min(now, then) / sales a year before, of the accounts that bought in the same period a year before",
    source=_SOURCE,
    most=1.0,
)
def grr(retention_gross_amount: int | None, retention_start_amount: int | None) -> float | None:
    """Share of a year before's sales that its accounts buy again; never above 1.

    Null for a period that is not over, or of which the year before is not known.
    """
    return ratio(retention_gross_amount, retention_start_amount)
