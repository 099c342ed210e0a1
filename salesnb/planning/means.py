"""What a plan takes for granted: seasons, people and what they bring, planned drivers."""

from dataclasses import dataclass, field
from fractions import Fraction

from salesnb.planning.measures import LEFT_OUT, amount, implied_unit, rarely

__all__ = [
    "Assumptions",
    "OverAssignment",
    "PlannedDrivers",
    "PlannedHires",
    "Productivity",
    "SeasonReach",
    "SeasonWeek",
    "SeasonWeight",
    "Seasonality",
    "SegmentWeight",
]


@dataclass(frozen=True, kw_only=True)
class SeasonWeight:
    """The share of a month, in basis points, and the exact weight that it rounds; None where it rounds nothing."""

    label: str
    weight_bp: int
    weight: int | Fraction | None = field(default=None, metadata=LEFT_OUT)


@dataclass(frozen=True, kw_only=True)
class SeasonWeek:
    """How much of a month is reached by the last day of a week that ends in it, or with it, in basis points."""

    label: str
    month: str
    within_bp: int


@dataclass(frozen=True, kw_only=True)
class SeasonReach:
    """What share of the whole past periods had by the end of a month or week: eight of ten lay between these."""

    label: str
    low_bp: int
    high_bp: int


@dataclass(frozen=True, kw_only=True)
class Seasonality:
    """How a KPI spreads over the months of the plan; the weights add up to 10,000 basis points exactly.

    Attributes
    ----------
    kpi, basis
        Of which KPI, and where the weights come from.
    weights
        A month each.
    weeks
        The shape within the months; where there is none, a month grows evenly by day.
    reach, past
        The spread of the shape over past periods, and which those are; empty where fewer than three are known.
    """

    kpi: str
    basis: str
    weights: tuple[SeasonWeight, ...]
    weeks: tuple[SeasonWeek, ...] = rarely()
    reach: tuple[SeasonReach, ...] = rarely()
    past: str = field(default="", metadata=LEFT_OUT)


@dataclass(frozen=True, kw_only=True)
class PlannedDrivers:
    """Planned deals, win rate and deal size of a node, for comparing plan and actual driver by driver."""

    node: str
    closed_count: int
    win_rate: float
    average_deal_minor: int


@dataclass(frozen=True, kw_only=True)
class PlannedHires:
    """Reps who will come to a node at the start of a month, without names yet."""

    node: str
    label: str
    heads: int


@dataclass(frozen=True, kw_only=True)
class Productivity:
    """What a ramped rep brings of a KPI in an average month, in minor units or as a count, and where that is from."""

    kpi: str
    unit: str = implied_unit()
    amount: int = amount()
    source: str


@dataclass(frozen=True, kw_only=True)
class OverAssignment:
    """How much more the quotas of a level are to come to than what they are put on.

    Attributes
    ----------
    kpi, level
        Whose quotas: those of a KPI at a level such as ``rep``.
    base
        What the hedge is put on: ``above``, the quotas of the level above, on which hedges multiply, or ``goal``.
    factor_bp
        Quotas over base in basis points: 10,500 is five per cent more, an attainment factor of 0.952.
    source
        Why so much: typed, or chosen for a chance of making plan.
    """

    kpi: str
    level: str
    base: str = "above"
    factor_bp: int
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class SegmentWeight:
    """How much a criterion counts where segments are scored, in any unit; 0 leaves it out."""

    criterion: str
    value: float


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
    backfill_months
        After how many months the one who leaves is replaced; None where nobody is.
    hires
        Who will come, by node and month.
    productivity
        What a ramped rep brings, a KPI each.
    over_assignment
        Hedges, a KPI and level each.
    planned
        Planned drivers a node.
    segment_weights
        What segments are scored by; empty where all criteria weigh the same.
    notes
        Further ones, in words.
    """

    seasonality: tuple[Seasonality, ...] = ()
    ramp_bp: tuple[int, ...] = ()
    attrition_bp: int | None = None
    backfill_months: int | None = field(default=None, metadata={"left_out": True})
    hires: tuple[PlannedHires, ...] = rarely()
    productivity: tuple[Productivity, ...] = rarely()
    over_assignment: tuple[OverAssignment, ...] = rarely()
    planned: tuple[PlannedDrivers, ...] = ()
    segment_weights: tuple[SegmentWeight, ...] = rarely()
    notes: tuple[str, ...] = ()
