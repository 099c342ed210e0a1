"""Bottom-up commitments beside top-down quotas, and who accepts theirs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning.answers import ANSWERS, Commitment, QuotaAnswer
from salesnb.planning.check_cascade import tree_of
from salesnb.planning.model import Goal, Plan, Quota
from salesnb.planning.tree import OrgTree

__all__ = [
    "Standing",
    "answer_quota",
    "commit_to",
    "of_nobody",
    "only_answers",
    "outdated_words",
    "standings",
]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a node was handed, what it commits to, and what its owner says.

    Attributes
    ----------
    quota
        The node and its quota.
    committed
        What the node itself commits to; None where it has not, which is not zero.
    below
        The sum of what those right below stand for: their own commitment, else what is below them in turn; None where
        nobody below has committed.
    answered, children
        How many right below have committed all they have, themselves or by all below them, of how many.
    gap
        What the node stands for less its quota: its own commitment, else ``below`` once everybody has committed; None
        before that.
    answer
        What the owner says of the quota as it is; None where that is not said.
    outdated
        What the owner said of it when it was another amount: that is to be asked again, and counts as no answer.
    """

    quota: Quota
    committed: int | None
    below: int | None
    answered: int
    children: int
    gap: int | None
    answer: QuotaAnswer | None
    outdated: QuotaAnswer | None = None


def only_answers(before: Plan, after: Plan) -> bool:
    """Tell whether a plan differs from another in what people answer to it alone."""
    unchanged = replace(
        after,
        revision=before.revision,
        schema_version=before.schema_version,
        commitments=before.commitments,
        answers=before.answers,
    )
    return unchanged == before


def commit_to(
    plan: Plan, node: str, amount: int | None, *, goal: str, by: str, at: datetime, note: str = ""
) -> Plan:
    """Keep what somebody commits to; an earlier commitment of the node is replaced, the quota stays.

    A plan that was approved or proposed stays so: people answer a plan, they do not change it.

    Parameters
    ----------
    amount
        Minor units of money or a count; None where somebody was asked and has not committed.

    Raises
    ------
    UnknownName
        When the node has no quota of that goal.
    BadInput
        When the amount is negative.
    """
    quota = _quota(plan, plan.goal(goal), node)
    if amount is not None and amount < 0:
        raise BadInput(f"The commitment of {quota.name} is negative.", hint="Give zero or more.")
    made = Commitment(
        node=node, kpi=quota.kpi, period=quota.period, unit=quota.unit, amount=amount, by=by, at=at, note=note
    )
    others = tuple(one for one in plan.commitments if _whose(one) != _whose(made))
    return replace(plan, commitments=(*others, made))


def answer_quota(
    plan: Plan, node: str, answer: str, *, goal: str, by: str, at: datetime, reason: str = ""
) -> Plan:
    """Keep whether the owner of a quota accepts or disputes it; an earlier answer is replaced.

    Raises
    ------
    UnknownName
        When the node has no quota of that goal.
    BadUsage
        When the answer is not one of ``ANSWERS``, or a dispute has no reason.
    """
    quota = _quota(plan, plan.goal(goal), node)
    if answer not in ANSWERS:
        raise BadUsage(f"{answer!r} is not an answer.", hint=f"Use {' or '.join(ANSWERS)}.")
    if answer == "disputed" and not reason.strip():
        raise BadUsage("A dispute needs its reason.", hint='Add --why "…"; it is kept in the plan.')
    said = QuotaAnswer(
        node=node,
        kpi=quota.kpi,
        period=quota.period,
        unit=quota.unit,
        amount=quota.amount,
        answer=answer,
        by=by,
        at=at,
        reason=reason,
        revision=plan.revision,
    )
    others = tuple(one for one in plan.answers if _whose(one) != _whose(said))
    return replace(plan, answers=(*others, said))


def standings(plan: Plan, goal: Goal) -> tuple[Standing, ...]:
    """Tell for every node of a goal's cascade what was handed down, what comes back up and what its owner says.

    Returns
    -------
    tuple of Standing
        In the order of the quotas; empty where the goal has none.
    """
    quotas = plan.quotas_of(goal)
    if not quotas:
        return ()
    tree = tree_of(quotas)
    mine = (goal.kpi, goal.period.label)
    committed = {one.node: one.amount for one in plan.commitments if (one.kpi, one.period) == mine}
    answers = {one.node: one for one in plan.answers if (one.kpi, one.period) == mine}
    sums = _sums(tree, committed)
    return tuple(_standings(tree, quotas, sums, answers))


def outdated_words(answered: str, then: str, now: str, *, revision: int | None, day: str) -> str:
    """Say what was answered to another amount, and that it is to be asked again.

    Parameters
    ----------
    answered
        ``accepted`` or ``disputed``.
    then, now
        What the quota was and is.
    revision, day
        Of the plan that was answered, else the day on which it was.

    Examples
    --------
    >>> outdated_words("accepted", "100,000", "120,000", revision=3, day="Sep 1, 2017")
    'accepted 100,000 in revision 3; the quota is now 120,000: ask again'
    """
    when = f"in revision {revision}" if revision is not None else f"on {day}"
    return f"{answered} {then} {when}; the quota is now {now}: ask again"


def of_nobody(plan: Plan) -> tuple[Commitment | QuotaAnswer, ...]:
    """List commitments and answers of nodes and reps that have no quota of that goal (any more), which stand in no gap."""
    quotas = {(quota.id, quota.kpi, quota.period) for quota in plan.quotas}
    said: tuple[Commitment | QuotaAnswer, ...] = (*plan.commitments, *plan.answers)
    return tuple(one for one in said if _whose(one) not in quotas)


@dataclass(frozen=True, kw_only=True)
class _Sum:
    """What a node stands for: ``amount`` of it is known, and whether that is all."""

    own: int | None
    below: int | None
    answered: int
    complete: bool

    @property
    def amount(self) -> int | None:
        return self.below if self.own is None else self.own


def _sums(tree: OrgTree, committed: Mapping[str, int | None]) -> dict[str, _Sum]:
    found: dict[str, _Sum] = {}
    for node in reversed(tuple(tree.walk())):
        children = [found[child.id] for child in tree.children(node.id)]
        amounts = [child.amount for child in children if child.amount is not None]
        answered = sum(child.complete for child in children)
        own = committed.get(node.id)
        found[node.id] = _Sum(
            own=own,
            below=sum(amounts) if amounts else None,
            answered=answered,
            complete=own is not None or bool(children and answered == len(children)),
        )
    return found


def _standings(
    tree: OrgTree, quotas: tuple[Quota, ...], sums: Mapping[str, _Sum], answers: Mapping[str, QuotaAnswer]
) -> Iterator[Standing]:
    for quota in quotas:
        known, answer = sums[quota.id], answers.get(quota.id)
        stands_for = known.amount if known.complete else None
        holds = answer is not None and answer.amount == quota.amount
        yield Standing(
            quota=quota,
            committed=known.own,
            below=known.below,
            answered=known.answered,
            children=len(tree.children(quota.id)),
            gap=None if stands_for is None else stands_for - quota.amount,
            answer=answer if holds else None,
            outdated=None if holds else answer,
        )


def _whose(one: Commitment | QuotaAnswer) -> tuple[str, str, str]:
    return one.node, one.kpi, one.period


def _quota(plan: Plan, goal: Goal, node: str) -> Quota:
    quotas = {quota.id: quota for quota in plan.quotas_of(goal)}
    if node not in quotas:
        raise UnknownName(f"The goal {goal.kpi} has no quota for {node!r}.", hint=nearest(node, quotas))
    return quotas[node]
