"""Used against planned: what each segment was to have of a resource, what it had, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from salesnb.actions.allocation_problem import Posed, pose
from salesnb.actions.effort_history import EffortRow, effort_rows
from salesnb.actions.effort_months import is_people, known_months, used_in
from salesnb.actions.realised_sales import realised_sales
from salesnb.allocation.limits import Key, line_of
from salesnb.allocation.realised import Realised
from salesnb.calendar import Period
from salesnb.errors import BadInput
from salesnb.kpis import Query, run
from salesnb.planning import Plan, Resource, Segment

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = ["Used", "UsedLine", "find_used"]

_LOW, _HIGH = 10, 90


@dataclass(frozen=True, kw_only=True)
class UsedLine:
    """A segment's use of a resource in the months of which it is known; money in minor units.

    Attributes
    ----------
    planned
        For the whole period, in the smallest unit; None where the plan allocates nothing yet.
    due
        Its part for these months, by their number; of people all, because they are there in every month.
    used
        What was used in them; of people the mean of the months.
    won_amount, won_count
        What the segment won in them; None where no deals can be told to be the segment's.
    expected, low, high
        What its curve says for what was used, and what lies between 80 % of the draws.
    """

    resource: Resource
    segment: str
    planned: int | None
    due: int | None
    used: int
    won_amount: int | None
    won_count: int | None
    expected: int
    low: int
    high: int

    @property
    def return_on_spend(self) -> float | None:
        """Sales for each unit used: money for 1 of money, minor units for an hour or head; None for nothing used."""
        return None if self.won_amount is None or not self.used else self.won_amount / self.used

    @property
    def cost_per_won_deal(self) -> float | None:
        """What was used for each won deal, in the smallest unit; None without one."""
        return self.used / self.won_count if self.won_count else None


@dataclass(frozen=True, kw_only=True)
class Used:
    """Lines of all resources whose use is known.

    Attributes
    ----------
    months
        Labels of the months that are known, and how many the period has.
    notices
        What is to be known, a sentence each.
    results
        Predicted against realised sales of segments, in minor units, for the months after those that their curves were
        fitted from: by all resources that they used in them.
    """

    months: tuple[str, ...]
    whole: int
    lines: tuple[UsedLine, ...]
    notices: tuple[str, ...]
    results: tuple[Realised, ...] = ()


def find_used(workspace: "Workspace", plan: Plan) -> Used:
    """Hold a plan's allocation against the effort that the workspace knows of.

    Raises
    ------
    BadInput
        When no effort is loaded, or none of it is of the plan's resources, segments and period.
    """
    posed = pose(plan, workspace.settings.formatter, alone=True)
    with workspace.dataset() as data:
        rows = effort_rows(data)
        if not rows:
            raise BadInput(
                "No effort is loaded.",
                hint="Import a table effort with the columns period, segment, resource and amount.",
            )
        effort = _by_line(posed, rows)
        labels = {label for sums in effort.values() for label in sums}
        months = known_months(workspace.calendar, plan.period, labels, data.meta.as_of)
        if not months:
            raise BadInput(
                f"No effort of {plan.period.label} is loaded for the plan's resources and segments.",
                hint="Effort names them as the plan does: resource budget, segment North, period 2026-07.",
            )
        whole = workspace.calendar.months(plan.period)
        won = _Won(workspace, data)
        lines = tuple(
            _line(posed, key, effort[key], months, len(whole), won) for key in posed.places if effort.get(key)
        )
        together = pose(plan, workspace.settings.formatter)
        results = realised_sales(together, effort, months, whole, won.amounts)
    silent = [str(line_of(key)) for key in posed.places if not effort.get(key)]
    return Used(
        months=tuple(month.label for month in months),
        whole=len(whole),
        lines=lines,
        notices=(f"No effort is known of {', '.join(silent)}.",) if silent else (),
        results=results,
    )


def _by_line(posed: Posed, rows: Sequence[EffortRow]) -> dict[Key, dict[str, float]]:
    """Sum effort by line and period, in units that people type; resources and segments by id or name."""
    names: dict[tuple[str, str], Key] = {}
    for key, (resource, segment) in posed.places.items():
        mine, its = (resource, posed.resource(key).name), (segment, line_of(key).segment)
        names |= {(one, other): key for one in mine for other in its}
    found: dict[Key, dict[str, float]] = {}
    for row in rows:
        line = names.get((row.resource, row.segment))
        if line is not None:
            sums = found.setdefault(line, {})
            sums[row.period] = sums.get(row.period, 0.0) + row.amount
    return found


def _line(
    posed: Posed, key: Key, sums: Mapping[str, float], months: Sequence[Period], whole: int, won: "_Won"
) -> UsedLine:
    resource = posed.resource(key)
    spent = sum(sums.get(month.label, 0.0) for month in months)
    share = len(months) / whole
    people = resource.unit != "money" and is_people(resource.name, resource.counts)
    used = used_in(spent, len(months), people=people)
    # A curve is for the whole period: what is used in a part of it is held against it at the same pace.
    pace = used if people else spent / share
    draws = np.array([curve.at(max(0.0, pace)) for curve in posed.fresh[key]])
    draws *= share * posed.scale.sales()
    low, high = np.percentile(draws, [_LOW, _HIGH])
    planned = next(
        (
            int(line.amount)
            for line in posed.plan.allocation
            if (line.resource, line.segment) == posed.places[key]
        ),
        None,
    )
    segment = next(item for item in posed.plan.segments if item.id == posed.places[key][1])
    amount, count = won.of(segment, months)
    return UsedLine(
        resource=resource,
        segment=segment.name,
        planned=planned,
        due=None if planned is None else round(planned * (1.0 if people else share)),
        used=round(used * posed.scale.of(resource)),
        won_amount=amount,
        won_count=count,
        expected=round(float(draws.mean())),
        low=round(float(low)),
        high=round(float(high)),
    )


class _Won:
    """What segments won in months."""

    def __init__(self, workspace: "Workspace", data: "Dataset") -> None:
        self.workspace, self.data = workspace, data
        self.known = workspace.catalogue(data)

    def of(self, segment: Segment, months: Sequence[Period]) -> tuple[int | None, int | None]:
        """Give amount and number; none where the segment is not one value of each of its dimensions."""
        if not segment.conditions or any(len(item.values) != 1 for item in segment.conditions):
            return None, None
        query = Query(
            kpis=("won_amount", "won_count"),
            where=tuple((item.dimension, item.values[0]) for item in segment.conditions),
            start=months[0].start,
            end=months[-1].end,
        )
        rows = list(run(query, self.data, self.workspace.calendar, self.known).rows)
        return (int(rows[0][-2] or 0), int(rows[0][-1] or 0)) if rows else (0, 0)

    def amounts(self, segment: Segment, months: Sequence[Period]) -> int | None:
        """Give the amount alone."""
        return self.of(segment, months)[0]
