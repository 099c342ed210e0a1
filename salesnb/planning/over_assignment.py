"""Over-assignment: how much more the quotas come to than the goal, and how much is enough.

The same hedge is written in three ways, which are told apart here: a factor of 1.25, 25 per cent, an attainment
factor of 0.8, which is what part of the quotas makes the goal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isfinite, prod

from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.planning.model import Goal, Plan, Quota

__all__ = ["Chosen", "Level", "assigned_levels", "choose_over_assignment", "hedged"]


@dataclass(frozen=True, kw_only=True)
class Level:
    """What the quotas of a level of the organisation come to, beside the goal.

    Attributes
    ----------
    level
        Such as ``team`` or ``rep``.
    base, quotas
        The goal, and the sum of the level's quotas, in whole minor units or counts.
    """

    level: str
    base: int
    quotas: int

    @property
    def factor(self) -> Fraction | None:
        """Quotas over goal: 5/4. None where the goal is zero."""
        return Fraction(self.quotas, self.base) if self.base else None

    @property
    def over(self) -> Fraction | None:
        """Quotas over goal less one: 1/4."""
        return None if self.factor is None else self.factor - 1

    @property
    def attainment_factor(self) -> Fraction | None:
        """Goal over quotas: 4/5. None where there are no quotas."""
        return Fraction(self.base, self.quotas) if self.quotas else None


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The smallest over-assignment with which a team makes its plan as often as was asked.

    Attributes
    ----------
    over
        Over-assignment, 0 or more; None where none reaches what was asked.
    chance
        Share of draws in which the team makes plan with it; without any where ``over`` is None.
    chance_without
        The same with no over-assignment.
    share_at_quota
        Expected share of reps at or above their quota with it.
    share_without
        The same with no over-assignment.
    why
        Where there is none, a sentence that says so.
    """

    over: float | None
    chance: float
    chance_without: float
    share_at_quota: float
    share_without: float
    why: str = ""


def assigned_levels(plan: Plan, goal: Goal) -> tuple[Level, ...]:
    """Tell for each level of a goal's cascade what its quotas come to beside the goal, from the top.

    A node without a level below it counts for the levels below as well, so that uneven trees compare.
    """
    quotas = plan.quotas_of(goal)
    parents = {quota.parent for quota in quotas}
    depth: dict[str, int] = {}
    for quota in quotas:
        depth[quota.id] = depth.get(quota.parent or "", -1) + 1
    deepest = max(depth.values(), default=-1)
    found = []
    for at in range(deepest + 1):
        here = [q for q in quotas if depth[q.id] == at or (depth[q.id] < at and q.id not in parents)]
        found.append(
            Level(level=_name(here, depth, at), base=int(goal.target), quotas=sum(q.amount for q in here))
        )
    return tuple(found)


def hedged(factors: Iterable[Fraction | float]) -> Fraction:
    """Multiply the factors of levels: hedges stack.

    Raises
    ------
    BadInput
        When a factor is not above zero.

    Examples
    --------
    Five per cent at each of five levels are not 25 but 27.6 per cent:

    >>> round(float(hedged([Fraction("1.05")] * 5)), 4)
    1.2763
    """
    exact = [Fraction(str(factor)) for factor in factors]
    for factor in exact:
        if factor <= 0:
            raise BadInput(f"An over-assignment factor is {float(factor):g}.", hint="Give one such as 1.05.")
    return prod(exact, start=Fraction(1))


def choose_over_assignment(
    draws: Sequence[Sequence[float]],
    quotas: Sequence[float],
    goal: float,
    *,
    chance: float,
    follow: float = 1.0,
    known: Sequence[float] = (),
) -> Chosen:
    """Find the smallest over-assignment with which a team makes its plan in a share of draws.

    Quotas of ``(1 + over) * quotas`` bring ``attained * quotas * (1 + over) ** follow``. With ``follow`` 1 reps attain
    the same share of whatever they are asked for; with 0 they sell the same, and no over-assignment helps. Which it
    is decides what a hedge buys, so that it is to be said beside the figure. A team makes plan where the sum reaches
    the goal, so that with ``T`` the ``ceil(chance * n)``-th largest of the n sums without over-assignment
    ``1 + over = (goal / T) ** (1 / follow)``. What is attained already follows nothing: with ``K`` of it,
    ``1 + over = ((goal - K) / (T - K)) ** (1 / follow)``.

    Parameters
    ----------
    draws
        Attainments of quotas without over-assignment, shape (draws, reps); a row is drawn jointly, because reps who
        have good and bad periods together hedge each other less.
    quotas
        By rep, without over-assignment.
    goal
        What the team is to reach, in the unit of the quotas.
    chance
        What share of draws is to make plan, above 0 and below 1.
    follow
        How far results follow quotas, 0 to 1.
    known
        By rep, what of the attainment is there already, no more than in any draw; nothing when left out.

    Raises
    ------
    BadInput
        When there are no draws or no quotas, their numbers differ, one is negative, or the chance is not within 0 and 1.

    Examples
    --------
    In one of four draws a team of two makes its 200, in three with a tenth more:

    >>> draws = [[1.2, 1.0], [0.95, 0.95], [1.0, 0.85], [0.5, 0.5]]
    >>> found = choose_over_assignment(draws, [100, 100], 200, chance=0.75)
    >>> round(found.over, 4), found.chance_without, found.chance, found.share_at_quota
    (0.0811, 0.25, 0.75, 0.375)
    """
    _checked(draws, quotas, goal, chance, follow)
    sure = tuple(known) or (0.0,) * len(quotas)
    _checked([sure], quotas, goal, chance, follow)
    there = sum(k * quota for k, quota in zip(sure, quotas, strict=True))
    totals = sorted((sum(a * q for a, q in zip(row, quotas, strict=True)) for row in draws), reverse=True)
    asked = ceil(chance * len(totals) - 1e-9)
    reached = totals[asked - 1]
    without = sum(total >= goal for total in totals) / len(totals)
    share = _share(draws, sure, 0.0, follow)
    over = 0.0 if reached >= goal else _needed(goal - there, reached - there, follow)
    if over is None:
        why = (
            "Results do not follow quotas, so that none is enough."
            if reached > there
            else _NOTHING.format(chance=chance)
        )
        return Chosen(
            over=None,
            chance=without,
            chance_without=without,
            share_at_quota=share,
            share_without=share,
            why=why,
        )
    # Of those that just reach it, none is lost to a rounding error.
    made = max(sum(there + (total - there) * (1 + over) ** follow >= goal for total in totals), asked)
    return Chosen(
        over=over,
        chance=made / len(totals),
        chance_without=without,
        share_at_quota=_share(draws, sure, over, follow),
        share_without=share,
    )


_NOTHING = (
    "In too many draws nothing is sold (any more): no over-assignment makes plan in {chance:.0%} of them."
)


def _needed(goal: float, reached: float, follow: float) -> float | None:
    if reached <= 0 or not follow:
        return None
    try:
        return float((goal / reached) ** (1 / follow)) - 1
    except OverflowError:
        return None


def _share(draws: Sequence[Sequence[float]], known: Sequence[float], over: float, follow: float) -> float:
    """Give the expected share of reps at or above quota with an over-assignment."""
    more, needed = float((1 + over) ** follow), 1 + over
    at_quota = sum(
        k + (attained - k) * more >= needed for row in draws for k, attained in zip(known, row, strict=True)
    )
    return at_quota / (len(draws) * len(draws[0]))


def _name(quotas: Sequence[Quota], depth: dict[str, int], at: int) -> str:
    return next(quota.level for quota in quotas if depth[quota.id] == at)


def _checked(
    draws: Sequence[Sequence[float]], quotas: Sequence[float], goal: float, chance: float, follow: float
) -> None:
    if not draws or not quotas or any(len(row) != len(quotas) for row in draws):
        raise BadInput(
            f"{counted(len(draws), 'draw', 'draws')} and {counted(len(quotas), 'rep', 'reps')} do not fit each other.",
            hint="Give an attainment for each rep in each draw.",
        )
    numbers = (goal, *quotas, *(attained for row in draws for attained in row))
    wrong = next((number for number in numbers if not (isfinite(number) and number >= 0)), None)
    if wrong is not None:
        raise BadInput(f"A goal, quota or attainment is {wrong:g}.", hint="Give zero or more.")
    if not 0 < chance < 1:
        raise BadInput(f"The chance asked for is {chance:g}.", hint="Give one between 0 and 1, such as 0.8.")
    if not 0 <= follow <= 1:
        raise BadInput(f"Results follow quotas by {follow:g}.", hint="Give a share from 0 to 1.")
