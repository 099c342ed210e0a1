"""The plan and its parts: frozen values, written to and read from ``plans/NAME.plan.json``.

Money is whole minor units of the plan's currency, shares are whole basis points (1/10,000), and whoever
changes something says when: nothing here asks a clock.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from salesnb.calendar import Period
from salesnb.errors import UnknownName, nearest
from salesnb.planning.answers import Commitment, QuotaAnswer
from salesnb.planning.means import Assumptions
from salesnb.planning.measures import LEFT_OUT, amount, implied_unit, number, rarely
from salesnb.planning.quota import Handover, Lock, Quota, QuotaMonth, QuotaPart
from salesnb.planning.resources import (
    AllocationLimit,
    AllocationLine,
    Certificate,
    Resource,
    ResponseCurve,
    ScenarioResource,
    ScenarioResponse,
)
from salesnb.planning.supposed import DealFate, DriverMove

__all__ = [
    "ALONE",
    "BY_MONTH",
    "COMPANY",
    "NEW",
    "NOT_GIVEN",
    "SAME",
    "SCHEMA_VERSION",
    "SPLIT",
    "SPLIT_UNITS",
    "STATUSES",
    "UNITS",
    "Action",
    "Approval",
    "Condition",
    "Goal",
    "Handover",
    "KpiTarget",
    "Lock",
    "Milestone",
    "Objective",
    "Plan",
    "ProbabilityBand",
    "Quota",
    "QuotaMonth",
    "QuotaPart",
    "Scenario",
    "ScenarioTarget",
    "Segment",
]

SCHEMA_VERSION = 1
COMPANY = "company"
NOT_GIVEN = "no quota given"
NEW = "new: the median of the peers"
BY_MONTH = "the quotas given by month"
STATUSES = ("draft", "proposed", "approved")
SPLIT, SAME, ALONE = "split", "same", "none"
SPLIT_UNITS = ("money", "count")
UNITS = ("money", "count", "ratio", "days", "money_per_day")


@dataclass(frozen=True, kw_only=True)
class Objective:
    """A business objective, in words.

    Attributes
    ----------
    id
        Key that goals refer to.
    text
        What the business wants to reach.
    owner
        Who answers for it; may be empty.
    """

    id: str
    text: str
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class ProbabilityBand:
    """Between which chances a goal is attained, as the outlook said.

    Attributes
    ----------
    low, high
        Probabilities, 0 to 1.
    as_of
        The day up to which data was known.
    method
        How it was estimated.
    """

    low: float
    high: float
    as_of: date
    method: str


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A target for a KPI in a period.

    Attributes
    ----------
    id
        Key that milestones and scenarios refer to.
    objective
        Id of the objective that it serves, or None.
    kpi, unit
        The KPI and its unit, one of ``UNITS``.
    target
        Minor units of money, a count, or a value.
    period
        When; inside the plan's period.
    node
        The place in the organisation that it is for.
    owner
        Who answers for it; may be empty.
    direction
        ``at_least``, or ``at_most`` for KPIs where less is better.
    baseline, baseline_period
        What the KPI was before, and when; None and empty where it is not known.
    probability
        The band of the outlook, None until one was made.
    across
        The dimension that its quotas are cut by a second time, such as ``product``; else empty.
    below
        What the nodes below have of it: ``split``, parts that add up; ``same``, each is held to the target itself, as of a
        win rate; ``none``, nothing but what is typed for one, as of what is open at the end.
    """

    id: str
    objective: str | None = None
    kpi: str
    unit: str
    target: int | float = amount()
    period: Period
    node: str = COMPANY
    owner: str = ""
    direction: str = "at_least"
    baseline: int | float | None = number("baseline_minor", "baseline_count", "baseline_value", default=None)
    baseline_period: str = ""
    probability: ProbabilityBand | None = None
    across: str = field(default="", metadata=LEFT_OUT)
    below: str = field(default=SPLIT, metadata=LEFT_OUT)

    @property
    def splits(self) -> bool:
        """Whether it becomes quotas that add up."""
        return self.below == SPLIT and self.unit in SPLIT_UNITS

    @property
    def same_below(self) -> bool:
        """Whether every node below is held to the target itself; an earlier version did not say so of rates."""
        return self.below == SAME or (self.below == SPLIT and self.unit not in SPLIT_UNITS)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One dimension takes one of several values."""

    dimension: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A named filter: all conditions hold."""

    id: str
    name: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """What a goal should have reached by the end of a month.

    Attributes
    ----------
    goal
        Id of the goal; empty outside a plan.
    label
        The month, ``2017-10``.
    weight_bp
        The month's share, in basis points.
    unit
        ``money`` or ``count``.
    amount, to_date
        The month's part, and the sum from the start to its end; the last ``to_date`` is the whole. Where quotas were
        given by month, the part is theirs to the last minor unit, and the share is rounded.
    """

    goal: str = ""
    label: str
    weight_bp: int
    unit: str = implied_unit()
    amount: int = amount()
    to_date: int = number("to_date_minor", "to_date_count", "to_date_value")


@dataclass(frozen=True, kw_only=True)
class ScenarioTarget:
    """Another target for a goal."""

    goal: str
    unit: str
    target: int | float = amount()


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named variation of the plan: what it supposes, and what it demands.

    Attributes
    ----------
    targets, resources
        Targets and totals that differ from the plan's.
    limits
        Of the allocation; one that is about the same segments as one of the plan stands in for it.
    responses
        Segments that sell more or less than their curves say.
    moves, fates
        Drivers that are not as measured, and open deals taken to be lost or won.
    """

    id: str
    name: str
    text: str = ""
    targets: tuple[ScenarioTarget, ...] = ()
    resources: tuple[ScenarioResource, ...] = rarely()
    limits: tuple[AllocationLimit, ...] = rarely()
    responses: tuple[ScenarioResponse, ...] = rarely()
    moves: tuple[DriverMove, ...] = rarely()
    fates: tuple[DealFate, ...] = rarely()


@dataclass(frozen=True, kw_only=True)
class KpiTarget:
    """A level of a KPI that a node should keep, beside its goals: a win rate, a coverage."""

    kpi: str
    node: str = COMPANY
    unit: str
    target: int | float = amount()
    direction: str = "at_least"


@dataclass(frozen=True, kw_only=True)
class Action:
    """An accepted move: who does what by when."""

    id: str
    text: str
    owner: str
    due: date
    status: str = "open"
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who approved the plan, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A sales plan; see ``plan.schema.json`` for the document it is written as.

    Attributes
    ----------
    schema_version, revision
        Of the document's form, and of this plan; 0 before it was first saved.
    name
        Of the file ``plans/NAME.plan.json``.
    status
        One of ``STATUSES``; an approved plan has an ``approval`` and is frozen.
    period
        What it plans.
    currency
        ISO 4217 code of all its money.
    """

    schema_version: int = SCHEMA_VERSION
    revision: int = 0
    name: str
    status: str = "draft"
    approval: Approval | None = None
    period: Period
    currency: str
    objectives: tuple[Objective, ...] = ()
    goals: tuple[Goal, ...] = ()
    segments: tuple[Segment, ...] = ()
    quotas: tuple[Quota, ...] = ()
    commitments: tuple[Commitment, ...] = rarely()
    answers: tuple[QuotaAnswer, ...] = rarely()
    handovers: tuple[Handover, ...] = rarely()
    resources: tuple[Resource, ...] = ()
    allocation: tuple[AllocationLine, ...] = ()
    limits: tuple[AllocationLimit, ...] = rarely()
    certificate: Certificate | None = field(default=None, metadata=LEFT_OUT)
    response_curves: tuple[ResponseCurve, ...] = ()
    assumptions: Assumptions = field(default_factory=Assumptions)
    milestones: tuple[Milestone, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    kpi_targets: tuple[KpiTarget, ...] = ()
    actions: tuple[Action, ...] = ()

    def goal(self, key: str) -> Goal:
        """Find a goal by its id, or by its KPI when only one goal has that.

        Raises
        ------
        UnknownName
            When there is none, or several goals have the KPI.
        """
        for found in ([g for g in self.goals if g.id == key], [g for g in self.goals if g.kpi == key]):
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(goal.id for goal in found)
                raise UnknownName(f"Several goals have the KPI {key!r}.", hint=f"Name one by its id: {ids}.")
        known = [goal.id for goal in self.goals]
        raise UnknownName(f"The plan {self.name} has no goal {key!r}.", hint=nearest(key, known))

    def quotas_of(self, goal: Goal) -> tuple[Quota, ...]:
        """List the quotas of a goal's cascade, parents before their children."""
        return tuple(q for q in self.quotas if (q.kpi, q.period) == (goal.kpi, goal.period.label))
