"""By what the sliders of many segments can be grouped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from salesnb.planning import Plan, Segment

__all__ = ["Grouping", "groupings"]

_SEVERAL = "several"


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """The group of each segment by a dimension; empty where a segment says nothing of it."""

    dimension: str
    groups: tuple[str, ...]


def groupings(plan: Plan, segments: Sequence[str]) -> tuple[Grouping, ...]:
    """Give the ways to group segments, the coarsest first.

    A segment belongs to what its conditions name, and where that is a node of the cascade, to the nodes above it:
    one of the team Andes is of the region Americas. What leaves all in one group or each in its own groups nothing.

    Parameters
    ----------
    segments
        Ids, in the order in which groups are given.
    """
    known = {segment.id: segment for segment in plan.segments}
    above = _above(plan)
    labels = [dict(_labels(known[one], above)) for one in segments]
    dimensions = list(dict.fromkeys(name for one in labels for name in one))
    found = [
        Grouping(dimension=name, groups=tuple(one.get(name, "") for one in labels)) for name in dimensions
    ]
    useful = [one for one in found if 1 < len(set(one.groups)) < len(segments)]
    return tuple(sorted(useful, key=lambda one: len(set(one.groups))))


def _labels(
    segment: Segment, above: Mapping[tuple[str, str], Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    for condition in segment.conditions:
        yield condition.dimension, ", ".join(condition.values)
        nodes = [above.get((condition.dimension, value), {}) for value in condition.values]
        for level in dict.fromkeys(level for node in nodes for level in node):
            names = {node.get(level, "") for node in nodes}
            yield level, names.pop() if len(names) == 1 else _SEVERAL


def _above(plan: Plan) -> dict[tuple[str, str], dict[str, str]]:
    """The names of the nodes above each, by level; a node is known by its level and name."""
    nodes = {quota.id: quota for quota in plan.quotas}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for quota in nodes.values():
        parent, names = nodes.get(quota.parent or ""), {}
        while parent is not None:
            names[parent.level] = parent.name
            parent = nodes.get(parent.parent or "")
        found[quota.level, quota.name] = names
    return found
