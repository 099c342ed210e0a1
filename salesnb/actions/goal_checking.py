"""Whether a plan's goals are specific, measurable, achievable, relevant and time-bound; what is achievable says the outlook."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.outlooks import Outlook
from salesnb.errors import BadUsage, MissingFile
from salesnb.planning import Goal, GoalFinding, Likely, Plan, ProbabilityBand

if TYPE_CHECKING:
    from salesnb.actions.outlook_told import NodeOutlook
    from salesnb.money import Formatter
    from salesnb.workspace import Workspace

__all__ = ["CheckedGoals", "check_goals", "goal_records", "likely_of", "save_bands"]

_NOT_SPLIT = "The goal for {kpi} is not cascaded, and the outlook is of what is."
_AT_MOST = "The goal for {kpi} is one to stay below, and the outlook is of goals to reach."


@dataclass(frozen=True, kw_only=True)
class CheckedGoals:
    """A plan, and what the check of its goals found, with what the outlook says of each by id."""

    plan: Plan
    likely: Mapping[str, Likely]
    findings: tuple[GoalFinding, ...]


def check_goals(workspace: "Workspace", name: str, *, as_of: date | None = None) -> CheckedGoals:
    """Check the goals of a plan; how likely each is attained is asked of the outlook.

    Raises
    ------
    UnknownName
        When there is no such plan.
    BadInput
        When the as-of day is after that of the data.
    """
    plan = workspace.plans().load(name)
    likely = _likely(workspace, plan, as_of)
    return CheckedGoals(plan=plan, likely=likely, findings=planning.goal_findings(plan, likely))


def save_bands(workspace: "Workspace", checked: CheckedGoals) -> Plan:
    """Keep in the plan between which chances each goal is attained; of those without, what it holds is taken out.

    Raises
    ------
    StaleSave
        When the plan was saved by somebody else meanwhile.
    """
    plan = checked.plan
    goals = tuple(replace(goal, probability=checked.likely[goal.id].band) for goal in plan.goals)
    # What was approved or proposed stays so; the store refuses to change one that is approved.
    who = author(workspace.root)
    return workspace.plans().save(
        replace(plan, goals=goals),
        read_at=plan.revision,
        author=who,
        reason="How likely its goals are",
        at=moment(),
    )


def goal_records(findings: tuple[GoalFinding, ...]) -> list[dict[str, object]]:
    """List what the check of the goals found, a record an aspect."""
    words = {True: "yes", False: "no", None: "not known"}
    return [
        {
            "goal": one.goal,
            "aspect": one.aspect,
            "holds": words[one.holds],
            "finding": one.what,
            "what to do": one.hint,
        }
        for one in findings
    ]


def _likely(workspace: "Workspace", plan: Plan, as_of: date | None) -> dict[str, Likely]:
    try:
        data = workspace.dataset()
    except MissingFile:
        why = "Nothing was imported yet, so how likely it is attained cannot be told."
        return {goal.id: Likely(why=why) for goal in plan.goals}
    with data:
        day, shown = as_of or data.meta.as_of, workspace.settings.formatter

        def made(goal: Goal) -> Outlook:
            return Outlook(workspace, data, plan, goal, day)

        return {goal.id: likely_of(plan, goal, made, as_of=day, shown=shown) for goal in plan.goals}


def likely_of(
    plan: Plan, goal: Goal, made: Callable[[Goal], Outlook | None], *, as_of: date, shown: "Formatter"
) -> Likely:
    """Say how likely a goal is attained: between the chances of both views, else why that cannot be told.

    Parameters
    ----------
    made
        Gives the outlook of the goal; None where there is none for the days that are asked about, of which nothing is
        said.
    as_of
        The last day of which results are known.
    """
    quotas = plan.quotas_of(goal)
    if not quotas or goal.direction != "at_least":
        return Likely(why=(_AT_MOST if quotas else _NOT_SPLIT).format(kpi=goal.kpi.replace("_", " ")))
    try:
        outlook = made(goal)
    except BadUsage as error:
        return Likely(why=str(error))
    if outlook is None:
        return Likely()
    # The goal is asked for, not what the quotas come to.
    top = outlook.node(replace(quotas[0], amount=int(goal.target)))
    if as_of >= goal.period.last_day:
        brought = shown.value(top.to_date, goal.unit)
        return Likely(why=f"The period is over and brought {brought}.", attained=top.to_date >= goal.target)
    band = top.attainment.band if top.attainment else None
    if band is None:
        return Likely(why=" ".join(_range(top, goal, shown)))
    low, high = (round(chance, 3) for chance in band)
    return Likely(band=ProbabilityBand(low=low, high=high, as_of=as_of, method=outlook.views))


def _range(top: "NodeOutlook", goal: Goal, shown: "Formatter") -> Iterator[str]:
    """Say why there is no probability, and give the range instead."""
    if top.attainment is None:
        yield "Nothing is known to tell how likely it is attained."
        return
    chance = top.attainment.chance
    low, high = (shown.value(value, goal.unit) for value in (chance.low, chance.high))
    share = f", {chance.base_rate:.0%} of them" if chance.base_rate is not None else ""
    yield f"No probability is shown: {chance.reason}{share}."
    yield f"In 80 of 100 such cases it ends between {low} and {high}."
