"""A row of a report as a deal that can be measured: what it does not say is taken to be as the report must mean it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from salesnb.crm.expected import Expected, ExpectedDeal, id_key
from salesnb.kpis.deals import Dimension
from salesnb.kpis.kpi import CLOSED, CREATED
from salesnb.kpis.reconciling.here import Deal, Here
from salesnb.kpis.reconciling.matching import folded_name
from salesnb.kpis.reconciling.views import View

__all__ = ["Reported"]


class Reported:
    """The report's view of its deals."""

    def __init__(self, report: Expected, here: Here) -> None:
        self._report = report
        self._here = here
        self._yardstick = here.yardstick
        self._names = {
            dimension.name: self._named(dimension, values)
            for dimension, values in here.filters
            if report.has(dimension.name)
        }

    def view(self, row: ExpectedDeal, deal: Deal | None) -> View:
        """See a row as the report does."""
        ours: dict[str, Any] = dict(deal.known) if deal else {"opportunity_id": row.opportunity_id or "?"}
        status = self._status(row, deal)
        closed, expected = self._days(row, deal, status)
        ours |= {"status": status, "closed_on": closed, "expected_close_on": expected}
        ours["created_on"] = row.created_on or self._created(deal)
        if row.stage:
            ours["stage"] = row.stage
        if self._yardstick.amount:
            ours |= {"amount": row.amount, "expected_amount": row.amount}
        until = self._yardstick.asked_until
        if closed and closed > until:
            ours |= {"status": "open", "closed_on": None}
        return View(facts=ours, inside=all(self._fits(row)), until=until)

    def _status(self, row: ExpectedDeal, deal: Deal | None) -> str:
        """Give what the row says; where it does not, it counts: by the status that the deal has here, if that does."""
        if row.status:
            return row.status
        own = deal.loaded["status"] if deal else None
        counted = self._yardstick.statuses or ("won",)
        return own if own in counted else counted[0]

    def _days(self, row: ExpectedDeal, deal: Deal | None, status: str) -> tuple[date | None, date | None]:
        """Give the days of closing and of the expected close; a day that an open row has there is an expectation."""
        own = deal.known["expected_close_on"] if deal else None
        if status == "open":
            return None, row.expected_close_on or row.closed_on or own
        loaded = deal.loaded["closed_on"] if deal else None
        if row.closed_on or self._yardstick.kpi.basis != CLOSED:
            return row.closed_on or loaded or date.min, row.expected_close_on or own
        return self._taken(CLOSED, deal, loaded), own

    def _created(self, deal: Deal | None) -> date | None:
        own: date | None = deal.known["created_on"] if deal else None
        return self._taken(CREATED, deal, own) if self._yardstick.kpi.basis == CREATED else own

    def _taken(self, basis: str, deal: Deal | None, own: date | None) -> date | None:
        """Give the day that a row does not say: where the report has no such days, it is of the days asked for."""
        as_here = deal is not None and self._report.has(basis)
        return own if as_here or self._yardstick.takes(own) else self._yardstick.a_day_inside

    def _fits(self, row: ExpectedDeal) -> Iterator[bool]:
        """Tell, filter by filter, whether a row's own columns pass it; a report without them is filtered already."""
        for name, texts in self._names.items():
            text = row.dimensions.get(name, "")
            yield bool({folded_name(text), folded_name(id_key(text))} & texts)

    def _named(self, dimension: Dimension, values: Sequence[str | None]) -> set[str]:
        names = self._here.labels(dimension.name)
        texts = [
            text
            for value in values
            for text in (value or "", names.get(value or "", ""), id_key(value or ""))
        ]
        return {folded_name(text) for text in texts if text or None in values}

    def notices(
        self, rows: Sequence[ExpectedDeal], views: Sequence[View], values: Sequence[int]
    ) -> list[str]:
        """Say what was assumed, and which rows do not count in the report's own figure."""
        return [*self._assumed(rows), *self._not_counted(rows, views, values)]

    def _assumed(self, rows: Sequence[ExpectedDeal]) -> Iterator[str]:
        basis = self._yardstick.kpi.basis
        silent = sum(row.status is None for row in rows)
        counted = " or ".join(self._yardstick.statuses)
        if silent and len(self._yardstick.statuses) < 3:
            which = "all of its rows" if silent == len(rows) else f"{silent} of its rows"
            yield f"The report does not say what is won, lost and open; {which} are taken to be {counted}."
        query = self._here.run.query
        asked = query.start or query.end
        if basis in {CLOSED, CREATED} and asked and not self._report.has(basis):
            yield f"The report does not say when a deal was {_WORDS[basis]}; all are taken to be in the days asked for."
        for dimension, _ in self._here.filters:
            if dimension.name not in self._names:
                value = next(value for name, value in query.where if name == dimension.name)
                yield f"The report has no {dimension.name}; all of its rows are taken to be of {dimension.name}={value}."

    def _not_counted(
        self, rows: Sequence[ExpectedDeal], views: Sequence[View], values: Sequence[int]
    ) -> Iterator[str]:
        why: Counter[str] = Counter()
        for row, view, value in zip(rows, views, values, strict=True):
            if not value and not row.unreadable:
                why[self._why_not(view)] += 1
        if why:
            told = ", ".join(f"{count} {reason}" for reason, count in sorted(why.items()))
            total = sum(why.values())
            are = "row of the report does" if total == 1 else "rows of the report do"
            yield f"{total} {are} not count in its figure: {told}."

    def _why_not(self, view: View) -> str:
        status = view.facts["status"]
        if not view.inside:
            return "of another " + " or ".join(self._names)
        if status not in self._yardstick.statuses:
            return str(status)
        if self._yardstick.is_of_a_day:
            return "not open on that day, or without an amount"
        day: date | None = view.facts[self._yardstick.kpi.basis]
        if day is None or not self._yardstick.takes(day) or day > view.until:
            return f"{_WORDS[self._yardstick.kpi.basis]} outside the days asked for"
        return "without an amount"


_WORDS = {CLOSED: "closed", CREATED: "created"}
