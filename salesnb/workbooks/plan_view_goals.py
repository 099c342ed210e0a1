"""The first part of a plan's workbook: the finding, objectives, goals and milestones."""

from fractions import Fraction
from typing import Any

from salesnb.charts import Chart, Month, table, trend
from salesnb.planning import Goal, Milestone, Quota, problems
from salesnb.workbooks.findings_roadmap import RoadmapStep
from salesnb.workbooks.findings_words import many
from salesnb.workbooks.plan_view_read import PlanExtract
from salesnb.workbooks.review_roadmap import roadmap_finding
from salesnb.workbooks.review_text import Point, Text, paragraph, points

__all__ = ["finding", "goal_table", "milestone_chart", "milestone_table", "objectives", "units_of"]

_BASIS_POINTS = 10_000


def finding(extract: PlanExtract) -> tuple[str, ...]:
    """Tell the plan in a few sentences: what is asked, of whom, when, and what is open."""
    sentences = (_asked(extract), _carried(extract), _when(extract), _state(extract))
    return tuple(sentence for sentence in sentences if sentence)


def _asked(extract: PlanExtract) -> str:
    plan, say = extract.plan, extract.say
    goal = extract.cascaded or next(iter(plan.goals), None)
    if goal is None:
        return f"The plan {plan.name} for {extract.period} has no goal yet."
    asked = f"The plan asks {_company(extract)} for {_amount(extract, goal)} in {extract.named(goal.period.label)}"
    base = goal.baseline
    if not base:
        return f"{asked}; what there was before is not known."
    before = extract.named(goal.baseline_period) or "the period before"
    then = say.amount(base, goal.unit)
    if goal.target == base:
        return f"{asked}, as much as in {before}."
    more = "more" if goal.target > base else "less"
    return f"{asked}, {say.change(goal.target, base)} {more} than the {then} of {before}."


def _company(extract: PlanExtract) -> str:
    return extract.company if extract.company not in {"", "Company"} else "the company"


def _amount(extract: PlanExtract, goal: Goal) -> str:
    shown = extract.say.amount(goal.target, goal.unit)
    return (
        f"{shown} of {extract.label(goal.kpi).lower()}"
        if goal.unit == "money"
        else f"{shown} {extract.label(goal.kpi).lower()}"
    )


def units_of(extract: PlanExtract) -> tuple[Quota, ...]:
    """List the nodes right above the reps, or the reps where there are none, the largest quota first."""
    parents = {quota.parent for quota in extract.quotas if quota.level == "rep"}
    teams = [quota for quota in extract.quotas if quota.id in parents and quota.parent is not None]
    found = teams or [quota for quota in extract.quotas if quota.parent is not None]
    return tuple(sorted(found, key=lambda quota: (-quota.amount, quota.name)))


def _carried(extract: PlanExtract) -> str:
    units, say, goal = units_of(extract), extract.say, extract.cascaded
    if not units or goal is None:
        return "It is not cascaded to anyone yet." if extract.plan.goals else ""
    reps = sum(quota.level == "rep" and quota.amount > 0 and not quota.rep for quota in extract.quotas)
    who = say.count(len(units), units[0].level)
    whole = f"{who} with {say.count(reps, 'rep')}" if units[0].level != "rep" else who
    verb = "carries" if len(units) == 1 else "carry"
    top = units[0]
    if len(units) == 1 or not goal.target:
        return f"{whole} {verb} it."
    share = say.share(Fraction(top.amount, goal.target)) if isinstance(goal.target, int) else ""
    return (
        f"{whole} {verb} it; {top.name} has the largest part, {say.amount(top.amount, top.unit)} ({share})."
    )


def _when(extract: PlanExtract) -> str:
    stones, say = _stones(extract), extract.say
    if len(stones) < 2:
        return ""
    top = max(stones, key=lambda stone: (stone.amount, stone.label))
    if len({stone.amount for stone in stones}) == 1:
        return "Every month has the same part."
    share = say.share(Fraction(top.weight_bp, _BASIS_POINTS))
    return f"{say.fmt.month(top.label)} is to bring the most, {say.amount(top.amount, top.unit)} ({share})."


def _state(extract: PlanExtract) -> str:
    plan, say = extract.plan, extract.say
    if plan.status == "approved" and plan.approval:
        return f"{plan.approval.by} approved it on {say.date(plan.approval.at.date())}."
    errors = sum(problem.severity == "error" for problem in problems(plan))
    warned = sum(problem.severity == "warning" for problem in problems(plan))
    wrong = (
        f"; {say.count(errors, 'number')} in it {'does' if errors == 1 else 'do'} not fit" if errors else ""
    )
    if not errors and warned:
        wrong = f"; {say.count(warned, 'point')} {'is' if warned == 1 else 'are'} to be settled"
    return f"It is {'a draft' if plan.status == 'draft' else plan.status}{wrong}."


def objectives(extract: PlanExtract) -> Text:
    """List what the business wants to reach."""
    found = extract.plan.objectives
    if not found:
        return paragraph(["The plan names no objective yet."])
    return points(
        [
            Point(
                what=o.text if o.text.endswith((".", "!", "?")) else f"{o.text}.",
                detail=f"Owner: {o.owner}." if o.owner else "",
            )
            for o in found
        ]
    )


def goal_table(extract: PlanExtract) -> Chart | Text:
    """Show every goal with its baseline."""
    goals, say = extract.plan.goals, extract.say
    if not goals:
        return paragraph(["The plan has no goal yet."])
    objective = {o.id: o.text for o in extract.plan.objectives}
    columns = [
        ("Goal",),
        ("Period",),
        ("Target", "figure"),
        ("Before", "figure"),
        ("Change", "figure"),
        ("Owner",),
        ("Objective",),
    ]
    rows = [
        [
            extract.label(goal.kpi),
            extract.named(goal.period.label),
            f"{'at most ' if goal.direction == 'at_most' else ''}{extract.fmt.value(goal.target, goal.unit)}",
            extract.fmt.value(goal.baseline, goal.unit),
            _growth(extract, goal.target, goal.baseline, goal.unit),
            goal.owner or None,
            objective.get(goal.objective or ""),
        ]
        for goal in goals
    ]
    known = {
        extract.named(goal.baseline_period)
        for goal in goals
        if goal.baseline is not None and goal.baseline_period
    }
    note = f"Before: {', '.join(sorted(known))}." if known else ""
    whole = [extract.label(goal.kpi) for goal in goals if not goal.splits]
    if whole:
        note = f"{note} Not split, because it does not add up over teams: {', '.join(whole)}.".strip()
    return table(
        f"{say.count(len(goals), 'goal')} for {extract.period}", columns, rows, fmt=extract.fmt, note=note
    )


def _growth(extract: PlanExtract, now: float, before: float | None, unit: str) -> str | None:
    if not before:
        return None
    return (
        extract.say.signed_points(now - before) if unit == "ratio" else extract.say.signed_share(now, before)
    )


def _stones(extract: PlanExtract) -> tuple[Milestone, ...]:
    goal = extract.cascaded or next(iter(extract.plan.goals), None)
    return tuple(stone for stone in extract.plan.milestones if goal and stone.goal == goal.id)


def milestone_chart(extract: PlanExtract) -> Chart | Text:
    """Draw the goal by month over the same months a year before."""
    stones, say = _stones(extract), extract.say
    goal = extract.cascaded
    if not stones or goal is None:
        return paragraph(["The plan has no milestones: no season was given."])
    top = max(stones, key=lambda stone: (stone.amount, stone.label))
    share = say.share(Fraction(top.weight_bp, _BASIS_POINTS))
    season = next((s.basis for s in extract.plan.assumptions.seasonality if s.kpi == goal.kpi), "")
    return trend(
        f"{say.fmt.month(top.label)} carries {share} of the goal, {say.amount(top.amount, top.unit)}.",
        [Month(stone.label, stone.amount, extract.last_year(goal.node, stone.label)) for stone in stones],
        names=("Month's goal", "A year before"),
        fmt=extract.fmt,
        unit=goal.unit,
        subtitle=f"{extract.label(goal.kpi)} by month, {extract.period}",
        note=f"Season from {season}." if season else "",
    )


def milestone_table(extract: PlanExtract) -> Chart | Text:
    """Show what should be reached by the end of each month."""
    stones, goal = _stones(extract), extract.cascaded
    if not stones or goal is None:
        return paragraph(["Without milestones, pace is measured against an even one by day."])
    past = [extract.last_year(goal.node, stone.label) for stone in stones]
    steps = {step.label: step for step in extract.roadmap.steps} if extract.roadmap else {}
    say, unit = extract.say, goal.unit
    columns = [("Month",), ("Share", "ratio"), ("Goal", unit, "bar"), ("Adding up to", unit)]
    more: list[tuple[tuple[str, ...], list[Any]]] = [
        (("Spread", "figure"), [_spread(steps.get(stone.label), extract, unit) for stone in stones]),
        (("Reached", unit), [steps[s.label].actual if s.label in steps else None for s in stones]),
        (("A year before", unit), list(past)),
    ]
    used = [(column, values) for column, values in more if any(value is not None for value in values)]
    rows = [
        [
            extract.fmt.month(stone.label),
            stone.weight_bp / _BASIS_POINTS,
            stone.amount,
            stone.to_date,
            *(values[place] for _, values in used),
        ]
        for place, stone in enumerate(stones)
    ]
    note = (
        f"Spread: eight in ten of {extract.roadmap.past}." if extract.roadmap and extract.roadmap.past else ""
    )
    found = roadmap_finding(extract.roadmap, say, unit) if extract.roadmap else ""
    return table(
        found or f"{many('Milestone')} of {extract.label(goal.kpi).lower()}",
        [*columns, *(column for column, _ in used)],
        rows,
        fmt=extract.fmt,
        note=note,
    )


def _spread(step: RoadmapStep | None, extract: PlanExtract, unit: str) -> str | None:
    if step is None or step.low is None or step.high is None:
        return None
    return f"{extract.fmt.short(step.low, unit)} to {extract.fmt.short(step.high, unit)}"
