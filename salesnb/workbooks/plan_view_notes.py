"""The words of a plan's workbook: assumptions, checks, revisions, and what is not settled."""

from collections.abc import Iterator
from datetime import date

from salesnb.charts import Chart, table
from salesnb.planning import problems
from salesnb.workbooks.findings_words import many
from salesnb.workbooks.plan_view_cascade import idle
from salesnb.workbooks.plan_view_goals import finding
from salesnb.workbooks.plan_view_read import PlanExtract
from salesnb.workbooks.review_notes import origin_lines, stated_as_of
from salesnb.workbooks.review_text import Point, Text, heading, paragraph, points, small

__all__ = ["assumptions", "checks", "lead", "provenance", "revisions", "title", "unsettled"]

_BASIS_POINTS = 10_000
_MOST_REVISIONS = 20


def title(extract: PlanExtract) -> Text:
    """Name the plan, its revision, and the day as of which it was made."""
    plan, say = extract.plan, extract.say
    parts = (
        stated_as_of(
            say.date(extract.origin.as_of), extract.origin.caution, restated=extract.origin.restated
        ),
        f"Revision {plan.revision}, {plan.status}",
        extract.company,
    )
    return heading(f"Sales plan {plan.name}: {extract.period}", [" · ".join(part for part in parts if part)])


def lead(extract: PlanExtract) -> Text:
    """Give the plan in one paragraph."""
    return paragraph(finding(extract), lead=True)


def assumptions(extract: PlanExtract) -> Text:
    """List what the plan takes for granted."""
    found = tuple(_assumptions(extract))
    return points(found) if found else paragraph(["The plan states no assumptions."])


def _assumptions(extract: PlanExtract) -> Iterator[Point]:
    taken, say = extract.plan.assumptions, extract.say
    for season in taken.seasonality:
        months = ", ".join(
            f"{say.fmt.month(weight.label, year=False)} {say.fmt.ratio(weight.weight_bp / _BASIS_POINTS)}"
            for weight in season.weights
        )
        yield Point(
            what=f"Season of {extract.label(season.kpi).lower()}: {season.basis}.", detail=f"{months}."
        )
    if taken.ramp_bp:
        steps = ", ".join(say.fmt.ratio(step / _BASIS_POINTS, 0) for step in taken.ramp_bp)
        yield Point(
            what=f"New reps ramp over {say.count(len(taken.ramp_bp), 'month')}.",
            detail=f"By month since hire: {steps}; full afterwards.",
        )
    if taken.attrition_bp is not None:
        yield Point(what=f"{say.fmt.ratio(taken.attrition_bp / _BASIS_POINTS)} of reps leave within a year.")
    if taken.planned:
        yield Point(
            what=f"Deals, win rate and deal size are planned for {say.count(len(taken.planned), 'node')}."
        )
    yield from (Point(what=note) for note in taken.notes)


def checks(extract: PlanExtract) -> Text:
    """Say whether the numbers of the plan fit each other, and show the sums."""
    errors = [problem for problem in problems(extract.plan) if problem.severity == "error"]
    wrong = [Point(what=problem.what, detail=problem.hint) for problem in errors]
    return (
        points([*wrong, *_sums(extract)])
        if wrong or extract.plan.goals
        else paragraph(["There is nothing to check yet."])
    )


def _sums(extract: PlanExtract) -> Iterator[Point]:
    plan, fmt, say = extract.plan, extract.fmt, extract.say
    for goal in plan.goals:
        quotas, label = plan.quotas_of(goal), extract.label(goal.kpi)
        inner = {quota.parent for quota in quotas if quota.parent is not None}
        sums = {node: sum(q.amount for q in quotas if q.parent == node) for node in inner}
        exact = [quota for quota in quotas if quota.id in inner and sums[quota.id] == quota.amount]
        if inner and len(exact) == len(inner):
            what = f"{label}: parts add up to the whole at {'the' if len(inner) == 1 else 'all'} {say.count(len(inner), 'place')} of the cascade."
            yield Point(what=what, detail="Exactly, to the smallest unit.")
        top = next((quota for quota in quotas if quota.parent is None), None)
        if top is not None and top.amount == goal.target:
            yield Point(
                what=f"{label}: the quotas come to the goal, {_exact(extract, top.amount, goal.unit)}."
            )
        stones = [stone for stone in plan.milestones if stone.goal == goal.id]
        if stones and stones[-1].to_date == goal.target and sum(s.amount for s in stones) == goal.target:
            yield Point(
                what=f"{label}: {say.count(len(stones), 'milestone')} come to the goal as well, the last in {fmt.month(stones[-1].label)}."
            )


def _exact(extract: PlanExtract, amount: float, unit: str) -> str:
    return extract.fmt.money(amount, cents=True) if unit == "money" else extract.fmt.value(amount, unit)


def revisions(extract: PlanExtract) -> Chart | Text:
    """Show who changed the plan, when and why, the newest first."""
    if not extract.revisions:
        return paragraph(
            [f"This is revision {extract.plan.revision}; earlier ones are not in this workbook."]
        )
    newest = sorted(extract.revisions, key=lambda entry: -int(entry["revision"]))
    rows = [
        [
            str(entry["revision"]),
            _day(extract, str(entry.get("at") or "")),
            entry.get("author"),
            entry.get("reason"),
        ]
        for entry in newest[:_MOST_REVISIONS]
    ]
    columns = [("Revision",), ("Saved on",), ("By",), ("Why",)]
    return table(f"{extract.say.count(len(newest), 'revision')} so far", columns, rows, fmt=extract.fmt)


def _day(extract: PlanExtract, at: str) -> str | None:
    try:
        return extract.say.date(date.fromisoformat(at[:10]))
    except ValueError:
        return at or None


def unsettled(extract: PlanExtract) -> Text:
    """List what is to be looked at before the plan goes out."""
    found = tuple(_unsettled(extract))
    return points(found) if found else paragraph(["Nothing is open."])


def _unsettled(extract: PlanExtract) -> Iterator[Point]:
    plan = extract.plan
    if plan.status != "approved":
        yield Point(
            what=f"The plan is {'a draft' if plan.status == 'draft' else plan.status}, not approved.",
            detail="Its quotas may change.",
        )
    for problem in problems(plan, extract.likely_goals):
        if problem.severity != "error":
            yield Point(what=_labelled(extract, problem.what), detail=_labelled(extract, problem.hint))
    zero = idle(extract)
    if zero:
        noun = "rep has" if len(zero) == 1 else f"{many('rep')} have"
        yield Point(
            what=f"{extract.fmt.count(len(zero))} {noun} a quota of zero.",
            detail="Lock one for each, or leave them without.",
        )


def _labelled(extract: PlanExtract, text: str) -> str:
    """Write labels of KPIs where the check writes their names."""
    for goal in sorted(extract.plan.goals, key=lambda goal: -len(goal.kpi)):
        text = text.replace(f" {goal.kpi} ", f" {extract.label(goal.kpi).lower()} ")
    return text


def provenance(extract: PlanExtract) -> Text:
    """Say where the figures come from."""
    return small(origin_lines(extract.origin, extract.say.date(extract.origin.as_of)))
