"""A plan's response curves fitted from the workspace's effort and sales; where history says nothing, they stay judged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from salesnb.actions.allocation_curves import Scale, curve_record, judged_record, judgement_of
from salesnb.actions.effort_history import EffortHistory, NoHistory, read_effort
from salesnb.actions.effort_months import is_people
from salesnb.allocation import ADVERTISING, SELLING, Curve, Fit, History, curves_over, fit_together
from salesnb.allocation.fitting import Fitted
from salesnb.allocation.forms import Floats
from salesnb.allocation.judgement import Judgement
from salesnb.allocation.lending import LENT
from salesnb.allocation.several import alike
from salesnb.calendar import Period
from salesnb.counting import counted
from salesnb.errors import BadInput, MissingFile
from salesnb.kpis.effort_data import is_money
from salesnb.money import split
from salesnb.planning import CurveFit, Plan, Resource, ResponseCurve, Segment, keep_curves, keep_segments
from salesnb.planning.words import digits_of

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["CHOICES", "Curved", "refit_lines", "with_curves"]

CHOICES = ("auto", "history", "judgement", "kept")

# Half of the draws are allocated on and the others are measured on; each makes the plan's file longer.
_DRAWS = 200
_LEAST_MONTHS = 6
# Times the effort of the past, from which amounts are no larger plan but another unit.
_ANOTHER_UNIT = 50.0
_FULL = 10_000
_DIGITS = 5
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, kw_only=True)
class Curved:
    """A plan with its curves, and what is to be known of them, a sentence each."""

    plan: Plan
    notices: tuple[str, ...] = ()


def with_curves(
    workspace: "Workspace",
    plan: Plan,
    which: str,
    progress: Callable[[str], None] = lambda _text: None,
    *,
    lag: int | None = None,
) -> Curved:
    """Give a plan its response curves.

    Parameters
    ----------
    which
        ``history`` fits them, judgements being what steadies them; ``judgement`` draws them from answers alone; ``kept``
        leaves them as the plan has them; ``auto`` fits where there is a history, and else leaves them.
    lag
        Months from an effort to what it sells; None takes those of the settings, else the median sales cycle.

    Raises
    ------
    BadInput
        When history is asked for and says nothing, or when it contradicts the plan: a negative effort, another unit.
    """
    if which == "kept" or not plan.resources:
        return Curved(plan=plan)
    if which == "judgement":
        return Curved(plan=_judged(plan))
    try:
        read = _read(workspace, plan, lag)
        if read is not None:
            return _fitted(workspace, plan, read, progress)
    except NoHistory as error:
        if which == "history":
            raise
        return Curved(plan=plan, notices=(f"Curves are not fitted from history: {error.what}",))
    if which == "history":
        raise NoHistory(
            "No effort is loaded.",
            hint="Import a table effort with the columns period, segment, resource and amount.",
        )
    return Curved(plan=plan)


def _judged(plan: Plan) -> Plan:
    """Draw each fitted curve from its answers again."""
    fitted = [curve for curve in plan.response_curves if curve.fit is not None]
    names = {segment.id: segment.name for segment in plan.segments}
    bare = [names[curve.segment] for curve in fitted if curve.judgement is None]
    if bare:
        raise BadInput(
            f"Nobody has judged {', '.join(bare)}.",
            hint="Answer three questions for each: --questions prints them, --judge takes the answers.",
        )
    scale, resources = Scale(digits_of(plan.currency)), {item.id: item for item in plan.resources}
    return keep_curves(
        plan,
        [
            judged_record(resources[curve.resource], curve.segment, curve.judgement, curve.today, scale)
            for curve in fitted
            if curve.judgement is not None
        ],
    )


def _read(workspace: "Workspace", plan: Plan, lag: int | None) -> EffortHistory | None:
    try:
        data = workspace.dataset()
    except MissingFile:
        return None
    with data:
        return read_effort(workspace, data, plan, lag=lag)


def _fitted(
    workspace: "Workspace", plan: Plan, read: EffortHistory, progress: Callable[[str], None]
) -> Curved:
    months = workspace.calendar.months(plan.period)
    if sum(month.days for month in months) != plan.period.days:
        raise NoHistory(
            f"{plan.period.label} is not made of whole months.", hint="Allocate a month, quarter or year."
        )
    if (count := len(read.months) - read.lag) < _LEAST_MONTHS:
        late = f", and {counted(read.lag, 'month', 'months')} pass until it sells" if read.lag else ""
        raise NoHistory(
            f"Only {counted(max(count, 0), 'month', 'months')} of effort is known ({_span(read.months)}{late}).",
            hint=f"Curves are fitted from {_LEAST_MONTHS} months on; until then answer three questions a segment: --judge.",
        )
    return _Work(plan, read, months).run(progress)


def refit_lines(before: Plan, after: Plan) -> tuple[str, ...]:
    """Say what more months change in curves, the largest change first; nothing where they are of the same months."""
    names = {segment.id: segment.name for segment in after.segments}
    resources = {item.id: item.name for item in after.resources}
    old = {(curve.resource, curve.segment): curve.fit for curve in before.response_curves}
    found = []
    for curve in after.response_curves:
        was, now = old.get((curve.resource, curve.segment)), curve.fit
        if was is None or now is None or was.last >= now.last:
            continue
        (middle, low, high), moved = now.elasticity, now.elasticity[0] - was.elasticity[0]
        told = (
            f"{names[curve.segment]}, fitted again to {now.last}: 1 % more {resources[curve.resource]} brings {middle:.2f} %"
            f" more sales ({low:.2f} to {high:.2f}), {was.elasticity[0]:.2f} before."
        )
        found.append((-abs(moved), told))
    return tuple(told for _, told in sorted(found))


class _Work:
    """A history on its way into a plan's curves."""

    def __init__(self, plan: Plan, read: EffortHistory, months: Sequence[Period]) -> None:
        self.plan, self.read = plan, read
        self.scale, self.count = Scale(digits_of(plan.currency)), len(months)
        last = read.months[-1]
        self.ahead = [_number(month) - _number(last) for month in months]
        self.months = months
        self.resources = {item.id: item for item in plan.resources}
        self.known = {(item.resource, item.segment): item for item in plan.response_curves}
        sold = np.nansum(read.sales, axis=1) > 0
        self.silent = [segment.name for segment, some in zip(read.segments, sold, strict=True) if not some]
        # A segment needs sales and an effort, or to be lent the effort of others, which those without any effort are.
        never = np.array([self._never(row) for row in range(len(read.segments))])
        self.idle = [
            segment.name
            for segment, some, none in zip(read.segments, sold, never, strict=True)
            if some and none
        ]
        self.rows = [row for row in range(len(read.segments)) if sold[row] and not never[row]]

    def _times(self, resource: Resource) -> int:
        """How many times a month's amount the plan's is: people are there in every month."""
        people = resource.unit != "money" and is_people(resource.name, resource.counts)
        return 1 if people else self.count

    def _never(self, row: int) -> bool:
        """Whether a segment is known to have had no effort at all of one of the resources."""
        mine = [values[row] for values in self.read.efforts.values()]
        return any(np.isfinite(one).any() and not np.nansum(one) > 0 for one in mine)

    def run(self, progress: Callable[[str], None]) -> Curved:
        if not self.rows:
            raise NoHistory(
                f"The segments won nothing in {_span(self.read.months)}, or had no effort.",
                hint="Answer three questions a segment: --judge.",
            )
        segments = [self.read.segments[row] for row in self.rows]
        histories = {resource: self._history(resource, segments) for resource in self.read.efforts}
        priors = {
            resource: ADVERTISING if self.resources[resource].unit == "money" else SELLING
            for resource in histories
        }
        fits = fit_together(
            histories,
            priors,
            draws=_DRAWS,
            progress=lambda name: progress(f"Fitting curves of {self.resources[name].name} from history"),
        )
        curves = [
            record for resource, found in fits.items() for record in self._records(resource, found, segments)
        ]
        plan = keep_curves(keep_segments(self.plan, segments), curves)
        return Curved(plan=plan, notices=self._notices(histories))

    def _notices(self, histories: Mapping[str, History]) -> tuple[str, ...]:
        told = list(self.read.notices)
        if self.silent:
            told.append(
                f"{', '.join(self.silent)} won nothing in {_span(self.read.months)}: answer three questions for a curve"
                " (--judge)."
            )
        if self.idle:
            told.append(
                f"{', '.join(self.idle)} never had any effort: answer three questions for a curve (--judge)."
            )
        for one, other in alike(histories):
            told.append(
                f"{self.resources[one].name} and {self.resources[other].name} rose and fell together, so that history cannot"
                " tell well which of them sold."
            )
        return tuple(told)

    def _history(self, resource: str, segments: Sequence[Segment]) -> History:
        efforts = self.read.efforts[resource][self.rows]
        judged = {
            segment.name: self._monthly(record)
            for segment in segments
            if (record := self.known.get((resource, segment.id))) and record.judgement is not None
        }
        self._check_total(self.resources[resource], efforts)
        for row, segment in enumerate(segments):
            if segment.name in judged:
                self._check_judged(self.resources[resource], segment, judged[segment.name], efforts[row])
        return History(
            segments=[segment.name for segment in segments],
            effort=efforts,
            sales=self.read.sales[self.rows],
            today=self.read.today[resource][self.rows],
            judgements=judged,
        )

    def _monthly(self, record: ResponseCurve) -> Judgement:
        said = judgement_of(record.judgement, self.scale, self.resources[record.resource])  # type: ignore[arg-type]
        parts = {name: getattr(said, name) / self.count for name in ("none", "now", "saturated")}
        return replace(said, **parts, effort=said.effort / self._times(self.resources[record.resource]))

    def _check_total(self, resource: Resource, efforts: Floats) -> None:
        counted_in = f"{resource.name} {resource.counts}"
        if resource.unit != "money" and is_money(resource.name) and not is_money(counted_in):
            raise BadInput(
                f"The total of {resource.name} is in {resource.counts}, but the effort that is loaded is money by its name.",
                where=resource.name,
                hint=f"Give it in {self.plan.currency}, or give the resource another name. --curves judgement leaves history out.",
            )
        total = resource.total / self.scale.of(resource)
        usual = float(np.nanmean(np.nansum(efforts, axis=0))) * self._times(resource)
        if total > 0 and usual > 0 and not 1 / _ANOTHER_UNIT < total / usual < _ANOTHER_UNIT:
            raise BadInput(
                f"The total of {resource.name} is {total:,.10g}, but the effort that is loaded comes to {_rounded(usual)} in as many"
                " months.",
                where=resource.name,
                hint=f"Give both in one unit ({resource.counts or self.plan.currency}): they look like hours against money, or"
                " thousands against ones. --curves judgement leaves history out.",
            )

    def _check_judged(self, resource: Resource, segment: Segment, judged: Judgement, effort: Floats) -> None:
        usual = float(np.nanmean(effort)) if np.isfinite(effort).any() else 0.0
        if usual > 0 and not 1 / _ANOTHER_UNIT < judged.effort / usual < _ANOTHER_UNIT:
            raise BadInput(
                f"It is judged with {resource.name} of {judged.effort * self._times(resource):,.10g}, but the effort that is"
                f" loaded comes to {_rounded(usual * self._times(resource))} in as many months.",
                where=segment.name,
                hint=f"Give both in one unit ({resource.counts or self.plan.currency}). --curves judgement leaves history out.",
            )

    def _records(self, resource: str, found: Fit, segments: Sequence[Segment]) -> list[ResponseCurve]:
        stock = self._times(self.resources[resource]) == 1
        curves, shares = curves_over(found, self.ahead, stock=stock)
        return [
            self._record(self.resources[resource], segment, found, curves[segment.name], shares[segment.name])
            for segment in segments
        ]

    def _record(
        self,
        resource: Resource,
        segment: Segment,
        found: Fit,
        draws: Sequence[Curve],
        shares: Sequence[float],
    ) -> ResponseCurve:
        one, before = found.fitted[segment.name], self.known.get((resource.id, segment.id))
        judgement = before.judgement if before is not None else None
        at = one.today * self._times(resource)
        today = before.today / self.scale.of(resource) if before and judgement else at
        factor = float(
            np.mean([curve.at(at) for curve in draws]) / np.mean([c.at(one.today) for c in one.draws])
        )
        source = self._source(one, judgement.by if judgement else "", found)
        record = curve_record(resource, segment.id, draws, round(today * self.scale.of(resource)), self.scale)
        return replace(
            record,
            source=source,
            judgement=judgement,
            parameters=tuple(replace(item, value=_short(item.value)) for item in record.parameters),
            draws=tuple(tuple(_short(value) for value in draw) for draw in record.draws),
            fit=CurveFit(
                first=self.read.months[0].label,
                last=self.read.months[-1].label,
                months=len(one.points),
                prior=f"judgement of {judgement.by}" if judgement else found.prior.cited,
                elasticity=tuple(_short(value) for value in one.elasticity),
                learned=_short(one.learned),
                noise=_short(_noise(one, found)),
                season_bp=split(
                    _FULL, [round(share * 10**9) for share in shares], [m.label for m in self.months]
                ),
                points=tuple(
                    (
                        round(effort * self._times(resource) * self.scale.of(resource)),
                        round(sales * factor * self.scale.sales()),
                    )
                    for effort, sales in one.points
                ),
                doubts=one.doubts,
                lag=self.read.lag,
            ),
        )

    def _source(self, one: Fitted, judge: str, found: Fit) -> str:
        prior = f"judgement of {judge}" if judge else found.prior.cited
        if LENT in one.doubts:
            return f"taken after the other segments, with {prior}; no effort of its own is known"
        late = f"sold {counted(self.read.lag, 'month', 'months')} later, " if self.read.lag else ""
        months = counted(len(one.points), "month", "months")
        return f"fitted from {months} of effort, {late}{_span(self.read.months)}, with {prior}"


def _noise(one: Fitted, found: Fit) -> float:
    """What a month's sales scatter by, alone and with all others, as a share of what is expected."""
    unrest = float(np.sqrt(np.mean(found.chain.unrest**2))) if found.chain is not None else 0.0
    return float(np.hypot(one.noise, unrest))


def _number(month: Period) -> int:
    return month.start.year * 12 + month.start.month


def _span(months: Sequence[Period]) -> str:
    """Say from when to when, as the plan keeps it in any locale: ``Jan 2016 to Dec 2017``."""
    ends = [f"{_MONTHS[month.start.month - 1]} {month.start.year}" for month in (months[0], months[-1])]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _rounded(value: float) -> str:
    return f"{float(f'{value:.3g}'):,.10g}"


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
