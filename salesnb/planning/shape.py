"""The shape of a season by week, and its spread: how far past periods were by the end of each month and week."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from salesnb.calendar import Period
from salesnb.planning.means import SeasonReach, SeasonWeek

__all__ = ["LEAST_PAST", "NO_SHAPE", "Past", "Shape", "shape_of"]

# Of fewer periods nothing can be said about eight of ten.
LEAST_PAST = 3
_LOW, _HIGH = 0.1, 0.9
_POINTS = 10_000


@dataclass(frozen=True, kw_only=True)
class Past:
    """What a KPI was, by month and by week, from the start of one month on, without gaps.

    Attributes
    ----------
    months, weeks
        Pairs of a period and its amount, in order; the first week may begin before the first month, its amount does not.
    """

    months: tuple[tuple[Period, int], ...]
    weeks: tuple[tuple[Period, int], ...]

    def reached(self) -> "_Reached":
        """Give what was reached by any day: known at the ends of months and weeks, evenly by day between them."""
        ends: dict[float, int] = {float(self.months[0][0].start.toordinal()): 0}
        last = self.months[-1][0].end
        for series in (self.weeks, self.months):
            sums = accumulate(amount for _, amount in series)
            ends |= {
                float(period.end.toordinal()): reached
                for (period, _), reached in zip(series, sums, strict=True)
                if period.end <= last
            }
        days = sorted(ends)
        return _Reached(days=tuple(days), sums=tuple(ends[day] for day in days))


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The weeks of a season, and the spread of its months and weeks; empty where they are not known."""

    weeks: tuple[SeasonWeek, ...] = ()
    reach: tuple[SeasonReach, ...] = ()


NO_SHAPE = Shape()


@dataclass(frozen=True, kw_only=True)
class _Reached:
    days: tuple[float, ...]
    sums: tuple[int, ...]

    def at(self, day: float) -> float:
        """Give what was reached before a day, which is a number and may have a fraction."""
        place = min(max(bisect_right(self.days, day) - 1, 0), len(self.days) - 2)
        first, then = self.days[place], self.days[place + 1]
        share = min(max((day - first) / (then - first), 0.0), 1.0)
        return self.sums[place] + share * (self.sums[place + 1] - self.sums[place])


def shape_of(
    months: Sequence[Period], weeks: Sequence[Period], past: Past, periods: Sequence[Sequence[Period]]
) -> Shape:
    """Tell the shape of a period by week, and between which shares of the whole past periods were by then.

    Within a month, its weeks follow what the same months of the past periods together had by the same part of the
    month. The spread is that of what each past period had by the same place, from the tenth to the ninetieth per cent; at the end all had all of it, which is left out.

    Parameters
    ----------
    months, weeks
        Of the period; weeks may begin before it or end after it.
    past
        What was, over all of the past periods.
    periods
        The months of each past period, as many as there are now.

    Examples
    --------
    A month that brought three quarters in its second half, as told by the weeks that end on the 15th and the 30th:

    >>> from datetime import date
    >>> def days(label, month, first, last):
    ...     return Period(label=label, start=date(2023, month, first), end=date(2023, month, last))
    >>> april, june = (Period(label=f"2023-0{m}", start=date(2023, m, 1), end=date(2023, m + 1, 1)) for m in (4, 6))
    >>> known = Past(months=((april, 100),), weeks=((days("a", 4, 1, 16), 25),))
    >>> shape_of([june], [days("2023-W24", 6, 10, 16)], known, [[april]]).weeks
    (SeasonWeek(label='2023-W24', month='2023-06', within_bp=2500),)
    """
    if not past.months or not periods:
        return NO_SHAPE
    reached = past.reached()
    ends = [(month.label, place, 1.0) for place, month in enumerate(months)]
    ends += [(week.label, *_place(week, months)) for week in weeks]
    within = [
        SeasonWeek(label=label, month=months[place].label, within_bp=_within(reached, periods, place, share))
        for label, place, share in ends[len(months) :]
    ]
    reach = [
        found
        for label, place, share in ends
        if (place, share) != (len(months) - 1, 1.0)
        and (found := _reach(reached, periods, label, place, share)) is not None
    ]
    return Shape(weeks=tuple(within), reach=tuple(reach))


def _place(week: Period, months: Sequence[Period]) -> tuple[int, float]:
    """Tell in which month a week ends, within the period, and how much of that month has passed then."""
    end = min(week.end, months[-1].end)
    place = next(place for place, month in enumerate(months) if end <= month.end)
    return place, (end - months[place].start).days / months[place].days


def _within(reached: _Reached, periods: Sequence[Sequence[Period]], place: int, share: float) -> int:
    same = [months[place] for months in periods]
    whole = sum(_between(reached, month, 1.0) for month in same)
    if whole <= 0:
        return round(share * _POINTS)
    part = sum(_between(reached, month, share) for month in same)
    # Returns may take back more than was sold; a share stays between nothing and all.
    return round(min(max(part / whole, 0.0), 1.0) * _POINTS)


def _between(reached: _Reached, month: Period, share: float) -> float:
    start = month.start.toordinal()
    return reached.at(start + share * month.days) - reached.at(start)


def _reach(
    reached: _Reached, periods: Sequence[Sequence[Period]], label: str, place: int, share: float
) -> SeasonReach | None:
    shares = sorted(
        min(max(_so_far(reached, months, place, share) / whole, 0.0), 1.0)
        for months in periods
        if (whole := _so_far(reached, months, len(months) - 1, 1.0)) > 0
    )
    if len(shares) < LEAST_PAST:
        return None
    low, high = (_quantile(shares, probability) for probability in (_LOW, _HIGH))
    return SeasonReach(label=label, low_bp=round(low * _POINTS), high_bp=round(high * _POINTS))


def _so_far(reached: _Reached, months: Sequence[Period], place: int, share: float) -> float:
    day = months[place].start.toordinal() + share * months[place].days
    return reached.at(day) - reached.at(months[0].start.toordinal())


def _quantile(values: Sequence[float], probability: float) -> float:
    place = probability * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
