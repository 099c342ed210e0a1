"""What is allocated to segments: resources, response curves, limits, and what an allocation was proved to be worth.

Amounts of a resource are whole in its smallest unit: minor units of money, hours, heads. Sales are in minor units of the
plan's currency, and so are the parameters of curves.
"""

from dataclasses import dataclass, field
from datetime import datetime

from salesnb.planning.measures import LEFT_OUT, amount, number, rarely

__all__ = [
    "AllocationLimit",
    "AllocationLine",
    "BindingLimit",
    "Certificate",
    "CurveFit",
    "JudgedSales",
    "Parameter",
    "Resource",
    "ResponseCurve",
    "ScenarioResource",
    "ScenarioResponse",
]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something to be allocated: a budget, hours, or heads.

    Attributes
    ----------
    total
        How much there is.
    counts
        What a count is of, such as ``hours`` or ``heads``; empty for money.
    spend
        ``all`` of the total, or ``what pays``: no unit that earns less than it costs.
    step
        Amounts are whole multiples of it; 0 is one smallest unit.
    unit_cost
        What one smallest unit must bring, in minor units of sales; 0 where the total is spent anyhow.
    moving_cost
        What each smallest unit costs that a segment gets more or less than today, in minor units of sales.
    """

    id: str
    name: str
    unit: str
    total: int | float = amount()
    counts: str = field(default="", metadata=LEFT_OUT)
    spend: str = field(default="all", metadata=LEFT_OUT)
    step: int = number("step_minor", "step_count", "step_value", left_out=True, default=0)
    unit_cost: float = field(default=0.0, metadata=LEFT_OUT)
    moving_cost: float = field(default=0.0, metadata=LEFT_OUT)


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
class JudgedSales:
    """What somebody expects a segment to sell in the plan's period: the three answers that a curve is drawn from.

    Attributes
    ----------
    none_minor, now_minor, saturated_minor
        With no effort, with ``effort``, and with as much as could be of any use.
    effort
        What ``now_minor`` takes, in the smallest unit of the resource.
    slope
        1 where every further unit brings less than the one before; above, where the first few bring little.
    doubt
        By which share (0..1) an answer may be off, as a standard deviation.
    by, at, why
        Who says so, when, and on what grounds.
    """

    none_minor: int
    now_minor: int
    saturated_minor: int
    effort: int
    slope: float = field(default=1.0, metadata=LEFT_OUT)
    doubt: float
    by: str
    at: datetime
    why: str = field(default="", metadata=LEFT_OUT)


@dataclass(frozen=True, kw_only=True)
class CurveFit:
    """What a curve was fitted from, and how sure it is.

    Attributes
    ----------
    first, last
        Labels of the first and last month of the history.
    months
        In how many of them the segment's effort and sales are known; 0 where it takes after the other segments.
    prior
        What steadied it: published elasticities with their size and who measured them, or somebody's judgement.
    elasticity
        Median, low and high end of 80 %: per cent more sold for one per cent more than today's effort.
    learned
        Share (0..1) of what was not known of the elasticity beforehand that the data took away.
    noise
        Standard deviation of a month's sales, as a share of what is expected.
    season_bp
        Of the sales of the plan's period the share of each of its months, in basis points that add up to 10,000.
    points
        Its data, a pair a month: effort in the smallest unit of the resource and sales in minor units, without season and
        trend, at the pace of the plan's period, so that they lie around the curve.
    doubts
        Why history cannot tell, if it cannot, in words.
    lag
        Months from an effort to what it sells: the effort of a month was held against sales so much later.
    """

    first: str
    last: str
    months: int
    prior: str
    elasticity: tuple[float, ...]
    learned: float
    noise: float
    season_bp: tuple[int, ...]
    points: tuple[tuple[float, ...], ...] = rarely()
    doubts: tuple[str, ...] = rarely()
    lag: int = field(default=0, metadata=LEFT_OUT)


@dataclass(frozen=True, kw_only=True)
class ResponseCurve:
    """What a segment's sales are expected to be for an amount of a resource, and where that is known from.

    Attributes
    ----------
    form, parameters
        Of the curve: ``height``, ``scale``, ``shape`` and ``base``, in minor units of sales and the smallest unit of the
        resource.
    today
        What the segment has today, in the smallest unit of the resource.
    judgement
        The answers of somebody. The curve is drawn from them, or where it is fitted they steadied it; None without.
    draws
        Values of the parameters in their order, a draw each, where the curve was estimated.
    fit
        What it was fitted from; None where it was not.
    """

    resource: str
    segment: str
    form: str
    parameters: tuple[Parameter, ...]
    source: str
    today: int = field(default=0, metadata=LEFT_OUT)
    judgement: JudgedSales | None = field(default=None, metadata=LEFT_OUT)
    draws: tuple[tuple[float, ...], ...] = rarely()
    fit: CurveFit | None = field(default=None, metadata=LEFT_OUT)

    @property
    def judged(self) -> JudgedSales | None:
        """The answers that it is drawn from; None where it is estimated."""
        return None if self.fit is not None else self.judgement


@dataclass(frozen=True, kw_only=True)
class AllocationLimit:
    """What an allocation must keep to, and who wants that.

    Attributes
    ----------
    segments
        One, or those of a group, which are limited together.
    name
        What the group is called; empty for one segment.
    low, high
        Ends, in the unit of the resource; None where there is none. Both the same is a lock.
    strategy
        ``enter``, ``grow``, ``hold`` or ``leave``, which say the ends by today's amount; empty for plain ends.
    by, at, why
        Who set it, when, and the reason.
    """

    resource: str
    segments: tuple[str, ...]
    name: str = field(default="", metadata=LEFT_OUT)
    unit: str
    low: int | None = number("low_minor", "low_count", "low_value", default=None)
    high: int | None = number("high_minor", "high_count", "high_value", default=None)
    strategy: str = field(default="", metadata=LEFT_OUT)
    by: str
    at: datetime
    why: str = ""

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """What it is about; a plan has one limit of each."""
        return self.resource, frozenset(self.segments)


@dataclass(frozen=True, kw_only=True)
class ScenarioResource:
    """Another total of a resource."""

    resource: str
    unit: str
    total: int | float = amount()


@dataclass(frozen=True, kw_only=True)
class ScenarioResponse:
    """A segment sells more or less than its curve says, whatever it gets: 8,000 basis points are a fifth less."""

    segment: str
    factor_bp: int


@dataclass(frozen=True, kw_only=True)
class BindingLimit:
    """A limit that holds the allocation back, and what one more of it would bring: sales in the currency for 1 of it."""

    why: str
    worth: float


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """How good the allocation of the plan is for sure.

    Attributes
    ----------
    outcome_minor, today_minor
        Expected sales of the period with the allocation, and with today's amounts.
    cost_minor
        Of the resources, and of moving away from today's.
    aim
        What was made as large as can be: ``mean``, or the mean of the worst draws.
    aim_minor, bound_minor
        What it came to, net of costs, and what no allocation can exceed.
    gap
        How much better than this any could be, as a share (0..1) of the bound.
    in_time
        False when the time ran out before the gap asked for was reached.
    draws
        Of the curves.
    binding
        Limits that hold it back.
    """

    outcome_minor: int
    today_minor: int
    cost_minor: int
    aim: str
    aim_minor: int
    bound_minor: int
    gap: float
    in_time: bool
    draws: int
    binding: tuple[BindingLimit, ...] = ()
