"""What a plan works with: resources, their allocation, response curves and assumptions."""

from dataclasses import dataclass

from salesnb.planning.measures import amount

__all__ = [
    "AllocationLine",
    "Assumptions",
    "Parameter",
    "PlannedDrivers",
    "Resource",
    "ResponseCurve",
    "SeasonWeight",
    "Seasonality",
]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something to be allocated: a budget, hours, or heads."""

    id: str
    name: str
    unit: str
    total: int | float = amount()


@dataclass(frozen=True, kw_only=True)
class AllocationLine:
    """How much of a resource a segment has, in the unit of the resource."""

    resource: str
    segment: str
    unit: str
    amount: int | float = amount()


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
