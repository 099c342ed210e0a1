"""Roadmap: what a goal should have reached by the end of each month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise

from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.money import apportion, split
from salesnb.planning.means import Seasonality, SeasonWeight
from salesnb.planning.model import Goal, Milestone, Plan, Quota
from salesnb.planning.shape import NO_SHAPE, Shape
from salesnb.planning.sharing import equal_for_want_of
from salesnb.planning.stay_months import due_in_stays
from salesnb.planning.stays import moved_reps, whole_quotas

__all__ = [
    "BASIS_POINTS",
    "Roadmap",
    "basis_points",
    "milestones",
    "month_weights_of",
    "of_whole_reps",
    "roadmap",
    "season_weights",
    "seasonality",
    "typed_weights",
]

BASIS_POINTS = 10_000


@dataclass(frozen=True, kw_only=True)
class Roadmap:
    """What each node of a cascade should reach in a stretch of months, and by the end of each of them.

    Attributes
    ----------
    quotas
        By node: its quota, or the part of it that falls into the stretch.
    milestones
        By node, a month each; empty where the goal has none.
    """

    quotas: Mapping[str, Quota]
    milestones: Mapping[str, tuple[Milestone, ...]]


def roadmap(plan: Plan, goal: Goal, months: Sequence[str] = ()) -> Roadmap:
    """Spread the quotas of a goal's cascade over its months.

    In each month the parts of a node add up to it, and over the months each part adds up to its quota. Quotas that were
    given by month have their own months, all others the season of their goal; of a rep who changes node, what falls into
    the days at each.

    Parameters
    ----------
    months
        Labels of the stretch wanted; by default the whole period. Without milestones for all of them the roadmap is
        empty: how much of a quota falls into a month is then not known.
    """
    quotas = plan.quotas_of(goal)
    weights = month_weights_of(plan, goal)
    if not months and not weights:
        return Roadmap(quotas={quota.id: quota for quota in quotas}, milestones={})
    if not set(months) <= weights.keys():
        return Roadmap(quotas={}, milestones={})
    labels = sorted(weights)
    reached = _given(quotas, labels) or due_in_stays(quotas, _reached(quotas, weights), weights, goal.period)
    first = labels.index(min(months)) if months else 0
    end = labels.index(max(months)) + 1 if months else len(labels)
    sums = {node: [0, *by_month][first : end + 1] for node, by_month in reached.items()}
    return Roadmap(
        quotas={quota.id: replace(quota, amount=sums[quota.id][-1] - sums[quota.id][0]) for quota in quotas},
        milestones={
            node: _stones(goal, _points(reached[node], weights), found, labels[first:end])
            for node, found in sums.items()
        },
    )


def of_whole_reps(found: Roadmap, on: date) -> Roadmap:
    """Let each rep have one quota, with all that is to be reached at every place, under the node of a day."""
    stones = dict(found.milestones)
    for rep, stays in moved_reps(found.quotas.values()).items():
        parts = [stones.pop(stay.id) for stay in stays if stay.id in stones]
        if parts:
            stones[rep] = tuple(_together(months) for months in zip(*parts, strict=True))
    whole = whole_quotas(found.quotas.values(), on)
    return Roadmap(quotas={quota.id: quota for quota in whole}, milestones=stones)


def _together(parts: Sequence[Milestone]) -> Milestone:
    amount, to_date = sum(stone.amount for stone in parts), sum(stone.to_date for stone in parts)
    return replace(parts[0], amount=amount, to_date=to_date)


def month_weights_of(plan: Plan, goal: Goal) -> dict[str, int]:
    """Give what each month of a goal is in proportion to: its milestone's own amount, else its basis points.

    Empty where the goal has no milestones. Amounts are exact where basis points are rounded.
    """
    stones = [stone for stone in plan.milestones if stone.goal == goal.id]
    exact = any(stone.amount for stone in stones)
    return {stone.label: stone.amount if exact else stone.weight_bp for stone in stones}


def basis_points(weights: Mapping[str, int | Fraction]) -> dict[str, int]:
    """Turn weights into whole basis points that add up to 10,000 exactly.

    Weights that already do so stay as they are. Where all are zero, the parts are equal.

    Parameters
    ----------
    weights
        By label, zero or more: what was won in each month, or typed shares.

    Raises
    ------
    BadInput
        When there are none, or one is negative.

    Examples
    --------
    >>> basis_points({"2017-10": 1, "2017-11": 1, "2017-12": 1})
    {'2017-10': 3334, '2017-11': 3333, '2017-12': 3333}

    References
    ----------
    Weights kept as rounded decimals drift from one; whole basis points, by largest remainder, cannot.
    """
    if not weights:
        raise BadInput(
            "There are no months to spread over.", hint="Give a weight for each month of the period."
        )
    for label, weight in weights.items():
        if weight < 0:
            raise BadInput(f"The weight of {label} is negative: {weight}.", hint="Give zero or more.")
    labels = sorted(weights)
    shares = [weights[label] for label in labels] if any(weights.values()) else [1] * len(labels)
    return dict(zip(labels, split(BASIS_POINTS, shares, labels), strict=True))


def milestones(
    total: int, month_weights: Mapping[str, int | Fraction], *, unit: str = "money", goal: str = ""
) -> tuple[Milestone, ...]:
    """Spread a total over months by season; the last cumulative target is the total exactly.

    Parameters
    ----------
    total
        Minor units of money, or a count; zero or more.
    month_weights
        A weight a month label; see ``basis_points``.
    unit, goal
        Unit of the total, and the id of the goal that it is of.

    Where weights are amounts that add up to the total, they are kept exactly.

    Raises
    ------
    BadInput
        When the total or a weight is negative, or there are no months.

    Examples
    --------
    Last year's quarter won 1.5, 2.0 and 5.5; this year's goal is 9. Basis points round, amounts do not:

    >>> found = milestones(9_000_000, {"2018-01": 15, "2018-02": 20, "2018-03": 55})
    >>> [(m.label, m.weight_bp, m.to_date) for m in found]
    [('2018-01', 1667, 1500000), ('2018-02', 2222, 3500000), ('2018-03', 6111, 9000000)]
    """
    if total < 0:
        raise BadInput("The total to be spread over months is negative.", hint="Give zero or more.")
    points = basis_points(month_weights)
    exact = [month_weights[label] for label in points] if any(month_weights.values()) else [1] * len(points)
    amounts = split(total, exact, list(points))
    return tuple(
        Milestone(goal=goal, label=label, weight_bp=weight, unit=unit, amount=amount, to_date=to_date)
        for (label, weight), amount, to_date in zip(points.items(), amounts, accumulate(amounts), strict=True)
    )


def typed_weights(labels: Sequence[str], texts: Sequence[str]) -> dict[str, Fraction]:
    """Read the share of each month as typed; together they are one, exactly.

    Parameters
    ----------
    labels
        The months, in order.
    texts
        As many shares, such as ``.25``, ``25%`` or ``1/4``.

    Raises
    ------
    BadInput
        When there are more or fewer, one is not a share, or they do not come to one: the amount is named.

    Examples
    --------
    >>> typed_weights(["2018-01", "2018-02"], [".3", "70%"])
    {'2018-01': Fraction(3, 10), '2018-02': Fraction(7, 10)}
    """
    if len(texts) != len(labels):
        raise BadInput(
            f"{counted(len(texts), 'weight is', 'weights are')} given for"
            f" {counted(len(labels), 'month', 'months')}.",
            hint=f"Give one for each of {', '.join(labels)}.",
        )
    found = {label: _share(label, text) for label, text in zip(labels, texts, strict=True)}
    left = 1 - sum(found.values(), Fraction())
    if left:
        raise BadInput(
            f"The weights come to {_decimal(1 - left)} instead of 1: "
            f"{_decimal(abs(left))} {'is missing' if left > 0 else 'is too much'}.",
            hint="Change one of them; thirds are written 1/3.",
        )
    return found


def _share(label: str, text: str) -> Fraction:
    plain, scale = (text.strip()[:-1], 100) if text.strip().endswith("%") else (text, 1)
    try:
        share = Fraction(plain.strip()) / scale
    except (ValueError, ZeroDivisionError):
        raise BadInput(
            f"The weight {text!r} of {label} is not a number.", hint="Write .25, 25% or 1/4."
        ) from None
    if share < 0:
        raise BadInput(f"The weight of {label} is negative: {text.strip()}.", hint="Give zero or more.")
    return share


def _decimal(share: Fraction) -> str:
    """Write a share exactly: as a decimal number where it is one, else as a fraction."""
    rounded = Fraction(round(share * 10**12), 10**12)
    return f"{float(share):.12f}".rstrip("0").rstrip(".") if rounded == share else str(share)


def seasonality(
    kpi: str, weights: Mapping[str, int | Fraction], basis: str, shape: Shape = NO_SHAPE, past: str = ""
) -> Seasonality:
    """Describe how a KPI spreads over months: in whole basis points, and exactly where those round.

    Parameters
    ----------
    shape, past
        The weeks and the spread, and which past periods that is of.

    Raises
    ------
    BadInput
        As ``basis_points``.
    """
    said = basis if any(weights.values()) else equal_for_want_of(basis)
    points = basis_points(weights)
    whole = sum(weights.values())
    rounds = any(weights[label] * BASIS_POINTS != weight * whole for label, weight in points.items())
    shares = tuple(
        SeasonWeight(label=label, weight_bp=weight, weight=weights[label] if whole and rounds else None)
        for label, weight in points.items()
    )
    return Seasonality(
        kpi=kpi,
        basis=said,
        weights=shares,
        weeks=shape.weeks,
        reach=shape.reach,
        past=past if shape.reach else "",
    )


def season_weights(season: Seasonality) -> dict[str, int | Fraction]:
    """Give the weights of a season: exact ones where it has them, else its basis points."""
    exact = {item.label: item.weight for item in season.weights if item.weight is not None}
    return exact or {item.label: item.weight_bp for item in season.weights}


def _reached(quotas: Sequence[Quota], weights: Mapping[str, int]) -> dict[str, list[int]]:
    """Give what each node should have reached by the end of each month, parents before their children."""
    children: dict[str | None, list[Quota]] = {}
    for quota in quotas:
        children.setdefault(quota.parent, []).append(quota)
    above = {quota.id: quota.amount for quota in quotas}
    found: dict[str, list[int]] = {}
    for parent, below in children.items():
        total = sum(quota.amount for quota in below)
        fits = parent is not None and total == above.get(parent)
        sums = found[parent] if fits and parent else [stone.to_date for stone in milestones(total, weights)]
        shares, keys = [quota.amount for quota in below], [quota.id for quota in below]
        columns = [apportion(to_date, shares, keys) if total else (0,) * len(below) for to_date in sums]
        found.update(zip(keys, map(list, zip(*columns, strict=True)), strict=True))
    return found


def _given(quotas: Sequence[Quota], labels: Sequence[str]) -> dict[str, list[int]]:
    """Give what each node should have reached by its own months; nothing where they have none."""
    if not any(quota.months for quota in quotas):
        return {}
    months = {quota.id: {month.label: month.amount for month in quota.months} for quota in quotas}
    return {node: list(accumulate(own.get(label, 0) for label in labels)) for node, own in months.items()}


def _points(reached: Sequence[int], weights: Mapping[str, int]) -> Mapping[str, int]:
    """Tell each month's share of a node's quota; that of the goal where it has no quota."""
    if not reached[-1]:
        return basis_points(weights)
    amounts = [after - before for before, after in pairwise((0, *reached))]
    return basis_points(dict(zip(sorted(weights), amounts, strict=True)))


def _stones(
    goal: Goal, weights: Mapping[str, int], reached: Sequence[int], labels: Sequence[str]
) -> tuple[Milestone, ...]:
    """Turn sums into the milestones of a stretch, which begins at the first of them."""
    return tuple(
        Milestone(
            goal=goal.id,
            label=label,
            weight_bp=weights[label],
            unit=goal.unit,
            amount=after - before,
            to_date=after - reached[0],
        )
        for label, before, after in zip(labels, reached[:-1], reached[1:], strict=True)
    )
