"""Quotas by month that look like slips in typing: they stay as they were given, and are named."""

from collections.abc import Iterable, Iterator

from salesnb.outliers import far_from_neighbours
from salesnb.planning.model import BY_MONTH, Plan, Quota
from salesnb.planning.problem import Problem
from salesnb.planning.words import digits_of, number_in_words

__all__ = ["slips"]

_QUARTER = 3


def slips(plan: Plan) -> Iterator[Problem]:
    """Find months, else quarters, of a quota that are ten times those around them or a tenth of them.

    Only the lowest quotas are looked at: one slip makes all above it look odd. A plan of an earlier version, which summed
    quotas by month and spread them again by the season of all, is named too.
    """
    yield from _lost_months(plan)
    parents = {(quota.kpi, quota.period, quota.parent) for quota in plan.quotas}
    for quota in plan.quotas:
        if quota.months and (quota.kpi, quota.period, quota.id) not in parents:
            months = [(month.label, month.amount) for month in quota.months]
            yield from _told(plan, quota, list(_far(months)) or list(_far(_quarters(months))))


def _lost_months(plan: Plan) -> Iterator[Problem]:
    by_month = {shape.kpi for shape in plan.assumptions.seasonality if shape.basis == BY_MONTH}
    for goal in plan.goals:
        quotas = plan.quotas_of(goal)
        if goal.kpi in by_month and quotas and quotas[0].basis == "given" and not quotas[0].months:
            yield Problem.warning(
                "slips",
                f"quotas, {goal.kpi} {goal.period.label}",
                f"The quotas of {goal.kpi} were given by month, but the plan holds their sums alone: parts of its period"
                " are told by the season of all.",
                "Make the plan again: salesnb plan new NAME --period P --quotas.",
            )


def _quarters(months: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [
        (f"{part[0][0]} to {part[-1][0]}", sum(amount for _, amount in part))
        for part in (months[place : place + _QUARTER] for place in range(0, len(months), _QUARTER))
        if len(part) == _QUARTER
    ]


def _far(amounts: list[tuple[str, int]]) -> Iterator[tuple[str, int, float]]:
    given = [(label, amount) for label, amount in amounts if amount]
    for place, ratio in far_from_neighbours([amount for _, amount in given]):
        yield (*given[place], ratio)


def _told(plan: Plan, quota: Quota, found: Iterable[tuple[str, int, float]]) -> Iterator[Problem]:
    for label, amount, ratio in found:
        size = f"{ratio:,.0f} times" if ratio > 1 else f"1/{1 / ratio:,.0f} of"
        shown = number_in_words(amount, quota.unit, digits_of(plan.currency))
        yield Problem.warning(
            "slips",
            f"quotas, {quota.kpi} {quota.period}, {quota.id}",
            f"{quota.name} has {shown} for {label}, {size} the neighbours.",
            "If it is a slip, correct the file and take the quotas in again; it is taken as it stands.",
        )
