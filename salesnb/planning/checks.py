"""What is wrong with a plan, or missing from it, beyond what its schema can say."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

from salesnb.errors import BadInput, BadUsage
from salesnb.money import minor_digits
from salesnb.planning.check_allocation import allocation_problems
from salesnb.planning.check_cascade import cascade_problems
from salesnb.planning.check_people import people_problems
from salesnb.planning.goal_checks import Likely, goal_findings
from salesnb.planning.means import Seasonality
from salesnb.planning.model import STATUSES, Plan
from salesnb.planning.names import safe_name
from salesnb.planning.problem import Problem
from salesnb.planning.roadmap import BASIS_POINTS, basis_points
from salesnb.planning.slips import slips

__all__ = ["check", "problems"]

# The rule, and the part of the plan, by what the check of the goals looks at.
_RULES = {
    "objective": ("alignment", "objectives"),
    "relevant": ("alignment", "goals"),
    "conflict": ("alignment", "goals"),
}


def problems(plan: Plan, likely: Mapping[str, Likely] = MappingProxyType({})) -> tuple[Problem, ...]:
    """List what is wrong with a plan or missing from it, errors first.

    Errors are numbers and references that do not fit each other; such a plan is not saved. Warnings are
    what a planner should look at: an objective without a goal, a goal without an objective, a goal that is
    not specific, measurable, achievable, relevant and time-bound as far as that can be told mechanically.

    Parameters
    ----------
    likely
        By goal id: how likely it is attained, where the outlook says so; else what the plan keeps.

    References
    ----------
    Locke & Latham (2002), https://doi.org/10.1037/0003-066X.57.9.705: specific, hard, committed goals with
    feedback; that a goal names its KPI, unit, baseline, target, owner, dates and chance can be checked.
    """
    rules: tuple[Callable[[Plan], Iterator[Problem]], ...] = (
        _head,
        _ids,
        _references,
        _periods,
        cascade_problems,
        _seasons,
        _milestones,
        people_problems,
        allocation_problems,
        slips,
    )
    found = [*(problem for rule in rules for problem in rule(plan)), *_goals(plan, likely)]
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda problem: order.index(problem.severity)))


def check(plan: Plan, *, where: str = "") -> Plan:
    """Give the plan back when it holds no error.

    Raises
    ------
    BadInput
        With the first error, and how many more there are.
    """
    errors = [problem for problem in problems(plan) if problem.severity == "error"]
    if not errors:
        return plan
    more = f" ({len(errors) - 1} more of this plan's numbers do not fit.)" if len(errors) > 1 else ""
    first = errors[0]
    place = ", ".join(part for part in (where, first.where) if part)
    raise BadInput(first.what + more, where=place, hint=first.hint)


def _head(plan: Plan) -> Iterator[Problem]:
    try:
        safe_name(plan.name)
        minor_digits(plan.currency)
    except (BadInput, BadUsage) as error:
        yield Problem.error("head", "plan", error.what, error.hint)
    if plan.status not in STATUSES:
        yield Problem.error(
            "head", "status", f"{plan.status!r} is not a status.", f"Use {', '.join(STATUSES)}."
        )
    if (plan.status == "approved") != (plan.approval is not None):
        yield Problem.error(
            "head",
            "approval",
            f"The status is {plan.status}, but the approval {'is' if plan.approval else 'is not'} there.",
            "Approve the plan with 'salesnb plan approve'.",
        )


def _ids(plan: Plan) -> Iterator[Problem]:
    """Refuse keys that stand for two things."""
    groups: dict[str, Iterable[object]] = {
        "objectives": [item.id for item in plan.objectives],
        "goals": [item.id for item in plan.goals],
        "segments": [item.id for item in plan.segments],
        "resources": [item.id for item in plan.resources],
        "scenarios": [item.id for item in plan.scenarios],
        "actions": [item.id for item in plan.actions],
        "allocation": [f"{item.resource} for {item.segment}" for item in plan.allocation],
        "response_curves": [f"{item.resource} for {item.segment}" for item in plan.response_curves],
        "assumptions.seasonality": [item.kpi for item in plan.assumptions.seasonality],
        "kpi_targets": [f"{item.kpi} of {item.node}" for item in plan.kpi_targets],
        "goals (KPI, period)": [f"{goal.kpi} in {goal.period.label}" for goal in plan.goals],
    }
    for group, keys in groups.items():
        for key, count in Counter(keys).items():
            if count > 1:
                yield Problem.error("ids", group, f"{key!r} is there {count} times.", "Keep one of them.")


def _references(plan: Plan) -> Iterator[Problem]:
    """Refuse keys that stand for nothing."""
    objectives = {item.id for item in plan.objectives}
    goals = {item.id for item in plan.goals}
    segments = {item.id for item in plan.segments}
    resources = {item.id: item.unit for item in plan.resources}
    wanted = [
        *(("goals", g.id, "objective", g.objective, objectives) for g in plan.goals if g.objective),
        *(("milestones", m.label, "goal", m.goal, goals) for m in plan.milestones),
        *(("scenarios", s.id, "goal", t.goal, goals) for s in plan.scenarios for t in s.targets),
        *(
            (part, f"{line.resource} for {line.segment}", kind, key, known)
            for part, lines in (("allocation", plan.allocation), ("response_curves", plan.response_curves))
            for line in lines
            for kind, key, known in (
                ("segment", line.segment, segments),
                ("resource", line.resource, set(resources)),
            )
        ),
    ]
    for part, item, kind, key, known in wanted:
        if key not in known:
            what = f"It refers to the {kind} {key!r}, which the plan does not have."
            yield Problem.error(
                "references", f"{part}, {item}", what, f"Known: {', '.join(sorted(known)) or 'none'}."
            )
    for line in plan.allocation:
        if line.unit != resources.get(line.resource, line.unit):
            what = f"It is in {line.unit}, but the resource is in {resources[line.resource]}."
            yield Problem.error("references", f"allocation, {line.resource} for {line.segment}", what)


def _periods(plan: Plan) -> Iterator[Problem]:
    stretches = [("period", plan.period), *((f"goals, {goal.id}", goal.period) for goal in plan.goals)]
    for where, period in stretches:
        if period.start >= period.end:
            what = f"The period {period.label} ends on {period.end} before it starts on {period.start}."
            yield Problem.error("periods", where, what, "Correct its dates.")
        elif not (plan.period.start <= period.start and period.end <= plan.period.end):
            what = f"The period {period.label} is not inside the plan's period {plan.period.label}."
            yield Problem.error("periods", where, what, "Give the goal a period within the plan's.")


def _seasons(plan: Plan) -> Iterator[Problem]:
    for season in plan.assumptions.seasonality:
        total = sum(weight.weight_bp for weight in season.weights)
        if total != BASIS_POINTS:
            yield Problem.error(
                "seasons",
                f"assumptions.seasonality, {season.kpi}",
                f"The weights add up to {total:,} basis points instead of {BASIS_POINTS:,}.",
                "Correct a month, so that they add up to one exactly.",
            )
        yield from _shape(season)


def _shape(season: Seasonality) -> Iterator[Problem]:
    """Find exact weights that the basis points do not round, weeks that fall within a month, a spread that is turned round."""
    where, hint = (
        f"assumptions.seasonality, {season.kpi}",
        "Set the season again: salesnb plan roadmap --weights.",
    )
    exact = {item.label: item.weight for item in season.weights if item.weight is not None}
    if exact:
        rounded = basis_points(exact)
        if rounded != {item.label: item.weight_bp for item in season.weights}:
            yield Problem.error(
                "seasons", where, "The basis points are not those of the exact weights.", hint
            )
    for before, after in pairwise(season.weeks):
        if before.month == after.month and after.within_bp < before.within_bp:
            what = f"The month {after.month} has less by the end of {after.label} than by that of {before.label}."
            yield Problem.error("seasons", where, what, hint)
    for reach in season.reach:
        if reach.low_bp > reach.high_bp:
            what = f"The spread of {reach.label} ends below where it begins."
            yield Problem.error("seasons", where, what, hint)


def _milestones(plan: Plan) -> Iterator[Problem]:
    """Find months that do not add up to their goal, or a ``to_date`` that is not their running sum."""
    for goal in plan.goals:
        mine = [stone for stone in plan.milestones if stone.goal == goal.id]
        reached = 0
        for stone in mine:
            reached += stone.amount
            if stone.unit != goal.unit or stone.to_date != reached:
                what = f"The months to {stone.label} do not add up to what it says is reached by then."
                yield Problem.error("milestones", f"milestones, {goal.id}", what, "Set the goal again.")
                break
        else:
            if mine and reached != goal.target:
                what = "The milestones do not add up to the goal."
                yield Problem.error("milestones", f"milestones, {goal.id}", what, "Set the goal again.")


def _goals(plan: Plan, likely: Mapping[str, Likely]) -> Iterator[Problem]:
    """Tell what the check of the goals misses; dates that do not fit are errors already, and told as such."""
    for one in goal_findings(plan, likely):
        rule, where = _RULES.get(one.aspect, ("smart", "goals"))
        if one.holds is None:
            yield Problem.note(rule, f"{where}, {one.goal}", one.what)
        elif not one.holds and one.aspect != "time-bound":
            yield Problem.warning(rule, f"{where}, {one.goal}", one.what, one.hint)
