"""Spending by group and month, beside what was won in the same months.

Rules:

1. A row of effort is spent once, on the segment that it names. Its resource is money where its name says so.
2. A segment belongs to a value of a dimension whose id or name it has, to the levels above where it is a node, and to
   where a rep belongs at the end of the month. What belongs nowhere is spent all the same, on none of the values.
3. Amounts of longer or shorter periods than a month are spread over their days, to the unit.
4. Only whole months count that are over as of the day asked, lie within the days asked, and of all whose days the group's
   spending is known: deals won in other months would be won for nothing. Nor do months before the first deal that is known
   to have closed, which would have brought nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import UnknownName
from salesnb.kpis.book import kept
from salesnb.kpis.effort_places import Places
from salesnb.kpis.query import Query
from salesnb.kpis.scan import Scan
from salesnb.kpis.spans import Span
from salesnb.money import split, to_minor

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Spend", "SpendMonth", "Spending", "has_spend", "is_money"]

_MONEY = re.compile(
    r"budget|spen[dt]|campaign|marketing|advert|promotion|media|cost|money|werbung|kosten|ausgabe|etat",
    re.IGNORECASE,
)
_TIME_OR_PEOPLE = re.compile(
    r"\b(hours?|days?|minutes?|heads?|headcount|fte|people|visits?|calls?|stunden|tage|köpfe|besuche)\b",
    re.IGNORECASE,
)

Dimensions = tuple[str | None, ...]
Group = tuple[str | None, Dimensions]


@dataclass(frozen=True, kw_only=True)
class SpendMonth:
    """What a group spent and won in a month; money in minor units."""

    spent: int
    won_count: int
    won_amount: int


@dataclass(frozen=True, kw_only=True)
class Spend:
    """A row of effort in money: an amount in minor units, over a period."""

    period: Period
    segment: str
    amount: int


@dataclass(kw_only=True)
class _Known:
    """What is known of a group's month: the sum, and of which days."""

    spent: int = 0
    days: set[date] = field(default_factory=set)


def is_money(resource: str) -> bool:
    """Tell whether a resource is money by its name.

    Examples
    --------
    >>> [is_money(name) for name in ("budget", "Campaigns", "visits", "marketing hours")]
    [True, True, False, False]
    """
    return bool(_MONEY.search(resource)) and not _TIME_OR_PEOPLE.search(resource.replace("_", " "))


def has_spend(data: "Dataset") -> bool:
    """Tell whether any spending is loaded."""
    return any(is_money(str(row["resource"])) for row in _records(data))


def _records(data: "Dataset") -> list[dict[str, Any]]:
    if not data.has("effort"):
        return []
    return kept(data, "effort", lambda: data.table("effort").to_pyarrow().to_pylist(), len)


class Spending:
    """The spending behind one question.

    Parameters
    ----------
    scan
        What is asked by, its periods, filters and as-of day.
    """

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._data = scan.deals.data
        self._places = Places(scan.deals)
        self._not_read: set[str] = set()

    @cached_property
    def rows(self) -> tuple[Spend, ...]:
        """Every row of effort in money whose period and amount can be read."""
        found = []
        periods: dict[str, Period | None] = {}
        for row in _records(self._data):
            if is_money(str(row["resource"])) and (amount := self._minor(row["amount"])) is not None:
                label = str(row["period"])
                if label not in periods:
                    periods[label] = self._period(label)
                period = periods[label]
                found += [Spend(period=period, segment=str(row["segment"]), amount=amount)] if period else []
        return tuple(found)

    @cached_property
    def months(self) -> Mapping[Dimensions, Mapping[Period, int]]:
        """What each group spent in each month that counts, in minor units."""
        found: dict[Dimensions, dict[Period, _Known]] = {}
        for row in self.rows:
            parts = _by_month(self._scan.calendar, row)
            for month, days, amount in parts:
                group = self._group(row.segment, month) if self._counts(month) else None
                if group is not None:
                    known = found.setdefault(group, {}).setdefault(month, _Known())
                    known.spent += amount
                    known.days |= days
        return {
            group: {
                month: known.spent for month, known in sorted(months.items(), key=lambda one: one[0].start)
                if len(known.days) == month.days
            }
            for group, months in found.items()
        }  # fmt: skip

    def of_what_was_won(self, query: Query) -> Query | None:
        """Ask for what the same groups won in each of these months; None where there are none."""
        known = {month for months in self.months.values() for month in months}
        if not known:
            return None
        return replace(
            query, kpis=("won_count", "won_amount"), by=self._scan.dimensions, grain="month", windows=(), labels=False,
            start=min(month.start for month in known), end=max(month.end for month in known), targets=(), beside=None,
        )  # fmt: skip

    def groups(self, rows: Iterable[Sequence[Any]]) -> Mapping[Group, tuple[SpendMonth, ...]]:
        """Give the months of each bucket and group.

        Parameters
        ----------
        rows
            The answer to `of_what_was_won`: the group's values, the month, number and amount.
        """
        won = {(month, tuple(group)): (count, amount) for *group, month, count, amount in rows}
        return {
            (span.label, group): told
            for span in self._scan.spans
            for group, months in self.months.items()
            if (told := _told(group, [month for month in months if _within(month, span)], months, won))
        }

    def notices(self) -> tuple[str, ...]:
        """Say what the figures are of: which resources, which months, and what could not be read."""
        if not self.rows:
            return ("Nothing is known of spending: no effort is loaded whose resource is a budget.",)
        names = sorted({str(row["resource"]) for row in _records(self._data)})
        money = [name for name in names if is_money(name)]
        said = [] if [name.lower() for name in money] == ["budget"] else [f"Spend is {', '.join(money)}."]
        if self._not_read:
            said.append(f"Spend of {', '.join(sorted(self._not_read))} is left out: no such period is known.")
        return (*said, *self._told_of_months(), *self._told_of_nowhere())

    def _told_of_months(self) -> tuple[str, ...]:
        known = {month for months in self.months.values() for month in months}
        if not known:
            return ("Nothing is known of spending in whole months of the days asked.",)
        last = self._scan.as_of + timedelta(days=1)
        spans = [(span.start, min(span.end, last)) for span in self._scan.spans]
        start = max(min(start for start, _ in spans), min(month.start for month in known))
        asked = self._scan.calendar.buckets(start, max(end for _, end in spans), "month")
        if start == min(start for start, _ in spans) and set(asked) <= known:
            return ()
        first, latest = min(known, key=_start).label, max(known, key=_start).label
        told = first if first == latest else f"{first} to {latest}"
        return (f"Spending is known of {told}: what it cost and brought is of these months alone.",)

    def _told_of_nowhere(self) -> tuple[str, ...]:
        if not self._scan.dimensions:
            return ()
        lost = {
            row.segment for row in self.rows
            if None in (self._place(name, row.segment, self._scan.as_of) for name in self._scan.dimensions)
        }  # fmt: skip
        names = ", ".join(sorted(lost)[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        by = " and ".join(self._scan.dimensions)
        return (f"Spend of {names} is of no {by}.",) if lost else ()

    def _minor(self, amount: Any) -> int | None:
        if amount is None or not Decimal(str(amount)).is_finite():
            return None
        return to_minor(Decimal(str(amount)), self._data.meta.digits)[0]

    def _period(self, label: str) -> Period | None:
        try:
            return self._scan.calendar.period(label)
        except UnknownName:
            self._not_read.add(label)
            return None

    def _counts(self, month: Period) -> bool:
        inside = any(_within(month, span) for span in self._scan.spans)
        return inside and self._first <= month.start and month.last_day <= self._scan.as_of

    @cached_property
    def _first(self) -> date:
        return self._scan.deals.book.first_known(self._scan.as_of) or self._scan.as_of

    def _group(self, segment: str, month: Period) -> Dimensions | None:
        """Find where a segment belongs; None where a filter does not want it."""
        for wanted in self._scan.filters:
            if self._place(wanted.dimension.name, segment, month.last_day) not in wanted.values:
                return None
        return tuple(self._place(name, segment, month.last_day) for name in self._scan.dimensions)

    def _place(self, dimension: str, segment: str, day: date) -> str | None:
        return self._places.of(dimension, segment, self._scan.as_of if self._scan.restated else day)


def _by_month(calendar: FiscalCalendar, row: Spend) -> Iterable[tuple[Period, set[date], int]]:
    """Spread an amount over the months of its period by their days."""
    period = row.period
    parts = []
    for month in calendar.months(period):
        first, end = max(month.start, period.start), min(month.end, period.end)
        parts.append((month, {first + timedelta(days=day) for day in range((end - first).days)}))
    amounts = split(row.amount, [len(days) for _, days in parts], [month.label for month, _ in parts])
    return [(month, days, amount) for (month, days), amount in zip(parts, amounts, strict=True)]


def _told(
    group: Dimensions,
    wanted: Sequence[Period],
    months: Mapping[Period, int],
    won: Mapping[tuple[str, Dimensions], tuple[int, int]],
) -> tuple[SpendMonth, ...]:
    found = []
    for month in wanted:
        count, amount = won.get((month.label, group), (0, 0))
        found.append(SpendMonth(spent=months[month], won_count=count, won_amount=amount))
    return tuple(found)


def _within(month: Period, span: Span) -> bool:
    return span.start <= month.start and month.end <= span.end


def _start(month: Period) -> date:
    return month.start
