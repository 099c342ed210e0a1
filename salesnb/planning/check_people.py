"""Whether what a plan takes for granted fits together: ramp, hires, productivity, hedges, weights, and who answered."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from salesnb.counting import counted
from salesnb.planning.agreeing import of_nobody
from salesnb.planning.answers import Commitment
from salesnb.planning.model import COMPANY, Plan
from salesnb.planning.problem import Problem
from salesnb.planning.words import digits_of, number_in_words

__all__ = ["people_problems"]

_RULE = "people"


def people_problems(plan: Plan) -> Iterator[Problem]:
    """Find a ramp that falls, hires of nobody's or outside the period, and things that are said twice."""
    yield from _ramp_problems(plan)
    yield from _hire_problems(plan)
    yield from _hedge_problems(plan)
    yield from _twice(plan)
    yield from _gone(plan)


def _ramp_problems(plan: Plan) -> Iterator[Problem]:
    for month, (before, after) in enumerate(pairwise(plan.assumptions.ramp_bp), start=2):
        if after < before:
            what = f"The ramp falls in month {month}, from {before:,} to {after:,} basis points."
            hint = "A rep does not unlearn: give shares that never fall."
            yield Problem.error(_RULE, "assumptions.ramp_bp", what, hint)


def _hire_problems(plan: Plan) -> Iterator[Problem]:
    nodes = {quota.id for quota in plan.quotas if quota.level != "rep"} | {COMPANY}
    for hires in plan.assumptions.hires:
        where = f"assumptions.hires, {hires.node} {hires.label}"
        if hires.node not in nodes:
            what = f"{counted(hires.heads, 'hire is', 'hires are')} planned for {hires.node!r}, which is a rep, or no node of the plan."
            yield Problem.error(_RULE, where, what, "Name a region or team that has a quota.")
        if not _is_month_of(plan, hires.label):
            what = f"{counted(hires.heads, 'hire is', 'hires are')} planned for {hires.label}, outside {plan.period.label}."
            yield Problem.error(_RULE, where, what, "Give a month of the plan's period.")


def _hedge_problems(plan: Plan) -> Iterator[Problem]:
    levels = {quota.level for quota in plan.quotas}
    for hedge in plan.assumptions.over_assignment:
        if levels and hedge.level not in levels:
            what = f"An over-assignment is put on the level {hedge.level!r}, which no quota has."
            known = f"Levels of the plan: {', '.join(sorted(levels))}."
            yield Problem.error(_RULE, f"assumptions.over_assignment, {hedge.kpi}", what, known)


def _twice(plan: Plan) -> Iterator[Problem]:
    assumed = plan.assumptions
    groups = {
        "hires": [f"{item.node} in {item.label}" for item in assumed.hires],
        "productivity": [item.kpi for item in assumed.productivity],
        "over_assignment": [f"{item.kpi} at {item.level}" for item in assumed.over_assignment],
        "segment_weights": [item.criterion for item in assumed.segment_weights],
    }
    for group, keys in groups.items():
        for key, count in Counter(keys).items():
            if count > 1:
                what = f"{key!r} is there {count} times."
                yield Problem.error(_RULE, f"assumptions.{group}", what, "Keep one of them.")


def _gone(plan: Plan) -> Iterator[Problem]:
    """Name those who committed or answered, and have no quota any more."""
    names = {quota.id: quota.name for quota in plan.quotas}
    for one in of_nobody(plan):
        committed = isinstance(one, Commitment)
        part, said = ("commitments", "committed") if committed else ("answers", "answered")
        name = names.get(one.node) or one.node.removeprefix("rep:")
        amount = (
            ""
            if one.amount is None
            else f" {number_in_words(one.amount, one.unit, digits_of(plan.currency))}"
        )
        about = amount if committed else f" to{amount}"
        what = f"{one.by} {said}{about} for {name}, who has no quota of {one.kpi} in {one.period} any more."
        hint = "It counts in no gap: ask who has taken that over."
        yield Problem.warning(_RULE, f"{part}, {one.node}", what, hint)


def _is_month_of(plan: Plan, label: str) -> bool:
    """Whether the first of the month lies in the plan's period; a period may begin within a month."""
    try:
        first = date.fromisoformat(f"{label}-01")
    except ValueError:
        return False
    return plan.period.start.replace(day=1) <= first < plan.period.end
