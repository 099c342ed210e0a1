"""One difference, deal by deal: from how the report sees a deal to how salesnb does, a step a reason."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from salesnb.calendar import FiscalCalendar
from salesnb.counting import counted
from salesnb.crm.expected import Expected, ExpectedDeal, id_key
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis.cohorts import RETENTION
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import CLOSED, CREATED, Kpi
from salesnb.kpis.query import OWNER
from salesnb.kpis.reconciling.here import Deal, Here, SetAside, converted
from salesnb.kpis.reconciling.matching import Match, match_deals
from salesnb.kpis.reconciling.outcome import Effect, Reconciliation
from salesnb.kpis.reconciling.reported import Reported
from salesnb.kpis.reconciling.views import View, Yardstick
from salesnb.kpis.reconciling.words import Words
from salesnb.money import Formatter

__all__ = ["explain", "measured"]

_DAYS = ("closed_on", "created_on", "expected_close_on")


def measured(run: Run) -> Kpi:
    """Give the KPI that is asked for, where a report of deals can be compared with it.

    Raises
    ------
    BadUsage
        When it is no sum or count over deals; its parts are named.
    """
    (kpi,) = run.kpis
    if kpi.kind == "sum" and kpi.reads:
        read = " and ".join(kpi.reads)
        raise BadUsage(
            f"{kpi.name} has a condition on {read}, which no report of deals tells.",
            hint="Compare a KPI without it, and give it with --where.",
        )
    if kpi.kind == "sum":
        return kpi
    if any(part.kind == RETENTION for part in run.measures_shown):
        what, hint = "is of accounts", "Compare won_amount."
    elif kpi.kind == "derived":
        parts = [part.name for part in run.measures_shown if part.kind == "sum"]
        what, hint = "is a ratio", f"Compare one of its parts: {', '.join(parts)}."
    elif kpi.kind == "weighted":
        what, hint = "weighs deals by their probability", "Compare open_amount."
    else:
        what, hint = "is a quantile", "Compare won_amount or won_count."
    raise BadUsage(f"{kpi.name} {what}, so deals do not add up to it.", hint=hint)


def explain(run: Run, report: Expected, fmt: Formatter) -> Reconciliation:
    """Explain why the figure of a report and that of a KPI differ.

    Parameters
    ----------
    run
        The question, of one KPI and without dimensions.
    fmt
        How amounts are written in words.

    Raises
    ------
    BadUsage
        When deals do not add up to the KPI.
    BadInput
        When the report and the data have not one deal in common.
    """
    kpi = measured(run)
    here = Here(run, Yardstick(run, kpi))
    return _Explanation(here, report, fmt).result()


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A view of a deal on its way, the reason why it differs from the one before, and what to say of that."""

    reason: str
    view: View
    detail: Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class _Way:
    """The way of a deal that both sides know: the report's view of each of its rows, and the steps from the first."""

    identity: str
    rows: tuple[ExpectedDeal, ...]
    values: tuple[int, ...]
    steps: tuple[_Step, ...]


class _Explanation:
    def __init__(self, here: Here, report: Expected, fmt: Formatter) -> None:
        self._here = here
        self._report = report
        self._yardstick = here.yardstick
        self._reported = Reported(report, here)
        self._words = Words(here, fmt)
        self._match = match_deals(report.deals, here.known())
        self._refuse_strangers()
        unseen = set(here.added) - set(self._match.rows)
        self._deals = here.deals({*self._match.rows, *unseen})
        self._unseen = sorted(unseen)

    def result(self) -> Reconciliation:
        """Compare."""
        views, values = self._measured()
        effects = [*self._of_known(views, values), *self._of_unknown(values), *self._of_unseen()]
        rows = self._report.deals
        notices = [
            *self._report.notices,
            *self._match_notices(),
            *self._reported.notices(rows, [views[r.row] for r in rows], [values[r.row] for r in rows]),
            *self._filter_notice(effects, sum(bool(value) for value in values.values())),
            *self._period_notice(effects),
        ]
        kpi = self._yardstick.kpi
        return Reconciliation(
            kpi=kpi.name,
            label=kpi.label,
            unit=kpi.unit,
            file=self._report.file,
            expected=sum(values.values()),
            actual=sum(self._here.added.values()),
            effects=tuple(effects),
            columns=tuple((column.ours, column.theirs) for column in self._report.columns),
            notices=tuple(notices),
        )

    def _measured(self) -> tuple[dict[int, View], dict[int, int]]:
        """Measure every row of the report as the report sees it, by its line."""
        views: dict[int, View] = {}
        for identity, rows in self._match.rows.items():
            views |= {row.row: self._reported.view(row, self._deals[identity]) for row in rows}
        for rows in self._match.unknown:
            views |= {row.row: self._reported.view(row, None) for row in rows}
        measured = self._yardstick.measure(list(views.values()))
        return views, dict(zip(views, measured, strict=True))

    def _refuse_strangers(self) -> None:
        deals = self._report.deals
        known = self._here.set_aside
        if not deals or self._match.rows or any(id_key(deal.opportunity_id) in known for deal in deals):
            return
        raise BadInput(
            f"None of its {counted(len(deals), 'deal', 'deals')} is known here.",
            where=self._report.file,
            hint="Is it a report of another CRM, or is its id column another? Name it: --columns opportunity_id='COLUMN'.",
        )

    def _of_known(self, views: dict[int, View], values: dict[int, int]) -> Iterator[Effect]:
        """Explain the deals that both sides know, all steps measured at once."""
        ways = [
            self._way(identity, rows, views, tuple(values[row.row] for row in rows))
            for identity, rows in self._match.rows.items()
            if self._differs(identity, rows, values)
        ]
        measured = iter(self._yardstick.measure([step.view for way in ways for step in way.steps]))
        for way in ways:
            yield from self._effects(way, [next(measured) for _ in way.steps])

    def _differs(self, identity: str, rows: Sequence[ExpectedDeal], values: dict[int, int]) -> bool:
        """Tell whether there is something to explain; several rows that are parts of one deal add up to it."""
        there, here = [values[row.row] for row in rows], self._here.added.get(identity, 0)
        again = sum(value != 0 for value in there) > 1
        return sum(there) != here or (again and len(set(there)) == 1)

    def _way(
        self, identity: str, rows: tuple[ExpectedDeal, ...], views: dict[int, View], values: tuple[int, ...]
    ) -> _Way:
        # The first row that counts is the deal; what stands there again is a duplicate.
        first = next((place for place, value in enumerate(values) if value), 0)
        order = (first, *(place for place in range(len(rows)) if place != first))
        rows, values = tuple(rows[place] for place in order), tuple(values[place] for place in order)
        steps = tuple(self._steps(rows[0], views[rows[0].row], self._deals[identity], identity))
        return _Way(identity=identity, rows=rows, values=values, steps=steps)

    def _steps(self, row: ExpectedDeal, view: View, deal: Deal, identity: str) -> Iterator[_Step]:
        """Change one thing after the other from the report's to ours, in the order of ``REASONS``."""
        words, known, yardstick = self._words, deal.known, self._yardstick
        start = view
        state: dict[str, Any] = {"status": known["status"], "stage": known["stage"]}
        if "open" in (view.facts["status"], known["status"]) and view.facts["status"] != known["status"]:
            state |= {"closed_on": known["closed_on"], "expected_close_on": known["expected_close_on"]}
        view = view.changed(**state)
        told_later = deal.loaded["status"] == start.facts["status"] != known["status"]
        if told_later:
            yield _Step(reason="date", view=view, detail=lambda: words.date(row, deal))
        else:
            yield _Step(reason="status", view=view, detail=lambda: words.status(row, start, deal))
        view = view.changed(until=yardstick.known_until, **{name: known[name] for name in _DAYS})
        yield _Step(reason="date", view=view, detail=lambda: words.date(row, deal))
        if identity not in self._here.shared and self._here.filters:
            fits = all(deal.places[found.name] in values for found, values in self._here.filters)
            view = view.changed(inside=fits)
            reason, said = words.place(row, deal)
            yield _Step(reason=reason, view=view, detail=lambda: said)
        if yardstick.amount and (row.currency or row.original_currency):
            rate, view = self._converted(row, view, deal)
            own = known[yardstick.amount]
            yield _Step(reason="currency", view=view, detail=lambda: words.currency(row, rate, own))
        view = view.changed(**known)
        reason = "unreadable" if row.unreadable else "amount"
        yield _Step(reason=reason, view=view, detail=lambda: words.amount(row, deal))

    def _converted(self, row: ExpectedDeal, view: View, deal: Deal) -> tuple[float | None, View]:
        """Convert what the report has in another currency; what the CRM has converted is converted anew here."""
        code = row.currency or row.original_currency
        day = deal.loaded["closed_on"] or deal.loaded["expected_close_on"] or deal.loaded["created_on"]
        rate = self._here.rate(code, day)
        if row.original_currency:
            own = deal.known[self._yardstick.amount]
            return rate, view.changed(amount=own, expected_amount=own)
        if rate is None or row.amount is None:
            return rate, view
        minor = converted(row.amount, rate)
        return rate, view.changed(amount=minor, expected_amount=minor)

    def _effects(self, way: _Way, measured: list[int]) -> Iterator[Effect]:
        identity, rows = way.identity, way.rows
        actual = self._here.added.get(identity, 0)
        again = [item for item in self._here.set_aside.get(id_key(identity), ()) if item.is_duplicate]
        told = self._teller(identity, rows[0], sum(way.values), actual)
        for row, value in zip(rows[1:], way.values[1:], strict=True):
            if value:
                yield told("duplicate", -value, f"row {row.row} of the report repeats row {rows[0].row}")
        before = way.values[0]
        for step, value in zip(way.steps, measured, strict=True):
            if value != before:
                yield self._told_again(told, step, value - before, again)
            before = value
        if actual != before:
            yield told("credit", actual - before, self._words.credit(identity, before, actual))

    def _told_again(
        self, told: Callable[[str, int, str], Effect], step: _Step, effect: int, again: list[SetAside]
    ) -> Effect:
        """Where another row of the same id was set aside, that is why: the report may show that one."""
        if not again or step.reason in {"owner", "group", "currency", "unreadable"}:
            return told(step.reason, effect, step.detail())
        return told("duplicate", effect, f"{step.detail()}; {self._words.set_aside(again)}")

    def _teller(
        self, identity: str, row: ExpectedDeal | None, expected: int, actual: int
    ) -> Callable[[str, int, str], Effect]:
        deal = self._deals.get(identity)
        name = (deal.known["name"] if deal else None) or (row.name if row else "")

        def told(reason: str, effect: int, detail: str) -> Effect:
            return Effect(
                opportunity_id=identity,
                name=name,
                row=row.row if row else None,
                reason=reason,
                expected=expected,
                actual=actual,
                effect=effect,
                detail=detail,
            )

        return told

    def _of_unknown(self, values: dict[int, int]) -> Iterator[Effect]:
        """Explain the rows that are no deal here: set aside at import, or not there at all."""
        for rows in self._match.unknown:
            first, *others = sorted(rows, key=lambda row: (not values[row.row], row.row))
            told = self._teller(first.opportunity_id, first, sum(values[row.row] for row in rows), 0)
            for row in others:
                if values[row.row]:
                    said = f"row {row.row} of the report repeats row {first.row}"
                    yield told("duplicate", -values[row.row], said)
            if values[first.row]:
                aside = (
                    self._here.set_aside.get(id_key(first.opportunity_id), []) if first.opportunity_id else []
                )
                said = self._words.missing(first, self._match.doubts.get(first.row, ""))
                reason = "rejected" if aside else "missing_here"
                yield told(reason, -values[first.row], self._words.set_aside(aside) if aside else said)

    def _of_unseen(self) -> Iterator[Effect]:
        """Explain the deals that the report has not."""
        for identity in self._unseen:
            value, deal = self._here.added[identity], self._deals[identity]
            if value:
                yield self._teller(identity, None, 0, value)("missing_there", value, self._words.unseen(deal))

    def _match_notices(self) -> Iterator[str]:
        found: Match = self._match
        if found.by_name:
            rows = counted(found.by_name, "row was", "rows were")
            yield f"{rows} found by name, with account, amount and date where a name is not alone."
        if found.doubts:
            yield f"{counted(len(found.doubts), 'row', 'rows')} could be several deals; add the opportunity's id to the report."
        if self._here.run.credit_of(self._yardstick.kpi) != OWNER:
            yield "Shared deals count by credit here, as asked."

    def _filter_notice(self, effects: Sequence[Effect], deals: int) -> Iterator[str]:
        """Where most of the report is of others here, it was hardly filtered as the question is."""
        others = sum(effect.reason in {"owner", "group"} for effect in effects)
        if 2 * others > deals:
            names = " and ".join(found.name for found, _ in self._here.filters)
            yield (
                f"{others} of {counted(deals, 'deal', 'deals')} of the report {'is' if others == 1 else 'are'} of another {names} here: if it is a report of all,"
                f" add a column {names} to it, or compare without --where."
            )

    def _period_notice(self, effects: Sequence[Effect]) -> Iterator[str]:
        """Where no days were asked for and the report is of one period, say how to ask for that alone."""
        query, basis = self._here.run.query, self._yardstick.kpi.basis
        if query.start or query.end or basis not in {CLOSED, CREATED}:
            return
        days = sorted(
            day for deal in self._report.deals if (day := getattr(deal, basis)) and deal.status != "open"
        )
        if not days or not any(effect.reason == "missing_there" for effect in effects):
            return
        period = _one_period(self._here.run.calendar, days[0], days[-1])
        if period is not None:
            yield (
                f"All of the report is of {period.label}; compare with that alone: --from {period.start}"
                f" --to {period.last_day}."
            )


def _one_period(calendar: FiscalCalendar, first: Any, last: Any) -> Any:
    periods = (calendar.containing(first, grain) for grain in ("month", "quarter", "year"))
    return next((period for period in periods if last < period.end), None)
