"""What people say to their quotas: what they commit to, and whether they accept them."""

from dataclasses import dataclass, field
from datetime import datetime

from salesnb.planning.measures import LEFT_OUT, implied_unit, number

__all__ = ["ANSWERS", "Commitment", "QuotaAnswer"]

ANSWERS = ("accepted", "disputed")


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """What somebody commits to, bottom up, beside the quota that was handed down.

    Attributes
    ----------
    node, kpi, period
        Whose, and of what: those of a quota.
    unit
        ``money`` or ``count``.
    amount
        Minor units of money or a count; None where somebody was asked and has not committed, which is not zero.
    by, at, note
        Who said so, when, and what they add.
    """

    node: str
    kpi: str
    period: str
    unit: str = implied_unit()
    amount: int | None = number("amount_minor", "count", "value")
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class QuotaAnswer:
    """Whether the owner of a quota accepts it.

    Attributes
    ----------
    node, kpi, period
        The quota.
    unit, amount
        What it was when the answer was given; to another amount it is no answer.
    answer
        One of ``ANSWERS``.
    by, at, reason
        Who said so, when and why; a dispute has a reason.
    revision
        Of the plan that was answered; None where an earlier release kept the answer.
    """

    node: str
    kpi: str
    period: str
    unit: str = implied_unit()
    amount: int = number("amount_minor", "count", "value")
    answer: str
    by: str
    at: datetime
    reason: str = ""
    revision: int | None = field(default=None, metadata=LEFT_OUT)
