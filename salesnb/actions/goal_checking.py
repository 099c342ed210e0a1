"""Whether a plan's goals are specific, measurable, achievable, relevant and time-bound; what is achievable says the outlook."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.held_goals import HeldGoals, HeldNode
from salesnb.actions.held_past import PastHolds, held_before
from salesnb.actions.outlooks import Outlook
from salesnb.counting import counted
from salesnb.errors import BadUsage, MissingFile
from salesnb.planning import Goal, GoalFinding, Likely, Plan, ProbabilityBand

if TYPE_CHECKING:
    from salesnb.actions.outlook_told import NodeOutlook
    from salesnb.money import Formatter
    from salesnb.workspace import Workspace

__all__ = ["CheckedGoals", "check_goals", "goal_records", "held_findings", "likely_of", "save_bands"]

_NOT_SPLIT = "How likely the goal for {kpi} is attained is not told: the outlook is of goals that add up."
_BASE_RATE = "how often it was so before"
_ONLY_BEFORE = "That is how often it was so before, because the outlook is of goals that add up."
_AT_MOST = "The goal for {kpi} is one to stay below, and the outlook is of goals to reach."


@dataclass(frozen=True, kw_only=True)
class CheckedGoals:
    """A plan, and what the check of its goals found, with what the outlook says of each by id.

    ``held`` tells of the goals that are not split where each node stands.
    """

    plan: Plan
    likely: Mapping[str, Likely]
    findings: tuple[GoalFinding, ...]
    held: tuple[GoalFinding, ...] = ()


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
    likely, held = _likely(workspace, plan, as_of)
    return CheckedGoals(
        plan=plan, likely=likely, findings=planning.goal_findings(plan, likely), held=tuple(held)
    )


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


def _likely(
    workspace: "Workspace", plan: Plan, as_of: date | None
) -> tuple[dict[str, Likely], list[GoalFinding]]:
    try:
        data = workspace.dataset()
    except MissingFile:
        why = "Nothing was imported yet, so how likely it is attained cannot be told."
        return {goal.id: Likely(why=why) for goal in plan.goals}, []
    with data:
        day, shown = as_of or data.meta.as_of, workspace.settings.formatter

        def made(goal: Goal) -> Outlook:
            return Outlook(workspace, data, plan, goal, day)

        held = HeldGoals(workspace=workspace, data=data, plan=plan)
        standing = {goal.id: tuple(held.nodes(goal, day)) for goal in plan.goals if not goal.splits}
        likely = {
            goal.id: likely_of(
                plan,
                goal,
                made,
                as_of=day,
                shown=shown,
                place=next(iter(standing.get(goal.id, ())), None),
                past=None if goal.splits else held_before(workspace, data, goal, day),
            )
            for goal in plan.goals
        }
        told = [
            one for goal in plan.goals for one in held_findings(goal, standing.get(goal.id, ()), shown, day)
        ]
        return likely, told


def likely_of(
    plan: Plan,
    goal: Goal,
    made: Callable[[Goal], Outlook | None],
    *,
    as_of: date,
    shown: "Formatter",
    place: HeldNode | None = None,
    past: PastHolds | None = None,
) -> Likely:
    """Say how likely a goal is attained: between the chances of both views, else why that cannot be told.

    Parameters
    ----------
    made
        Gives the outlook of the goal; None where there is none for the days that are asked about, of which nothing is
        said.
    as_of
        The last day of which results are known.
    place
        Of a goal that is not split: where its own node stands.
    past
        Of such a goal: how often the KPI was as is asked before.
    """
    if goal.splits:
        return _likely_split(plan, goal, made, as_of, shown)
    return _likely_held(goal, place, past, as_of, shown)


def _likely_split(
    plan: Plan, goal: Goal, made: Callable[[Goal], Outlook | None], as_of: date, shown: "Formatter"
) -> Likely:
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


def _likely_held(
    goal: Goal, place: HeldNode | None, past: PastHolds | None, as_of: date, shown: "Formatter"
) -> Likely:
    """Tell of a goal that is not split how often it was reached before, and what it is so far, or came to."""
    over = as_of >= goal.period.last_day
    value = None if place is None or place.value is None else shown.value(place.value, goal.unit)
    if over and place is not None and value is not None:
        return Likely(why=f"The period is over and ended at {value}.", attained=bool(place.holds))
    so_far = [f"It is {value} so far."] if value is not None else []
    before = [past.words(goal, shown)] if past is not None else []
    if past is None or past.band is None:
        why = _NOT_SPLIT.format(kpi=goal.kpi.replace("_", " "))
        return Likely(why=" ".join([why, *before, *so_far]))
    low, high = (round(chance, 3) for chance in past.band)
    band = ProbabilityBand(low=low, high=high, as_of=as_of, method=_BASE_RATE)
    return Likely(band=band, why=" ".join([_ONLY_BEFORE, *before, *so_far]))


def held_findings(
    goal: Goal, nodes: Iterable[HeldNode], shown: "Formatter", as_of: date
) -> Iterator[GoalFinding]:
    """Say of each node above the reps where it stands against a goal that is not split, and how many reps hold it."""
    words = {"at_least": "at least", "at_most": "at most"}[goal.direction]
    so_far = "" if as_of >= goal.period.last_day else " so far"
    reps = []
    for one in nodes:
        if one.node.level == "rep":
            reps.append(one)
            continue
        has = (
            "Nothing is known" if one.value is None else f"It is {shown.value(one.value, goal.unit)}{so_far}"
        )
        yield GoalFinding(
            goal=goal.id,
            aspect=f"at {one.node.name}",
            holds=one.holds,
            what=f"{has}; {words} {shown.value(one.target, goal.unit)} is asked.",
        )
    if reps:
        known = [one for one in reps if one.holds is not None]
        kept = sum(bool(one.holds) for one in known)
        rest = f"; of {len(reps) - len(known)} nothing is known" if len(known) < len(reps) else ""
        yield GoalFinding(
            goal=goal.id,
            aspect="at reps",
            holds=kept == len(reps) if len(known) == len(reps) else None,
            what=f"{kept} of {counted(len(known), 'rep', 'reps')} {'holds' if kept == 1 else 'hold'} it{rest}.",
        )


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
