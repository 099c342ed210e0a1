"""The segments that a plan allocates to: those it names, the values of a dimension, or its teams."""

from typing import TYPE_CHECKING

from salesnb.errors import BadInput
from salesnb.kpis import Query, run
from salesnb.planning import Condition, Plan, Segment, keep_segments

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["named_segments", "segment_named", "segment_of_value", "segments_by", "segments_of"]


def segments_of(plan: Plan) -> tuple[Segment, ...]:
    """Give the plan's segments; where it names none, the lowest nodes above its reps."""
    if plan.segments:
        return plan.segments
    above = {quota.parent for quota in plan.quotas if quota.level == "rep"}
    names = dict.fromkeys(quota.name for quota in plan.quotas if quota.id in above)
    return tuple(segment_named(plan, name) for name in names)


def named_segments(plan: Plan) -> Plan:
    """Give a plan that names the segments that it has, so that they can be changed."""
    return keep_segments(plan, segments_of(plan))


def segment_of_value(dimension: str, value: str) -> Segment:
    """Make the segment of the deals that have a value of a dimension."""
    return Segment(id=value, name=value, conditions=(Condition(dimension=dimension, values=(value,)),))


def segment_named(plan: Plan, name: str) -> Segment:
    """Make a segment: the deals of the node of that name, where the cascade has one, else a market without deals yet."""
    quota = next((quota for quota in plan.quotas if name in {quota.name, quota.id} and quota.parent), None)
    conditions = () if quota is None else (Condition(dimension=quota.level, values=(quota.name,)),)
    return Segment(id=name, name=name, conditions=conditions)


def segments_by(workspace: "Workspace", plan: Plan, dimension: str) -> Plan:
    """Add a segment for each value of a dimension in the data.

    Raises
    ------
    UnknownName
        When there is no such dimension.
    BadInput
        When no deal has a value of it.
    """
    with workspace.dataset() as data:
        query = Query(kpis=("won_amount",), by=(dimension,))
        rows = run(query, data, workspace.calendar, workspace.catalogue(data)).rows
    names = [str(row[0]) for row in rows if row[0] is not None]
    if not names:
        raise BadInput(f"No deal has a {dimension}.", hint="Name another dimension, such as team or product.")
    return keep_segments(plan, [segment_of_value(dimension, name) for name in names])
