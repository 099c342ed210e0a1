"""What a plan's outlook holds: of each node, and of the goal as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesnb.planning import Goal

if TYPE_CHECKING:
    from salesnb.outlook.attain import Attainment
    from salesnb.outlook.deals import Deals
    from salesnb.outlook.levers import Lever, Worth
    from salesnb.outlook.pipeline import Pipeline

__all__ = ["GoalOutlook", "NodeOutlook", "Simulated"]


@dataclass(frozen=True, kw_only=True)
class NodeOutlook:
    """What the period will bring at a node.

    Attributes
    ----------
    node, name, level
        Of the quota.
    target
        The quota, in minor units of money or as a count.
    to_date
        What there is of it on the as-of day.
    attainment
        The distribution and what may be said of it; None where nothing is known of the node.
    """

    node: str
    name: str
    level: str
    target: int
    to_date: float
    attainment: "Attainment | None"


@dataclass(frozen=True, kw_only=True)
class GoalOutlook:
    """What a goal's period will bring, at every node of its cascade.

    Attributes
    ----------
    goal
        The goal.
    as_of
        The last day of which results are known.
    nodes
        Parents first, as in the plan.
    levers, worth
        What moves the probability of the goal most, and what would be worth knowing; empty where deals are not
        simulated.
    views
        What was mixed, in words.
    notices
        What else is to be known, a sentence each.
    """

    goal: Goal
    as_of: date
    nodes: tuple[NodeOutlook, ...]
    levers: "tuple[Lever, ...]"
    worth: "tuple[Worth, ...]"
    views: str
    notices: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing of the period is to come."""
        return self.as_of >= self.goal.period.last_day


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulated:
    """What the second view of a goal's outlook is made from.

    Attributes
    ----------
    pipeline, deals
        What history says, and the deals of everybody.
    ids
        The opportunity of each deal; one that is shared stands there once a part.
    owners
        The reps of the plan.
    days
        ``as_of``, ``start`` and ``end``, as :func:`salesnb.outlook.pipeline.simulate` takes them.
    """

    pipeline: "Pipeline"
    deals: "Deals"
    ids: tuple[str, ...]
    owners: tuple[str, ...]
    days: Mapping[str, int]
