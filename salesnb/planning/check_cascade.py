"""Whether quotas form a tree below each goal and add up exactly."""

from collections.abc import Iterator, Sequence

from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.planning.hedging import comes_to, factor_below, factors_of, needs
from salesnb.planning.model import Goal, Plan, Quota
from salesnb.planning.problem import Problem
from salesnb.planning.tree import OrgNode, OrgTree
from salesnb.planning.words import digits_of, number_in_words

__all__ = ["cascade_problems", "tree_of"]


def tree_of(quotas: Sequence[Quota]) -> OrgTree:
    """Build the organisation that a cascade was made for.

    Raises
    ------
    BadInput
        When the quotas do not form one tree.
    """
    return OrgTree(
        tuple(
            OrgNode(id=q.id, name=q.name, parent=q.parent, level=q.level, manager=q.owner or None)
            for q in quotas
        )
    )


def cascade_problems(plan: Plan) -> Iterator[Problem]:
    """Find quotas without a goal, without a place, or that do not add up."""
    goals = {(goal.kpi, goal.period.label): goal for goal in plan.goals}
    groups: dict[tuple[str, str], list[Quota]] = {}
    for quota in plan.quotas:
        groups.setdefault((quota.kpi, quota.period), []).append(quota)
    for key, quotas in groups.items():
        where = f"quotas, {key[0]} {key[1]}"
        goal = goals.get(key)
        if goal is None:
            what = f"{counted(len(quotas), 'quota', 'quotas')}, but no goal for that KPI and period."
            yield Problem.error("cascade", where, what, "Drop them, or add the goal.")
        else:
            yield from _group_problems(plan, goal, quotas, where)


def _group_problems(plan: Plan, goal: Goal, quotas: Sequence[Quota], where: str) -> Iterator[Problem]:
    try:
        tree = tree_of(quotas)
    except BadInput as error:
        yield Problem.error("cascade", where, error.what, error.hint)
        return
    yield from _unit_problems(goal, quotas, where)
    yield from _sum_problems(plan, goal, tree, quotas, where)
    yield from _month_problems(tree, quotas, where)
    yield from _part_problems(tree, quotas, where)
    yield from _stay_problems(goal, tree, quotas, where)
    yield from _top_problems(plan, goal, quotas, tree, where)


def _unit_problems(goal: Goal, quotas: Sequence[Quota], where: str) -> Iterator[Problem]:
    for quota in quotas:
        if quota.unit != goal.unit:
            what = f"The quota of {quota.name} is in {quota.unit}, but the goal is in {goal.unit}."
            yield Problem.error("cascade", f"{where}, {quota.id}", what, "Cascade the goal again.")


def _sum_problems(
    plan: Plan, goal: Goal, tree: OrgTree, quotas: Sequence[Quota], where: str
) -> Iterator[Problem]:
    """Find nodes whose parts do not add up to what they have, or to that times the over-assignment of their level."""
    amounts = {quota.id: quota.amount for quota in quotas}
    digits, over = digits_of(plan.currency), factors_of(plan, goal, [node.level for node in tree.walk()])
    behind = False
    for quota in quotas:
        children = tree.children(quota.id)
        below = sum(amounts[child.id] for child in children)
        try:
            factor = factor_below(quota.name, [child.level for child in children], over)
        except BadInput as error:
            yield Problem.error("cascade", f"{where}, {quota.id}", error.what, error.hint)
            continue
        if not children or below == comes_to(quota.amount, factor) or needs(below, factor) == quota.amount:
            continue
        if below == quota.amount:
            behind = True
            continue
        has = number_in_words(quota.amount, quota.unit, digits)
        add_up = number_in_words(below, quota.unit, digits)
        what = f"The quotas below {quota.name} add up to {add_up}, but {quota.name} has {has}."
        yield Problem.error("cascade", f"{where}, {quota.id}", what, "Cascade the goal again.")
    if behind:
        what = "An over-assignment is taken for granted that the quotas do not have yet."
        yield Problem.warning("cascade", where, what, "Cascade the goal again: salesnb plan cascade PLAN.")


def _month_problems(tree: OrgTree, quotas: Sequence[Quota], where: str) -> Iterator[Problem]:
    """Find months that do not add up to their quota, or those of a node that are not the sum of those below."""
    if not any(quota.months for quota in quotas):
        return
    months = {quota.id: {month.label: month.amount for month in quota.months} for quota in quotas}
    hint = "Take the quotas in again: salesnb plan new NAME --period P --quotas FILE."
    for quota in quotas:
        own, below = months[quota.id], [months[child.id] for child in tree.children(quota.id)]
        if sum(own.values()) != quota.amount or len(own) != len(quota.months):
            what = f"The months of {quota.name} do not add up to its quota."
            yield Problem.error("cascade", f"{where}, {quota.id}", what, hint)
        labels = {label for part in (own, *below) for label in part}
        for label in sorted(labels) if below else ():
            if own.get(label, 0) != sum(part.get(label, 0) for part in below):
                what = f"In {label} the quotas below {quota.name} do not add up to what it has."
                yield Problem.error("cascade", f"{where}, {quota.id}", what, hint)


def _part_problems(tree: OrgTree, quotas: Sequence[Quota], where: str) -> Iterator[Problem]:
    """Find parts that do not add up to their quota, or to those of the node above."""
    parts = {quota.id: {part.label: part.amount for part in quota.parts} for quota in quotas}
    hint = "Cut the goal again: salesnb plan cascade PLAN --across DIM."
    for quota in quotas if any(parts.values()) else ():
        own, below = parts[quota.id], [parts[child.id] for child in tree.children(quota.id)]
        if sum(own.values()) != quota.amount or len(own) != len(quota.parts):
            what = f"The parts of {quota.name} do not add up to its quota."
            yield Problem.error("cascade", f"{where}, {quota.id}", what, hint)
        for label in sorted({label for part in (own, *below) for label in part}) if below else ():
            if own.get(label, 0) != sum(part.get(label, 0) for part in below):
                what = f"Of {label} the quotas below {quota.name} do not add up to what it has."
                yield Problem.error("cascade", f"{where}, {quota.id}", what, hint)


def _stay_problems(goal: Goal, tree: OrgTree, quotas: Sequence[Quota], where: str) -> Iterator[Problem]:
    """Find parts that nobody took along, or on no day of the period."""
    for quota in quotas:
        if not quota.rep and quota.since is None:
            continue
        known = quota.rep in tree.by_id
        if not known or quota.since is None or not goal.period.start < quota.since < goal.period.end:
            lacks = "no day within the period" if known else f"no rep {quota.rep!r} of this plan"
            what = f"{quota.name} is what a rep took along, but tells {lacks}."
            hint = "Restore an earlier revision: salesnb plan restore PLAN REVISION."
            yield Problem.error("cascade", f"{where}, {quota.id}", what, hint)


def _top_problems(
    plan: Plan, goal: Goal, quotas: Sequence[Quota], tree: OrgTree, where: str
) -> Iterator[Problem]:
    """Compare the top of a cascade with its goal; quotas that were given may come to another sum."""
    top = next(quota for quota in quotas if quota.id == tree.root.id)
    if top.id != goal.node:
        what = f"The goal is for {goal.node!r}, but its quotas are those of {top.id!r}."
        yield Problem.error("cascade", where, what, "Cascade the goal again.")
    elif top.amount != goal.target:
        digits = digits_of(plan.currency)
        has, wants = (number_in_words(n, goal.unit, digits) for n in (top.amount, goal.target))
        more = f" ({top.amount / goal.target - 1:+.1%})" if goal.target else ""
        what = f"The quotas come to {has}, the goal is {wants}{more}."
        hint = "If that is not meant, cascade the goal by history or set it to that sum."
        yield Problem.warning("cascade", where, what, hint)
