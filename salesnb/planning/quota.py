"""The quota of a node or rep, who fixed it, and what it is by month and by a second cut."""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from salesnb.planning.measures import LEFT_OUT, amount, implied_unit, rarely

__all__ = ["Handover", "Lock", "Quota", "QuotaMonth", "QuotaPart"]


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Who fixed a quota, why and when."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What one owner of quotas took over from another within the period, so that later cascades know it.

    Attributes
    ----------
    kpi, period
        Of a quota.
    giver, taker
        Ids of the leaves.
    on
        The first day on which it is the taker's.
    part
        What went along, as a part of what the giver had (0..1): the share that changes hands for the days from ``on``.
    what
        The account or the share, in words.
    """

    kpi: str
    period: str
    giver: str
    taker: str
    on: date
    part: int | Fraction
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class QuotaMonth:
    """A month's part of a quota, in minor units of money or as a count."""

    label: str
    unit: str = implied_unit()
    amount: int = amount()


@dataclass(frozen=True, kw_only=True)
class QuotaPart:
    """What a quota comes to for one value of the second cut, in minor units of money or as a count.

    Attributes
    ----------
    label
        The value of the dimension, or the name of the segment.
    weight
        What it is in proportion to, on leaves.
    lock
        Present when it stays as it is.
    """

    label: str
    unit: str = implied_unit()
    amount: int = amount()
    weight: int | Fraction | None = field(default=None, metadata=LEFT_OUT)
    lock: Lock | None = field(default=None, metadata=LEFT_OUT)


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
    given
        The weight among its siblings that a person typed; they are split by these, whatever the weights below come to.
    lock
        Present when the amount stays as it is.
    months
        The quota's own amounts by month, where quotas were given by month or quarter: they add up to it, and those of
        children to those of their parent in each month. Empty where the quota follows the season of its goal.
    parts
        What it comes to by the second cut of its goal; they add up both ways, as months do.
    rep, since
        Of a part that a rep took along to this node: the id of the rep's first quota, and the first day of this one.
        Its own id tells the day too. Empty and None of every other quota.
    """

    id: str
    parent: str | None
    level: str
    name: str
    owner: str = ""
    kpi: str
    period: str
    unit: str = implied_unit()
    amount: int = amount()
    basis: str
    weight: int | Fraction | None = None
    given: int | Fraction | None = field(default=None, metadata=LEFT_OUT)
    lock: Lock | None = None
    months: tuple[QuotaMonth, ...] = rarely()
    parts: tuple[QuotaPart, ...] = rarely()
    rep: str = field(default="", metadata=LEFT_OUT)
    since: date | None = field(default=None, metadata=LEFT_OUT)

    @property
    def whose(self) -> str:
        """The node or rep that has it, by id; of a part that a rep took along, the rep."""
        return self.rep or self.id
