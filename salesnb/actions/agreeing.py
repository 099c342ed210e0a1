"""People answer a plan: they commit, accept or dispute; and what that comes to, beside what was handed down."""

from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.plans import node_id, read_target
from salesnb.counting import counted
from salesnb.money import Formatter
from salesnb.planning import Plan

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["NOT_YET", "answer", "answer_lines", "commit", "standing_records"]

NOT_YET = "none"
# Who is to be asked again is told one by one up to so many.
_MOST_TOLD = 8
_ANSWERS = {"accept": "accepted", "dispute": "disputed"}


def commit(
    workspace: "Workspace", name: str, node: str, amount: str, *, goal: str | None = None, note: str = ""
) -> Plan:
    """Keep what a node or rep commits to and save the plan.

    Parameters
    ----------
    node
        By id or name.
    amount
        As typed, in major units; ``none`` where somebody was asked and has not committed.
    goal
        Id or KPI; may be left out where one goal has quotas.

    Raises
    ------
    UnknownName
        When there is no such plan, goal or node.
    BadInput
        When the amount is not one.
    """
    store = workspace.plans()
    plan = store.load(name)
    found, who, at = planning.cascaded_goal(plan, goal), author(workspace.root), moment()
    fixed = None if amount == NOT_YET else int(read_target(amount, found.unit, workspace.settings))
    place = node_id(plan, node)
    changed = planning.commit_to(plan, place, fixed, goal=found.id, by=who, at=at, note=note)
    return store.save(changed, read_at=plan.revision, author=who, reason=f"{node} commits to {amount}", at=at)


def answer(
    workspace: "Workspace", name: str, node: str, verb: str, *, goal: str | None = None, reason: str = ""
) -> Plan:
    """Keep that the owner of a quota accepts or disputes it and save the plan.

    Parameters
    ----------
    verb
        ``accept`` or ``dispute``.

    Raises
    ------
    UnknownName
        When there is no such plan, goal or node.
    BadUsage
        When a dispute has no reason.
    """
    store = workspace.plans()
    plan = store.load(name)
    found, who, at = planning.cascaded_goal(plan, goal), author(workspace.root), moment()
    said = _ANSWERS[verb]
    changed = planning.answer_quota(
        plan, node_id(plan, node), said, goal=found.id, by=who, at=at, reason=reason
    )
    words = f"{node} has {said} the quota" + (f": {reason}" if reason else "")
    return store.save(changed, read_at=plan.revision, author=who, reason=words, at=at)


def answer_lines(plan: Plan, formatter: Formatter) -> tuple[str, ...]:
    """Say how many quotas are accepted and disputed as they are, and who has answered an earlier number alone.

    Returns
    -------
    tuple of str
        Sentences; empty where nobody has answered.
    """
    lines: list[str] = []
    for goal in plan.goals:
        found = [one for one in planning.standings(plan, goal) if one.quota.basis != planning.NOT_GIVEN]
        counts = {
            word: sum(one.answer is not None and one.answer.answer == word for one in found)
            for word in planning.ANSWERS
        }
        old = [one for one in found if one.outdated is not None]
        if not old and not any(counts.values()):
            continue
        left = len(found) - sum(counts.values())
        of = f"Of the {counted(len(found), 'quota', 'quotas')} of {goal.kpi}"
        told = ", ".join(
            f"{count:,} {'is' if count == 1 else 'are'} {word}" for word, count in counts.items()
        )
        lines.append(
            f"{of} {told}, and {left:,} {'is' if left == 1 else 'are'} not answered as {'it is' if left == 1 else 'they are'}."
        )
        lines += [f"{one.quota.name} {_outdated(one, formatter)}." for one in old[:_MOST_TOLD]]
        if len(old) > _MOST_TOLD:
            lines.append(f"{len(old) - _MOST_TOLD:,} more: salesnb plan show {plan.name} --by commitment.")
    return tuple(lines)


def standing_records(plan: Plan, formatter: Formatter) -> list[dict[str, object]]:
    """List what each node was handed, commits to and says, in the order of the quotas."""
    records: list[dict[str, object]] = []
    for goal in plan.goals:
        for one in planning.standings(plan, goal):
            unit, said = one.quota.unit, one.answer
            words = (
                _outdated(one, formatter)
                if said is None
                else f"{said.answer} by {said.by}" + (f": {said.reason}" if said.reason else "")
            )
            records.append(
                {
                    "node": one.quota.name,
                    "kpi": goal.kpi,
                    "quota": formatter.value(one.quota.amount, unit),
                    "committed": None if one.committed is None else formatter.value(one.committed, unit),
                    "from below": None if one.below is None else formatter.value(one.below, unit),
                    "who has": f"{one.answered} of {one.children}" if one.children else None,
                    "gap": None if one.gap is None else formatter.value(one.gap, unit),
                    "answer": words,
                }
            )
    return [*records, *_of_nobody(plan, formatter)]


def _outdated(one: planning.Standing, formatter: Formatter) -> str:
    """Say what was answered to an earlier amount; nothing where nothing was."""
    said, unit = one.outdated, one.quota.unit
    if said is None:
        return ""
    words = planning.outdated_words(
        said.answer,
        formatter.value(said.amount, said.unit),
        formatter.value(one.quota.amount, unit),
        revision=said.revision,
        day=formatter.date(said.at.date()),
    )
    why = f" ({said.reason})" if said.reason else ""
    return f"{words}{why}"


def _of_nobody(plan: Plan, formatter: Formatter) -> list[dict[str, object]]:
    """List what was said for those who have no quota any more, by the name that they had where it is known."""
    names = {quota.id: quota.name for quota in plan.quotas}
    records: list[dict[str, object]] = []
    for one in planning.of_nobody(plan):
        committed = isinstance(one, planning.Commitment)
        amount = None if one.amount is None else formatter.value(one.amount, one.unit)
        said = one.answer if isinstance(one, planning.QuotaAnswer) else "committed"
        records.append(
            {
                "node": names.get(one.node) or one.node.removeprefix(REP_PREFIX),
                "kpi": one.kpi,
                "quota": None,
                "committed": amount if committed else None,
                "from below": None,
                "who has": None,
                "gap": None,
                "answer": f"{said} by {one.by}: no quota any more",
            }
        )
    return records
