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
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from salesnb.calendar import years_before
from salesnb.kpis.kpi import CLOSED, Kpi
from salesnb.kpis.query import WINDOW
from salesnb.kpis.scan import Scan
from salesnb.kpis.spans import FIRST_DAY, LAST_DAY, Span
from salesnb.money import split

__all__ = ["RETENTION", "Cohorts", "Retained"]

RETENTION = "retention"
_WEEK = timedelta(weeks=1)

Dimensions = tuple[str | None, ...]
Group = tuple[str | None, Dimensions]


class Retained(NamedTuple):
    """What an account of a cohort bought then and buys now, in minor units, and whether it buys anything now.

    Where an account counts to several teams or products, these are its parts, and ``stayed`` is told of the whole.
    """

    then: int
    now: int
    stayed: bool


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
        self._scan = scan
        self._won = won

    def sums(self, measures: Sequence[Kpi]) -> dict[Group, dict[str, int]]:
        """Compute measures of retention by group, in minor units; a group without a cohort has none."""
        found: dict[Group, dict[str, int]] = {}
        wanted = len(self._scan.dimensions)
        for (bucket, account), parts in self._then.items():
            whole = sum(parts.values())
            if account is None or whole <= 0:
                continue
            for values, part in _shared(parts, whole, self._now.get((bucket, account), 0)):
                if self._selected(values):
                    group = found.setdefault(
                        (bucket, values[:wanted]), dict.fromkeys([m.name for m in measures], 0)
                    )
                    for measure in measures:
                        group[measure.name] += measure.function(part)
        return found

    def tells(self, span: Span) -> bool:
        """Whether retention can be told of a period."""
        return span in self._told

    def notices(self) -> tuple[str, ...]:
        """Say of which periods nothing is told, and why, and what is in no cohort."""
        late = [span for span in self._scan.spans if not self._is_over(span)]
        early = [span for span in self._scan.spans if self._is_over(span) and not self.tells(span)]
        said = []
        if any(span.end == LAST_DAY or span.start == FIRST_DAY for span in late):
            said.append(
                "Retention is told of a period with a first and a last day, or by month, quarter or year."
            )
        elif late:
            said.append(f"Retention is not told of {_labels(late)}: not over as of {self._scan.as_of}.")
        if early:
            said.append(
                f"Retention is not told of {_labels(early)}: nothing is known of the year before"
                f" (closed deals are known from {self._first_known} on)."
            )
        if any(parts and account is None for (_, account), parts in self._then.items()):
            said.append("Sales without an account are in no cohort of retention.")
        return tuple(said)

    @cached_property
    def _told(self) -> frozenset[Span]:
        return frozenset(
            span
            for span in self._scan.spans
            if self._is_over(span) and _year_before(span).start >= self._first_known
        )

    def _is_over(self, span: Span) -> bool:
        return span.start.year > FIRST_DAY.year and span.end <= self._scan.as_of + timedelta(days=1)

    @cached_property
    def _first_known(self) -> date:
        as_of = self._scan.as_of
        return self._scan.deals.book.first_known(as_of) or as_of.replace(day=1)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The dimensions asked for, and those of filters: what decides of an account is where it bought then."""
        filtered = (found.dimension.name for found in self._scan.filters)
        return tuple(dict.fromkeys((*self._scan.dimensions, *filtered)))

    @cached_property
    def _then(self) -> Mapping[tuple[str | None, str | None], dict[Dimensions, int]]:
        """What accounts bought a year before, by period, account, and where they bought it."""
        found: dict[tuple[str | None, str | None], dict[Dimensions, int]] = {}
        for row in self._rows(map(_year_before, self._ordered), self._names):
            if row[self._won.name]:
                parts = found.setdefault((row["bucket"], row["account_id"]), {})
                parts[row["dimensions"]] = row[self._won.name]
        return found

    @cached_property
    def _now(self) -> Mapping[tuple[str | None, str | None], int]:
        return {
            (row["bucket"], row["account_id"]): row[self._won.name] for row in self._rows(self._ordered, ())
        }

    @cached_property
    def _ordered(self) -> tuple[Span, ...]:
        return tuple(span for span in self._scan.spans if span in self._told)

    def _rows(self, spans: Iterable[Span], names: tuple[str, ...]) -> list[dict[str, Any]]:
        windows = tuple(spans)
        if not windows:
            return []
        scan = replace(self._scan, dimensions=names, grain=WINDOW, spans=windows, filters=())
        return scan.rows(CLOSED, (self._won,), ("account_id",))

    def _selected(self, values: Dimensions) -> bool:
        known = dict(zip(self._names, values, strict=True))
        return all(known[found.dimension.name] in found.values for found in self._scan.filters)


def _shared(parts: Mapping[Dimensions, int], then: int, now: int) -> Iterable[tuple[Dimensions, Retained]]:
    """Give each place its part; places that only took something back have none."""
    places = sorted((place for place, amount in parts.items() if amount > 0), key=repr)
    weights, keys = [parts[place] for place in places], list(map(repr, places))
    amounts = zip(split(then, weights, keys), split(now, weights, keys), strict=True)
    return [
        (place, Retained(before, after, now > 0))
        for place, (before, after) in zip(places, amounts, strict=True)
    ]


def _year_before(span: Span) -> Span:
    if span.end - span.start == _WEEK:
        return replace(span, start=span.start - 52 * _WEEK, end=span.end - 52 * _WEEK)
    return replace(span, start=years_before(span.start, 1), end=years_before(span.end, 1))


def _labels(spans: Sequence[Span]) -> str:
    first, last = spans[0].label, spans[-1].label
    if first is None:
        return "this period"
    return first if first == last else f"{first} to {last}"
