"""The plan and its parts: frozen values, written to and read from ``plans/NAME.plan.json``.

Money is whole minor units of the plan's currency, shares are whole basis points (1/10,000), and whoever
changes something says when: nothing here asks a clock.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from salesnb.calendar import Period

__all__ = [
    "COMPANY",
    "SCHEMA_VERSION",
    "STATUSES",
    "UNITS",
    "Action",
    "AllocationLine",
    "Approval",
    "Assumptions",
    "Condition",
    "Goal",
    "KpiTarget",
    "Lock",
    "Milestone",
    "Objective",
    "Parameter",
    "Plan",
    "PlannedDrivers",
    "ProbabilityBand",
    "Quota",
    "Resource",
    "ResponseCurve",
    "Scenario",
    "ScenarioTarget",
    "SeasonWeight",
    "Seasonality",
    "Segment",
]

SCHEMA_VERSION = 1
COMPANY = "company"
STATUSES = ("draft", "proposed", "approved")
UNITS = ("money", "count", "ratio", "days", "money_per_day")


def _number(money: str, count: str, value: str, **options: Any) -> Any:  # noqa: ANN401 -- as dataclasses.field
    """Declare a number whose key in the document tells its unit."""
    return field(metadata={"keys": (money, count, value)}, **options)


def _amount() -> Any:  # noqa: ANN401 -- as dataclasses.field
    return _number("amount_minor", "count", "value")


def _implied_unit() -> Any:  # noqa: ANN401 -- as dataclasses.field
    """Declare a unit that the document tells by the key of the number alone."""
    return field(default="money", metadata={"implied": True})


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
    """

    id: str
    objective: str | None = None
    kpi: str
    unit: str
    target: int | float = _amount()
    period: Period
    node: str = COMPANY
    owner: str = ""
    direction: str = "at_least"
    baseline: int | float | None = _number("baseline_minor", "baseline_count", "baseline_value", default=None)
    baseline_period: str = ""
    probability: ProbabilityBand | None = None


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
class Lock:
    """Who fixed a quota, why and when."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Quota:
    """The part of a goal that a node or rep has.

    Attributes
    ----------
    id, parent, level, name
        The node; ``parent`` is None at the top of the cascade.
    owner
        The manager of the node, or the rep.
    kpi, period
        The KPI and the label of the period.
    unit
        ``money`` or ``count``.
    amount
        Minor units of money, or a count; children add up to their parent exactly.
    basis
        How it was found: ``history``, ``given``, ``locked``, ``equal (no history)``, …
    weight
        What its share was in proportion to, on leaves; None on inner nodes and where quotas were given.
    lock
        Present when the amount stays as it is.
    """

    id: str
    parent: str | None
    level: str
    name: str
    owner: str = ""
    kpi: str
    period: str
    unit: str = _implied_unit()
    amount: int = _amount()
    basis: str
    weight: int | Fraction | None = None
    lock: Lock | None = None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something to be allocated: a budget, hours, or heads."""

    id: str
    name: str
    unit: str
    total: int | float = _amount()


@dataclass(frozen=True, kw_only=True)
class AllocationLine:
    """How much of a resource a segment has, in the unit of the resource."""

    resource: str
    segment: str
    unit: str
    amount: int | float = _amount()


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A named number of a response curve."""

    name: str
    value: float


@dataclass(frozen=True, kw_only=True)
class ResponseCurve:
    """What a segment's sales are expected to be for an amount of a resource, and where that is known from."""

    resource: str
    segment: str
    form: str
    parameters: tuple[Parameter, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class SeasonWeight:
    """The share of a month, in basis points."""

    label: str
    weight_bp: int


@dataclass(frozen=True, kw_only=True)
class Seasonality:
    """How a KPI spreads over the months of the plan; the weights add up to 10,000 basis points exactly."""

    kpi: str
    basis: str
    weights: tuple[SeasonWeight, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedDrivers:
    """Planned deals, win rate and deal size of a node, for comparing plan and actual driver by driver."""

    node: str
    closed_count: int
    win_rate: float
    average_deal_minor: int


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What the plan takes for granted.

    Attributes
    ----------
    seasonality
        A shape a KPI.
    ramp_bp
        Productivity by month since hire, in basis points; ramped afterwards.
    attrition_bp
        Share of reps that leaves within a year, in basis points, or None.
    planned
        Planned drivers a node.
    notes
        Further ones, in words.
    """

    seasonality: tuple[Seasonality, ...] = ()
    ramp_bp: tuple[int, ...] = ()
    attrition_bp: int | None = None
    planned: tuple[PlannedDrivers, ...] = ()
    notes: tuple[str, ...] = ()


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
        The month's part, and the sum from the start to its end; the last ``to_date`` is the whole.
    """

    goal: str = ""
    label: str
    weight_bp: int
    unit: str = _implied_unit()
    amount: int = _amount()
    to_date: int = _number("to_date_minor", "to_date_count", "to_date_value")


@dataclass(frozen=True, kw_only=True)
class ScenarioTarget:
    """Another target for a goal."""

    goal: str
    unit: str
    target: int | float = _amount()


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named variation of the plan."""

    id: str
    name: str
    text: str = ""
    targets: tuple[ScenarioTarget, ...] = ()


@dataclass(frozen=True, kw_only=True)
class KpiTarget:
    """A level of a KPI that a node should keep, beside its goals: a win rate, a coverage."""

    kpi: str
    node: str = COMPANY
    unit: str
    target: int | float = _amount()
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
    resources: tuple[Resource, ...] = ()
    allocation: tuple[AllocationLine, ...] = ()
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
        from salesnb.errors import UnknownName, nearest

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
