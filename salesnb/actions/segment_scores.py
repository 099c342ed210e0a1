"""A plan's segments scored by the workspace's own figures: which to enter, grow, hold or leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesnb.actions.history import history_start
from salesnb.actions.plan_segments import segments_of
from salesnb.allocation.segments import CRITERIA, Flip, Scored, flips, score
from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis import Query, run
from salesnb.planning import Plan, Segment

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = ["SegmentScores", "read_weights", "score_segments"]

# Each criterion's KPI of the twelve months; growth compares their size, and potential has none.
_KPIS = {
    "size": "won_amount",
    "win rate": "win_rate",
    "deal size": "average_deal",
    "cycle": "median_cycle_days",
    # What is spent for each deal won; null without effort.
    "cost to serve": "cost_per_won_deal",
}

Values = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, kw_only=True)
class SegmentScores:
    """Segments by score, best first.

    Attributes
    ----------
    start, end
        The twelve months that they are scored by, half-open.
    weights
        As asked.
    values
        By segment name and criterion: size, deal size and potential in minor units, cycle in days; None where unknown.
    scored, flips
        The ranking, and the smallest change of a weight that turns neighbours round.
    notices
        What is to be known, a sentence each.
    """

    start: date
    end: date
    weights: Mapping[str, float]
    values: Values
    scored: tuple[Scored, ...]
    flips: tuple[Flip, ...]
    notices: tuple[str, ...]


def read_weights(text: str) -> dict[str, float]:
    """Read ``size=2,growth=1``; without any, all criteria weigh the same.

    Raises
    ------
    BadUsage
        When it is not readable.
    """
    if not text.strip():
        return dict.fromkeys(CRITERIA, 1.0)
    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, weight = part.partition("=")
        try:
            found[name.strip().replace("_", " ")] = float(weight)
        except ValueError:
            equals = ""
        if not equals:
            raise BadUsage(
                f"--weights {text!r} is not readable.", hint="Write size=2,growth=1,win_rate=1."
            ) from None
    return found


def score_segments(workspace: "Workspace", plan: Plan, weights: Mapping[str, float]) -> SegmentScores:
    """Score a plan's segments by the twelve months before it, or before the data ends.

    Raises
    ------
    BadInput
        When the plan has no segments, or weights are none.
    UnknownName
        When a weight is of no criterion.
    """
    segments = segments_of(plan)
    if not segments:
        raise BadInput(
            f"The plan {plan.name} has no segments.", hint="Name a dimension with --by, such as team."
        )
    with workspace.dataset() as data:
        reading = _Reading(workspace, data, plan)
        values = {segment.name: reading.values(segment) for segment in segments}
        period = reading.now
    asked = {name: weight for name, weight in weights.items() if weight}
    unknown = [name for name in asked if all(row.get(name) is None for row in values.values())]
    told = [f"Nothing is known of {', '.join(unknown)}: left out."] if unknown else []
    known = {name: weight for name, weight in asked.items() if name not in unknown} or asked
    return SegmentScores(
        start=period.start,
        end=period.end,
        weights=known,
        values=values,
        scored=score(values, known),
        flips=flips(values, known),
        notices=tuple(told),
    )


class _Reading:
    """What the data says of segments."""

    def __init__(self, workspace: "Workspace", data: "Dataset", plan: Plan) -> None:
        self.workspace, self.data, self.plan = workspace, data, plan
        self.now = self._year(plan.period)
        self.before = self._year(self.now)

    def values(self, segment: Segment) -> dict[str, float | None]:
        now = {name: self._kpi(kpi, segment, self.now) for name, kpi in _KPIS.items()}
        size, was = now["size"], self._kpi("won_amount", segment, self.before)
        growth = size / was - 1 if size is not None and was else None
        return {**now, "growth": growth, "potential": self._potential(segment)}

    @staticmethod
    def _year(period: Period) -> Period:
        start = history_start(period)
        return Period(label="twelve months", start=start, end=period.start)

    def _kpi(self, kpi: str, segment: Segment, period: Period) -> float | None:
        """Ask for one figure; a segment of several values of a dimension, or of none, has no query."""
        if not segment.conditions or any(len(item.values) != 1 for item in segment.conditions):
            return None
        query = Query(
            kpis=(kpi,),
            where=tuple((item.dimension, item.values[0]) for item in segment.conditions),
            start=period.start,
            end=period.end,
        )
        known = self.workspace.catalogue(self.data)
        rows = list(run(query, self.data, self.workspace.calendar, known).rows)
        value = rows[0][-1] if rows else None
        return None if value is None else float(value)

    def _potential(self, segment: Segment) -> float | None:
        """Take the market's potential of the plan's period, by the segment's id or name."""
        if not self.data.has("market"):
            return None
        rows = self.data.table("market").to_pyarrow().to_pylist()
        mine = [
            row["potential"]
            for row in rows
            if row["segment"] in {segment.id, segment.name}
            and row["period"] == self.plan.period.label
            and row["potential"] is not None
        ]
        return float(sum(mine)) if mine else None
