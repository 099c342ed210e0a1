"""Whether goals are specific, measurable, achievable, relevant and time-bound, told one by one in words.

References
----------
Locke & Latham (2002), https://doi.org/10.1037/0003-066X.57.9.705.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from salesnb.planning.model import UNITS, Goal, Plan, ProbabilityBand

__all__ = [
    "ASPECTS",
    "LEAST_LIKELY",
    "MOST_LIKELY",
    "OPPOSED",
    "GoalFinding",
    "Likely",
    "Opposed",
    "goal_findings",
]

ASPECTS = ("specific", "measurable", "achievable", "relevant", "time-bound", "objective", "conflict")
LEAST_LIKELY, MOST_LIKELY = 0.2, 0.8
"""A goal that is less likely is not believed; one that is more likely asks for nothing."""

_UNIT_WORDS = {
    "money": "in money",
    "count": "a count",
    "ratio": "a ratio",
    "days": "in days",
    "money_per_day": "in money a day",
}


@dataclass(frozen=True, kw_only=True)
class GoalFinding:
    """One aspect of a goal, or of an objective, or of two goals.

    Attributes
    ----------
    goal
        Id of the goal, of the objective, or of both goals with a plus between them.
    aspect
        One of ``ASPECTS``.
    holds
        Whether it is as it should be; None where that is not known.
    what, hint
        What was found, and what to do; the hint is empty where it holds.
    """

    goal: str
    aspect: str
    holds: bool | None
    what: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Likely:
    """How likely a goal is attained.

    Attributes
    ----------
    band
        Between which chances; None where none can be told.
    why
        What is known instead, or besides, in sentences: why there is no chance, and a range; or what came, where the
        period is over; or what the band is, where it is no outlook.
    attained
        Whether it was attained; None before the period is over.
    """

    band: ProbabilityBand | None = None
    why: str = ""
    attained: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Opposed:
    """Two KPIs of which, as a rule, one suffers when the other is pushed the way that both goals push.

    Attributes
    ----------
    first, second
        Names of KPIs.
    ways
        Which ways they are pushed: ``at_least`` or ``at_most``.
    why
        What people do to reach the one, and what that does to the other.
    """

    first: str
    second: str
    ways: tuple[str, str]
    why: str


_UP, _DOWN = "at_least", "at_most"
OPPOSED = (
    Opposed(
        first="average_deal",
        second="won_count",
        ways=(_UP, _UP),
        why="larger deals take the time of several small ones",
    ),
    Opposed(
        first="median_cycle_days",
        second="average_deal",
        ways=(_DOWN, _UP),
        why="larger deals take longer to close",
    ),
    Opposed(
        first="mean_cycle_days",
        second="average_deal",
        ways=(_DOWN, _UP),
        why="larger deals take longer to close",
    ),
    Opposed(
        first="coverage",
        second="win_rate",
        ways=(_UP, _UP),
        why="a pipeline that is filled with weaker deals is won less often",
    ),
    Opposed(
        first="open_count",
        second="win_rate",
        ways=(_UP, _UP),
        why="deals that are kept open for the number are not won",
    ),
    Opposed(
        first="created_count",
        second="average_deal",
        ways=(_UP, _UP),
        why="more deals in the same time are smaller ones",
    ),
)
"""What usually pulls against each other; a table to be read and argued with, not a law."""


def goal_findings(plan: Plan, likely: Mapping[str, Likely] = MappingProxyType({})) -> tuple[GoalFinding, ...]:
    """Check every goal for five aspects, objectives for goals, and pairs of goals for pulling against each other.

    Parameters
    ----------
    likely
        By goal id: how likely it is attained, where the outlook says so; else what the plan keeps.

    Returns
    -------
    tuple of GoalFinding
        Five a goal in the order of ``ASPECTS``, whether they hold or not; then objectives without a goal, and pairs.
    """
    found = [
        finding
        for goal in plan.goals
        for finding in (
            _specific(goal),
            _measurable(goal),
            _achievable(goal, likely.get(goal.id, Likely(band=goal.probability))),
            _relevant(goal, plan),
            _time_bound(goal, plan),
        )
    ]
    return (*found, *_idle_objectives(plan), *_conflicts(plan))


def _finding(goal: Goal, aspect: str, lacks: str, hint: str, good: str) -> GoalFinding:
    if lacks:
        return GoalFinding(goal=goal.id, aspect=aspect, holds=False, what=lacks, hint=hint)
    return GoalFinding(goal=goal.id, aspect=aspect, holds=True, what=good)


def _specific(goal: Goal) -> GoalFinding:
    lacks = "" if goal.owner else f"Nobody answers for {_name(goal)}."
    return _finding(
        goal,
        "specific",
        lacks,
        "Name an owner.",
        f"It is about {_name(goal)}, and {goal.owner} answers for it.",
    )


def _measurable(goal: Goal) -> GoalFinding:
    lacks, hint = "", ""
    if goal.unit not in UNITS:
        lacks, hint = f"The unit of {_name(goal)}, {goal.unit!r}, is none.", f"Use one of {', '.join(UNITS)}."
    elif goal.baseline is None:
        lacks, hint = (
            f"What {_name(goal)} was before is not known.",
            "Give the value of the period before as its baseline.",
        )
    elif goal.baseline == goal.target:
        lacks, hint = (
            f"The goal for {_name(goal)} asks for what there was already.",
            "Set a target that differs from the baseline.",
        )
    elif not goal.target:
        lacks, hint = f"The goal for {_name(goal)} is 0.", "Set a target above zero."
    past = f" in {goal.baseline_period}" if goal.baseline_period else " before"
    return _finding(
        goal,
        "measurable",
        lacks,
        hint,
        f"It is {_UNIT_WORDS.get(goal.unit, goal.unit)}, and what it was{past} is known.",
    )


def _achievable(goal: Goal, likely: Likely) -> GoalFinding:
    band, it = likely.band, f"The goal for {_name(goal)}"
    if band is None:
        return GoalFinding(
            goal=goal.id,
            aspect="achievable",
            holds=likely.attained,
            what=likely.why
            or f"How likely it is that {_name(goal)} reaches its goal has not been estimated.",
            hint="" if likely.why else "Ask the outlook.",
        )
    chance = (
        f"{band.low:.0%}" if f"{band.low:.0%}" == f"{band.high:.0%}" else f"{band.low:.0%} to {band.high:.0%}"
    )
    known = f" {likely.why}" if likely.why else ""
    lacks, hint = "", ""
    if band.high < LEAST_LIKELY:
        lacks, hint = (
            f"{it} is attained with {chance} only.{known}",
            "Lower it, or say what will be done differently.",
        )
    elif band.low > MOST_LIKELY:
        lacks, hint = f"{it} is attained with {chance} anyway.{known}", "Raise it, if it is to move anybody."
    elif band.low < LEAST_LIKELY or band.high > MOST_LIKELY:
        return GoalFinding(
            goal=goal.id,
            aspect="achievable",
            holds=None,
            what=f"{it} is attained with {chance}, which is not narrow enough to tell.{known}",
            hint="Look at what moves it most before it is agreed.",
        )
    good = f"It is attained with {chance}: hard, and within reach.{known}"
    return _finding(goal, "achievable", lacks, hint, good)


def _relevant(goal: Goal, plan: Plan) -> GoalFinding:
    texts = {objective.id: objective.text for objective in plan.objectives}
    text = texts.get(goal.objective or "", "")
    lacks = "" if text else f"The goal for {_name(goal)} serves no objective."
    return _finding(goal, "relevant", lacks, "Say which objective it is for.", f"It serves: {text}.")


def _time_bound(goal: Goal, plan: Plan) -> GoalFinding:
    period, whole = goal.period, plan.period
    lacks, hint = "", ""
    if period.start >= period.end:
        lacks, hint = f"It ends on {period.end} before it begins on {period.start}.", "Correct its dates."
    elif not (whole.start <= period.start and period.end <= whole.end):
        lacks, hint = f"{period.label} is not within {whole.label}.", "Give it a period within the plan's."
    return _finding(goal, "time-bound", lacks, hint, f"It runs from {period.start} to {period.last_day}.")


def _idle_objectives(plan: Plan) -> Iterator[GoalFinding]:
    served = {goal.objective for goal in plan.goals}
    for objective in plan.objectives:
        if objective.id not in served:
            yield GoalFinding(
                goal=objective.id,
                aspect="objective",
                holds=False,
                what=f"No goal serves the objective {objective.text!r}.",
                hint="Tie a goal to it, or drop it.",
            )


def _conflicts(plan: Plan) -> Iterator[GoalFinding]:
    """Find pairs of goals of the same place and time that pull against each other."""
    for one, other in combinations(plan.goals, 2):
        overlap = one.period.start < other.period.end and other.period.start < one.period.end
        rule = _rule(one, other) if overlap and one.node == other.node else None
        if rule:
            yield GoalFinding(
                goal=f"{one.id}+{other.id}",
                aspect="conflict",
                holds=False,
                what=f"{_name(one)} {_way(one)} and {_name(other)} {_way(other)} pull against each other: {rule.why}.",
                hint="Say which comes first, or give the second a level to keep in place of a goal.",
            )


def _rule(one: Goal, other: Goal) -> Opposed | None:
    pushed = {(one.kpi, one.direction), (other.kpi, other.direction)}
    return next(
        (rule for rule in OPPOSED if pushed == {(rule.first, rule.ways[0]), (rule.second, rule.ways[1])}),
        None,
    )


def _name(goal: Goal) -> str:
    return goal.kpi.replace("_", " ")


def _way(goal: Goal) -> str:
    return "up" if goal.direction == _UP else "down"
