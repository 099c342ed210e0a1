"""Start cohorts: which accounts bought a year before, what they buy now, and to whom they count.

Rules:

1. The cohort of a period are the accounts whose won amount in the same period a year before (for a week, 52 weeks
   before) was above zero, returns taken off. It is fixed: who did not buy then is in neither figure, so that an account
   that comes back after a year is counted once, from its next year on.
2. An account's dimension values are those of the start. One that bought then from several teams, or of several
   products, counts to each in proportion to what it bought there; so does what it buys now, wherever it does. So the
   parts add up, in whole minor units, whatever is asked by.
3. A period that is not over as of the as-of day has no figure, nor one that reaches back further than a year before it
   to a time of which nothing is known: the month of the first closed deal is the first that is.
4. Sales without an account are in no cohort.
5. Sales are the orders where a business has orders of its own beside its opportunities, else the opportunities won.
   Orders are by account, product and rep, and what is known of these; asked by anything else, nothing is told.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from salesnb.calendar import years_before
from salesnb.kpis.expressions import count_where
from salesnb.kpis.kpi import CLOSED, Kpi
from salesnb.kpis.order_sales import deals_of_sales, tells
from salesnb.kpis.placing import placed
from salesnb.kpis.query import CREDIT, OWNER, WINDOW
from salesnb.kpis.scan import Scan, matches
from salesnb.kpis.spans import FIRST_DAY, LAST_DAY, Span

__all__ = ["RETENTION", "Cohorts"]

RETENTION = "retention"
_WEEK = timedelta(weeks=1)

Dimensions = tuple[str | None, ...]
Group = tuple[str | None, Dimensions]


class Cohorts:
    """The cohorts of the periods of one question.

    Parameters
    ----------
    scan
        What is asked by, its periods, filters and as-of day.
    won
        The measure that sales are summed by.
    """

    def __init__(self, scan: Scan, won: Kpi) -> None:
        sales = deals_of_sales(scan.deals)
        self._by_orders = sales is not None
        asked = map(scan.deals.dimension, _names(scan))
        self._untold = tuple(one.name for one in asked if sales and not tells(one))
        # Nobody has a share of an order.
        self._scan = replace(scan, deals=sales, credit=_owned(scan.credit)) if sales else scan
        self._won = won
        self._has_unknown = False

    def sums(self, measures: Sequence[Kpi]) -> dict[Group, dict[str, int]]:
        """Compute measures of retention by group, in minor units; a group without a cohort has none."""
        found: dict[Group, dict[str, int]] = {}
        for row in self._rows(measures):
            self._has_unknown |= bool(row["unknown"])
            if row["known"]:
                values = tuple(row[f"dim_{name}"] for name in self._scan.dimensions)
                label = self._ordered[int(row["bucket"])].label
                found[label, values] = {kpi.name: int(row[kpi.name]) for kpi in measures}
        return found

    def tells(self, span: Span) -> bool:
        """Whether retention can be told of a period."""
        return span in self._told

    def notices(self) -> tuple[str, ...]:
        """Say of which periods nothing is told, and why, and what is in no cohort of `sums`."""
        if self._untold:
            names = ", ".join(self._untold)
            return (f"Retention is of the orders, which have no {names}: nothing is told of it by {names}.",)
        late = [span for span in self._scan.spans if not self._is_over(span)]
        early = [span for span in self._scan.spans if self._is_over(span) and not self.tells(span)]
        said = ["Retention is of the orders, not of the opportunities won."] if self._by_orders else []
        if any(span.end == LAST_DAY or span.start == FIRST_DAY for span in late):
            said.append(
                "Retention is told of a period with a first and a last day, or by month, quarter or year."
            )
        elif late:
            said.append(f"Retention is not told of {_labels(late)}: not over as of {self._scan.as_of}.")
        if early:
            sales = "orders" if self._by_orders else "closed deals"
            said.append(
                f"Retention is not told of {_labels(early)}: nothing is known of the year before"
                f" ({sales} are known from {self.first_known} on)."
            )
        if self._has_unknown:
            said.append("Sales without an account are in no cohort of retention.")
        return tuple(said)

    @cached_property
    def _told(self) -> frozenset[Span]:
        return frozenset(
            span
            for span in self._scan.spans
            if not self._untold and self._is_over(span) and _year_before(span).start >= self.first_known
        )

    def _is_over(self, span: Span) -> bool:
        return span.start.year > FIRST_DAY.year and span.end <= self._scan.as_of + timedelta(days=1)

    @cached_property
    def first_known(self) -> date:
        """The first day of which sales are known."""
        as_of = self._scan.as_of
        return self._scan.deals.book.first_known(as_of) or as_of.replace(day=1)

    @cached_property
    def _ordered(self) -> tuple[Span, ...]:
        return tuple(span for span in self._scan.spans if span in self._told)

    def _rows(self, measures: Sequence[Kpi]) -> list[dict[str, Any]]:
        """Add the accounts up in the engine: a row a period and group comes out, however many accounts there are."""
        then, now = self._then, self._sales(self._ordered, ())
        if then is None or now is None:
            return []
        accounts = placed(then, now, [f"dim_{name}" for name in _names(self._scan)])
        for found in self._scan.filters:
            accounts = accounts.filter(matches(accounts[f"dim_{found.dimension.name}"], found.values))
        keys = ["bucket", *(f"dim_{name}" for name in self._scan.dimensions)]
        cohort = accounts.account_id.notnull()
        sums = {kpi.name: kpi.function(accounts).cast("int64") for kpi in measures}
        grouped = accounts.group_by(keys).aggregate(
            **sums, known=count_where(cohort), unknown=count_where(~cohort)
        )
        rows: list[dict[str, Any]] = grouped.to_pyarrow().to_pylist()
        return rows

    @property
    def _then(self) -> Any:
        """What accounts bought a year before, by period, account, and where they bought it."""
        return self._sales(tuple(map(_year_before, self._ordered)), _names(self._scan))

    def _sales(self, spans: tuple[Span, ...], names: tuple[str, ...]) -> Any:
        """Sum what was won by period, account and dimensions, as ``amount``; None where nothing can be."""
        if not spans:
            return None
        scan = replace(self._scan, dimensions=names, grain=WINDOW, spans=spans, filters=())
        table = scan.opportunities(CLOSED, self._won.reads)
        if table is None:
            return None
        keys = ["bucket", "account_id", *(f"dim_{name}" for name in names)]
        return table.group_by(keys).aggregate(amount=self._won.function(table))


def _names(scan: Scan) -> tuple[str, ...]:
    """The dimensions asked for, and those of filters: what decides of an account is where it bought then."""
    return tuple(dict.fromkeys((*scan.dimensions, *(found.dimension.name for found in scan.filters))))


def _owned(credit: str) -> str:
    return OWNER if credit == CREDIT else credit


def _year_before(span: Span) -> Span:
    if span.end - span.start == _WEEK:
        return replace(span, start=span.start - 52 * _WEEK, end=span.end - 52 * _WEEK)
    return replace(span, start=years_before(span.start, 1), end=years_before(span.end, 1))


def _labels(spans: Sequence[Span]) -> str:
    first, last = spans[0].label, spans[-1].label
    if first is None:
        return "this period"
    return first if first == last else f"{first} to {last}"
