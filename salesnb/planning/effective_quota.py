"""Effective quota: what is left of a full quota for who ramps, comes, leaves, works part time or moves in the period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from salesnb.calendar import Period
from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.money import split
from salesnb.planning.sharing import Weight

__all__ = ["EffectiveQuota", "Stay", "active_shares", "attainment", "effective_quota", "months_since"]


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A stretch of days on which a rep carries quota.

    Attributes
    ----------
    node
        Where; a rep who moves has a stay at each place.
    start, end
        The first day, and the day after the last; None for always before, and for still there.
    share
        Of a full job: 1/2 for part time. Leave is a gap between two stays, or a smaller share.
    """

    node: str = ""
    start: date | None = None
    end: date | None = None
    share: Weight = 1


@dataclass(frozen=True, kw_only=True)
class EffectiveQuota:
    """A full quota and what is left of it; attainment divides by the latter.

    Attributes
    ----------
    full, effective
        In whole minor units or counts.
    by_node
        Where the effective quota is carried; the parts add up to it exactly.
    """

    full: int
    effective: int
    by_node: Mapping[str, int]


def effective_quota(
    full: int,
    months: Sequence[Period],
    stays: Sequence[Stay] = (Stay(),),
    *,
    season: Sequence[int] = (),
    ramp: Sequence[Weight] = (),
) -> EffectiveQuota:
    """Pro-rate a quota: ``full * sum(ramp[t] * season[t] * active[t])``, rounded half-even to a whole unit.

    Parameters
    ----------
    months
        Of the quota's period.
    stays
        When and where the rep carries quota; one that never ends by default.
    season
        Whole shares by month, taken in proportion to their sum; the days of the months by default.
    ramp
        Shares by month of the period, 0 to 1: what is expected of this rep in each; all by default.

    Raises
    ------
    BadInput
        When stays overlap beyond a whole job, a share is not within 0 and 1, or there is not one a month.

    Examples
    --------
    Who comes on 1 February is to do half of a month's part in the first month, and all of it in the next:

    >>> from salesnb.calendar import FiscalCalendar
    >>> calendar = FiscalCalendar()
    >>> months = calendar.months(calendar.period("2017-Q1"))
    >>> stays = (Stay(node="West", start=date(2017, 2, 1)),)
    >>> effective_quota(900, months, stays, season=(1, 1, 1), ramp=(0, Fraction(1, 2), 1)).effective
    450

    References
    ----------
    Ramped quotas: ``quota_i = full * sum_t ramp_t * season_t * active share_t``.
    """
    season = season or [month.days for month in months]
    ramp = ramp or [1] * len(months)
    _refuse_other_lengths(months, season=season, ramp=ramp)
    for share in ramp:
        _refuse_share("A ramp", share)
    weights = [
        Fraction(month_ramp) * share / sum(season) for month_ramp, share in zip(ramp, season, strict=True)
    ]
    active = active_shares(months, stays)
    parts = {
        node: sum((w * a for w, a in zip(weights, shares, strict=True)), Fraction())
        for node, shares in active.items()
    }
    effective = round(full * sum(parts.values(), Fraction()))
    nodes = sorted(parts)
    carried = any(parts.values())
    amounts = split(effective, [parts[node] for node in nodes], nodes) if carried else [0] * len(nodes)
    return EffectiveQuota(full=full, effective=effective, by_node=dict(zip(nodes, amounts, strict=True)))


def active_shares(months: Sequence[Period], stays: Sequence[Stay]) -> dict[str, tuple[Fraction, ...]]:
    """Tell by node what part of each month's days a rep carries quota there.

    Raises
    ------
    BadInput
        When stays overlap beyond a whole job, or a share is not within 0 and 1.
    """
    for stay in stays:
        _refuse_share("The share of a stay", stay.share)
    _refuse_overlaps(months, stays)
    found = {stay.node: [Fraction()] * len(months) for stay in stays}
    for stay in stays:
        for at, month in enumerate(months):
            found[stay.node][at] += Fraction(stay.share) * Fraction(_days(month, stay), month.days)
    return {node: tuple(shares) for node, shares in found.items()}


def attainment(credited: float, quota: float) -> float | None:
    """Divide what is credited by the effective quota; None where there is none.

    Examples
    --------
    >>> attainment(90, 120), attainment(90, 0)
    (0.75, None)
    """
    return credited / quota if quota else None


def months_since(hired: date, month: date) -> int:
    """Count the months from that of hire to another; 0 in the month of hire, negative before.

    Examples
    --------
    >>> months_since(date(2017, 11, 20), date(2018, 1, 1))
    2
    """
    return (month.year - hired.year) * 12 + month.month - hired.month


def _days(month: Period, stay: Stay) -> int:
    start = max(month.start, stay.start or month.start)
    end = min(month.end, stay.end or month.end)
    return max((end - start).days, 0)


def _refuse_overlaps(months: Sequence[Period], stays: Sequence[Stay]) -> None:
    """Add up shares between the days on which some stay begins or ends."""
    if not months:
        return
    first, end = months[0].start, months[-1].end
    edges = {first, end}
    edges |= {day for stay in stays for day in (stay.start, stay.end) if day and first < day < end}
    for day, _ in pairwise(sorted(edges)):
        held = sum(
            (
                Fraction(stay.share)
                for stay in stays
                if (stay.start or first) <= day < (stay.end or end + timedelta(days=1))
            ),
            Fraction(),
        )
        if held > 1:
            raise BadInput(
                f"On {day} the stays add up to {float(held):g} of a job.",
                hint="Let them add up to 1 at most: end one where the other begins.",
            )


def _refuse_other_lengths(months: Sequence[Period], **given: Sequence[Weight]) -> None:
    for what, values in given.items():
        if len(values) != len(months):
            raise BadInput(
                f"The {what} has {counted(len(values), 'month', 'months')}, the period {len(months)}.",
                hint="Give one a month.",
            )
    if any(share < 0 for share in given["season"]) or not any(given["season"]):
        raise BadInput(
            "The season's shares are negative or all zero.", hint="Give shares that add up to one."
        )


def _refuse_share(what: str, share: Weight) -> None:
    if not 0 <= share <= 1:
        raise BadInput(f"{what} is {float(share):g}.", hint="Give a share from 0 to 1.")
