"""What is wrong with a plan, or missing from it, beyond what its schema can say."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from salesnb.errors import BadInput, BadUsage
from salesnb.money import minor_digits
from salesnb.planning.check_allocation import allocation_problems
from salesnb.planning.check_cascade import cascade_problems
from salesnb.planning.check_people import people_problems
from salesnb.planning.model import STATUSES, Goal, Plan
from salesnb.planning.names import safe_name
from salesnb.planning.problem import Problem
from salesnb.planning.roadmap import BASIS_POINTS
from salesnb.planning.slips import slips

__all__ = ["check", "problems"]


def problems(plan: Plan) -> tuple[Problem, ...]:
    """List what is wrong with a plan or missing from it, errors first.

    Errors are numbers and references that do not fit each other; such a plan is not saved. Warnings are
    what a planner should look at: an objective without a goal, a goal without an objective, a goal that is
    not specific, measurable, achievable, relevant and time-bound as far as that can be told mechanically.

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
        _alignment,
        _smart,
    )
    found = [problem for rule in rules for problem in rule(plan)]
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


def _alignment(plan: Plan) -> Iterator[Problem]:
    served = {goal.objective for goal in plan.goals}
    for objective in plan.objectives:
        if objective.id not in served:
            what = f"No goal serves the objective {objective.text!r}."
            yield Problem.warning(
                "alignment", f"objectives, {objective.id}", what, "Tie a goal to it, or drop it."
            )
    for goal in plan.goals:
        if not goal.objective:
            what = f"The goal {goal.kpi} serves no objective."
            yield Problem.warning("alignment", f"goals, {goal.id}", what, "Say which objective it is for.")


def _smart(plan: Plan) -> Iterator[Problem]:
    """Ask for what a specific, measurable and time-bound goal names; each with whether this one lacks it."""
    for goal in plan.goals:
        for lacks, what, hint in _smart_fields(goal):
            if lacks:
                yield Problem.warning("smart", f"goals, {goal.id}", f"The goal {goal.kpi} {what}.", hint)
        if goal.probability is None:
            what = f"How likely it is that the goal for {goal.kpi.replace('_', ' ')} is attained has not been estimated."
            yield Problem.note("smart", f"goals, {goal.id}", what)


def _smart_fields(goal: Goal) -> tuple[tuple[bool, str, str], ...]:
    same = goal.baseline is not None and goal.target == goal.baseline
    return (
        (not goal.owner, "has no owner", "Say who answers for it."),
        (goal.baseline is None, "has no baseline", "Say what the KPI was in the period before."),
        (same, "asks for what there was already", "Set a target that differs from the baseline."),
        (goal.target == 0, "has the target 0", "Set a target above zero."),
    )
