"""A plan's segments scored by the workspace's own figures: which to enter, grow, hold or leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesnb.actions.plan_segments import segments_of
from salesnb.allocation.segments import CRITERIA, Flip, Scored, flips, score
from salesnb.calendar import Period, years_before
from salesnb.errors import BadInput, BadUsage, UnknownName
from salesnb.kpis import Query, run
from salesnb.kpis.deals import Deals
from salesnb.kpis.scan import filters
from salesnb.planning import Plan, Segment

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = [
    "SegmentScores",
    "SegmentValues",
    "read_weights",
    "score_segments",
    "scored_by",
    "scoring_year",
    "segment_values",
    "weights_of",
]

# Each criterion's KPI of the twelve months; growth compares their size, and potential has none.
_KPIS = {
    "size": "won_amount",
    "win rate": "win_rate",
    "deal size": "average_deal",
    "cycle": "median_cycle_days",
    # What is spent for each deal won; null without effort.
    "cost to serve": "cost_per_won_deal",
}

_NOW, _BEFORE = "now", "before"

Values = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, kw_only=True)
class SegmentValues:
    """What segments are scored by.

    Attributes
    ----------
    start, end
        The twelve months that it is of, half-open.
    values
        As those of `SegmentScores`.
    unfit
        Which segments the data does not know, a sentence each; nothing is known of them.
    """

    start: date
    end: date
    values: Values
    unfit: tuple[str, ...] = ()


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


def weights_of(plan: Plan) -> dict[str, float]:
    """Give what a plan's segments are scored by; where it does not say, all criteria weigh the same."""
    said = {one.criterion: one.value for one in plan.assumptions.segment_weights}
    return said or dict.fromkeys(CRITERIA, 1.0)


def scoring_year(plan: Plan, as_of: date) -> Period:
    """Give the twelve months that segments are scored by: those before the plan, or up to the data's day."""
    end = min(plan.period.start, as_of + timedelta(days=1))
    return Period(label=_NOW, start=years_before(end, 1), end=end)


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
        return scored_by(segment_values(workspace, data, plan, segments), weights)


def segment_values(
    workspace: "Workspace", data: "Dataset", plan: Plan, segments: Sequence[Segment]
) -> SegmentValues:
    """Find out what segments are scored by, in few questions: one for all that are single values of one dimension."""
    reading = _Reading(workspace, data, plan, segments)
    values = {segment.name: reading.values(segment) for segment in segments}
    return SegmentValues(
        start=reading.now.start, end=reading.now.end, values=values, unfit=tuple(reading.unfit.values())
    )


def scored_by(found: SegmentValues, weights: Mapping[str, float]) -> SegmentScores:
    """Score segments whose values are known; a criterion of which nothing is known is left out.

    Raises
    ------
    UnknownName
        When a weight is of no criterion.
    BadInput
        When weights are none.
    """
    values = found.values
    asked = {name: weight for name, weight in weights.items() if weight}
    unknown = [name for name in asked if all(row.get(name) is None for row in values.values())]
    told = [f"Nothing is known of {', '.join(unknown)}: left out."] if unknown else []
    known = {name: weight for name, weight in asked.items() if name not in unknown} or asked
    return SegmentScores(
        start=found.start,
        end=found.end,
        weights=known,
        values=values,
        scored=score(values, known),
        flips=flips(values, known),
        notices=(*found.unfit, *told),
    )


class _Reading:
    """What the data says of segments."""

    def __init__(
        self, workspace: "Workspace", data: "Dataset", plan: Plan, segments: Sequence[Segment]
    ) -> None:
        self.workspace, self.data, self.plan = workspace, data, plan
        self.known = workspace.catalogue(data)
        self.now = scoring_year(plan, data.meta.as_of)
        self.before = Period(label=_BEFORE, start=years_before(self.now.start, 1), end=self.now.start)
        deals = Deals(data, data.meta.as_of)
        self.unfit = {segment.id: told for segment in segments if (told := _unfit(deals, segment))}
        self._tables: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, float | None]]] = {}

    def values(self, segment: Segment) -> dict[str, float | None]:
        told = dict.fromkeys((*_KPIS, "growth"), None) if self._is_nobody(segment) else self._told(segment)
        return {**told, "potential": self._potential(segment)}

    def _is_nobody(self, segment: Segment) -> bool:
        return not segment.conditions or segment.id in self.unfit

    def _told(self, segment: Segment) -> dict[str, float | None]:
        """Look a segment up among its like; one of several values, or named by ids, is asked for alone."""
        dimensions, kpis = _dimensions(segment), tuple(_KPIS.values())
        if _is_plain(segment):
            if dimensions not in self._tables:
                self._tables[dimensions] = self._asked(Query(kpis=kpis, by=dimensions))
            row = self._tables[dimensions].get(tuple(one.values[0] for one in segment.conditions))
            if row is not None:
                return row
        where = tuple((one.dimension, one.values) for one in segment.conditions)
        return next(iter(self._asked(Query(kpis=kpis, where=where)).values()))

    def _asked(self, query: Query) -> dict[tuple[str, ...], dict[str, float | None]]:
        """Ask for both years at once; by the values of the query's dimensions."""
        asked = replace(query, windows=(self.before, self.now))
        found: dict[tuple[str, ...], dict[str, dict[str, float | None]]] = {}
        width = len(query.by)
        for row in run(asked, self.data, self.workspace.calendar, self.known).rows:
            key = tuple("" if value is None else str(value) for value in row[:width])
            numbers = (None if value is None else float(value) for value in row[width + 1 :])
            found.setdefault(key, {})[str(row[width])] = dict(zip(_KPIS, numbers, strict=True))
        return {key: _with_growth(years[_NOW], years[_BEFORE]) for key, years in found.items()}

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


def _with_growth(now: dict[str, float | None], before: dict[str, float | None]) -> dict[str, float | None]:
    size, was = now["size"], before["size"]
    return {**now, "growth": size / was - 1 if size is not None and was else None}


def _dimensions(segment: Segment) -> tuple[str, ...]:
    return tuple(one.dimension for one in segment.conditions)


def _is_plain(segment: Segment) -> bool:
    """Whether a segment is one value of each of its dimensions."""
    names = _dimensions(segment)
    return len(set(names)) == len(names) and all(len(one.values) == 1 for one in segment.conditions)


def _unfit(deals: Deals, segment: Segment) -> str:
    """Say why the data does not know a segment; empty where it does."""
    try:
        filters(deals, tuple((one.dimension, one.values) for one in segment.conditions))
    except UnknownName as error:
        return f"{segment.name} does not fit the data: {error.what}"
    return ""
