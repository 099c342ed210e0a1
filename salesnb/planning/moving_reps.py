"""A rep changes node within a period: what is for the days from then on goes along, and every sum holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from salesnb.calendar import Period
from salesnb.errors import BadInput, UnknownName, nearest
from salesnb.money import split
from salesnb.planning.answers import Commitment
from salesnb.planning.check_cascade import tree_of
from salesnb.planning.handing_over import prorated, refuse_locked, with_change
from salesnb.planning.hedging import factor_below, factors_of, needs
from salesnb.planning.model import NOT_GIVEN, Goal, Plan, Quota, QuotaMonth
from salesnb.planning.recascade import edited, shown_in, with_quotas
from salesnb.planning.roadmap import month_weights_of
from salesnb.planning.sharing import Weight
from salesnb.planning.stay_months import month_of, within
from salesnb.planning.stays import exact_weight, joined, span_of, stays_of_rep

__all__ = ["RepMove", "move_rep"]

# Over-assigned nodes are whole units too, so that a part next to that by days may be needed to fit all of them: with a
# factor of 1.05 one in 20 does, with 1.001 one in 1,000.
_MOST_UNITS_OFF = 1_000
# By these the earlier of two equal remainders gets the unit.
_SIDES = ("1 before", "2 from then on")


@dataclass(frozen=True, kw_only=True)
class RepMove:
    """A plan after a rep has moved.

    Attributes
    ----------
    plan
        The new one, not saved.
    whole, moved
        What the rep has in all, and what of it went along, in minor units of money or as a count.
    """

    plan: Plan
    whole: int
    moved: int


@dataclass(frozen=True, kw_only=True)
class _Stay:
    """A rep's quota at a place, and what the rep commits to there."""

    quota: Quota
    said: Commitment | None


def move_rep(plan: Plan, goal: str, rep: str, to: str, *, on: date) -> RepMove:
    """Move a rep to another node of a goal's cascade from a day on.

    The quota is split by days and the season of the goal, as the effective quota is; where quotas were given by month,
    each month is split by its days. What is for the days before stays where it is, the rest is a quota ``REP@DAY`` under the new node. The nodes above both places give and get just that
    much up to the nearest node that is above both, which stays; so does the goal. Where quotas are over-assigned, a
    node gives what those below it then need, and the part may be a few units off the days so that all levels fit.
    A rep who moves back on the same day has one quota again, as before. Commitments are split as the quota is; an
    answer to the whole is to be asked again.

    Parameters
    ----------
    plan
        What is changed; it stays as it was.
    rep
        Id of a rep's quota.
    to
        Id of the node that the rep comes to.
    on
        The first day there; until the rep moves again.

    Raises
    ------
    UnknownName
        When one of them has no quota.
    BadInput
        When the day is not within the goal's period, the rep is there already, ``to`` is no node that has reps, a quota
        or part that would change is locked, reps are split by typed weights, or no part fits the over-assignment.
    """
    found = plan.goal(goal)
    before = plan.quotas_of(found)
    quotas = {quota.id: quota for quota in before}
    leaf = _leaf(found, quotas, rep)
    _check_place(quotas, leaf, to)
    stays = _stays(plan, before, leaf.whose)
    place = _place(stays, found.period, on)
    here = stays[place].quota
    if here.parent == to:
        raise BadInput(
            f"{stays[0].quota.name} is at {quotas[to].name} on {on} already.",
            where=leaf.whose,
            hint="Name another node.",
        )
    _refuse_typed(before, (str(here.parent), to))
    kept, gone, changes = _parted(plan, found, stays, place, to, on)
    after = _merged([*stays[:place], *kept, gone, *stays[place + 1 :]])
    with_change(here, -gone.quota.amount, _parts(gone.quota))
    refuse_locked(plan, quotas, {**_own_changes(stays, after, gone), **changes})
    moved = _with_stays(plan, found, stays, after)
    nodes = [
        with_change(quota, changes.get(quota.id, 0), _parts(gone.quota), _months(gone.quota))
        for quota in moved.quotas_of(found)
    ]
    changed = with_quotas(moved, found, nodes)
    return RepMove(plan=changed, whole=sum(stay.quota.amount for stay in stays), moved=gone.quota.amount)


def _leaf(goal: Goal, quotas: Mapping[str, Quota], rep: str) -> Quota:
    if rep not in quotas:
        raise UnknownName(f"The goal {goal.kpi} has no quota for {rep!r}.", hint=nearest(rep, quotas))
    leaf = quotas[rep]
    if any(quota.parent == rep for quota in quotas.values()):
        raise BadInput(f"{leaf.name} has others below it.", where=rep, hint="Name a rep.")
    if leaf.basis == NOT_GIVEN:
        raise BadInput(f"{leaf.name} was given no quota, so that none can go along.", where=rep)
    return leaf


def _check_place(quotas: Mapping[str, Quota], leaf: Quota, to: str) -> None:
    if to not in quotas:
        raise UnknownName(f"The goal {leaf.kpi} has no quota for {to!r}.", hint=nearest(to, quotas))
    below = [quota for quota in quotas.values() if quota.parent == to]
    if quotas[to].level == leaf.level or (not below and quotas[to].amount):
        raise BadInput(
            f"{quotas[to].name} has nobody below it whose quotas add up to its own.",
            where=to,
            hint="Name a team of the plan.",
        )


def _stays(plan: Plan, quotas: Sequence[Quota], rep: str) -> list[_Stay]:
    said = {
        one.node: one
        for one in plan.commitments
        if (one.kpi, one.period) == (quotas[0].kpi, quotas[0].period)
    }
    return [_Stay(quota=quota, said=said.get(quota.id)) for quota in stays_of_rep(quotas, rep)]


def _place(stays: Sequence[_Stay], period: Period, on: date) -> int:
    """Find the stay that holds a day."""
    prorated(0, period, on)
    return max(place for place, stay in enumerate(stays) if (stay.quota.since or period.start) <= on)


def _refuse_typed(quotas: Sequence[Quota], nodes: Sequence[str]) -> None:
    for quota in quotas:
        if quota.parent in nodes and quota.given is not None:
            name = next(one.name for one in quotas if one.id == quota.parent)
            raise BadInput(
                f"Those below {name} are split by typed weights, which say nothing of who comes or goes.",
                where=quota.id,
                hint="Split by history first: salesnb plan cascade PLAN --basis history.",
            )


def _parted(
    plan: Plan, goal: Goal, stays: Sequence[_Stay], place: int, to: str, on: date
) -> tuple[list[_Stay], _Stay, dict[str, int]]:
    """Part a stay at a day: what stays (nothing on its first day), what goes, and what the nodes above get and lose."""
    stay = stays[place]
    start, end = span_of([one.quota for one in stays], place, goal.period)
    giver, changes = str(stay.quota.parent), _Above(plan, goal, stay.quota.level)
    if on == start:
        found = changes.of(giver, to, stay.quota.amount)
        if found is not None:
            return [], replace(stay, quota=replace(stay.quota, parent=to)), found
    else:
        first, rest = divided(stay.quota, start, end, on, month_weights_of(plan, goal))
        for off in _outwards() if changes.hedged else (0,):
            if not 0 <= rest.amount + off <= stay.quota.amount:
                continue
            found = changes.of(giver, to, rest.amount + off)
            if found is not None:
                kept = replace(first, amount=first.amount - off)
                gone = replace(
                    rest,
                    amount=rest.amount + off,
                    id=f"{stay.quota.whose}@{on}",
                    name=f"{stays[0].quota.name} from {on}",
                    parent=to,
                    rep=stay.quota.whose,
                    since=on,
                )
                said, says = _said(stay.said, kept, gone)
                return [_Stay(quota=kept, said=said)], _Stay(quota=gone, said=says), found
    raise BadInput(
        f"The quotas are over-assigned, and no part of {shown_in(plan, goal.unit)(stay.quota.amount)} fits all levels.",
        where=stay.quota.id,
        hint="Name a day before or after, or take the over-assignment off, move, and put it on again:"
        " salesnb plan cascade PLAN --over-assignment 0%.",
    )


def divided(
    quota: Quota, start: date, end: date, on: date, season: Mapping[str, Weight]
) -> tuple[Quota, Quota]:
    """Split a quota for the days from ``start`` to before ``end`` at a day: whole units, all sums kept.

    Parameters
    ----------
    season
        What each month of the goal is in proportion to; by days alone where there is none. A quota that was given by
        month is split in each of them.
    """
    days = ((on - start).days, (end - on).days)
    months = [_month_parts(month, start, end, on) for month in quota.months]
    sides = [sum(within(season, *span).values()) for span in ((start, on), (on, end))]
    if any(month.amount for month in quota.months):
        one, two = (sum(part[side] for part in months) for side in (0, 1))
    else:
        one, two = split(quota.amount, sides if any(sides) else days, _SIDES)
    amounts = (one, two)
    known = [part.amount for part in quota.parts]
    own = split(amounts[0], known, [part.label for part in quota.parts]) if any(known) else known
    parts = (own, [whole - part for whole, part in zip(known, own, strict=True)])
    shares = amounts if any(amounts) else days

    def side(place: int) -> Quota:
        share = Fraction(shares[place], sum(shares))
        return replace(
            quota,
            amount=amounts[place],
            weight=None if quota.weight is None else exact_weight(quota.weight * share),
            months=tuple(replace(m, amount=two[place]) for m, two in zip(quota.months, months, strict=True)),
            parts=tuple(replace(p, amount=n) for p, n in zip(quota.parts, parts[place], strict=True)),
        )

    return side(0), side(1)


def _month_parts(month: QuotaMonth, start: date, end: date, on: date) -> tuple[int, int]:
    """Split a month's amount by the days of it before a day and from it on; one without any by all days."""
    first, after = month_of(month.label)
    before = max((min(after, on) - max(first, start)).days, 0)
    then = max((min(after, end) - max(first, on)).days, 0)
    days = (before, then) if before or then else ((on - start).days, (end - on).days)
    one, two = split(month.amount, days, _SIDES)
    return one, two


def _said(said: Commitment | None, kept: Quota, gone: Quota) -> tuple[Commitment | None, Commitment | None]:
    """Split a commitment as the quota is."""
    if said is None:
        return None, None
    if said.amount is None:
        return said, replace(said, node=gone.id)
    amounts = (kept.amount, gone.amount) if kept.amount or gone.amount else (1, 1)
    one, two = split(said.amount, amounts, _SIDES)
    return replace(said, amount=one), replace(said, node=gone.id, amount=two)


def _own_changes(before: Sequence[_Stay], after: Sequence[_Stay], gone: _Stay) -> dict[str, int]:
    """Tell what each stay that there was gets or loses; one that is at another node now loses all that went."""
    now = {stay.quota.id: stay.quota for stay in after}
    changed = [stay.quota for stay in before if now.get(stay.quota.id) != stay.quota]
    return {
        quota.id: (now[quota.id].amount if quota.id in now else 0) - quota.amount or -gone.quota.amount
        for quota in changed
    }


def _merged(stays: Sequence[_Stay]) -> list[_Stay]:
    """Join stays that follow each other at one node."""
    found: list[_Stay] = []
    for stay in stays:
        if found and found[-1].quota.parent == stay.quota.parent:
            found[-1] = _together(found[-1], stay)
        else:
            found.append(stay)
    return found


def _together(one: _Stay, other: _Stay) -> _Stay:
    said = None
    if one.said and other.said:
        amounts = (one.said.amount, other.said.amount)
        said = replace(one.said, amount=None if None in amounts else sum(amount or 0 for amount in amounts))
    return _Stay(quota=joined([one.quota, other.quota]), said=said)


def _with_stays(plan: Plan, goal: Goal, before: Sequence[_Stay], after: Sequence[_Stay]) -> Plan:
    """Put a rep's stays in the place of those before, with what was said and is planned of them."""
    mine = (goal.kpi, goal.period.label)
    was, now = {stay.quota.id for stay in before}, {stay.quota.id for stay in after}
    others = [quota for quota in plan.quotas_of(goal) if quota.id not in was]
    known = {quota.id: quota for quota in (*others, *(stay.quota for stay in after))}
    quotas = tuple(known[node.id] for node in tree_of(tuple(known.values())).walk())
    gone = {
        node for node in was - now if not any(q.id == node and (q.kpi, q.period) != mine for q in plan.quotas)
    }
    planned = tuple(item for item in plan.assumptions.planned if item.node not in gone)
    own = [one for one in plan.commitments if one.node in was and (one.kpi, one.period) == mine]
    said = (stay.said for stay in after)
    return edited(
        plan,
        quotas=(*(q for q in plan.quotas if (q.kpi, q.period) != mine), *quotas),
        commitments=(*(one for one in plan.commitments if one not in own), *(one for one in said if one)),
        answers=tuple(
            one for one in plan.answers if one.node not in was - now or (one.kpi, one.period) != mine
        ),
        assumptions=replace(plan.assumptions, planned=planned),
    )


def _parts(quota: Quota) -> dict[str, int]:
    return {part.label: part.amount for part in quota.parts}


def _months(quota: Quota) -> dict[str, int]:
    return {month.label: month.amount for month in quota.months}


class _Above:
    """What nodes get and lose when an amount goes from below one to below another."""

    def __init__(self, plan: Plan, goal: Goal, level: str) -> None:
        self._quotas = {quota.id: quota for quota in plan.quotas_of(goal)}
        self._level = level
        self._below: dict[str, list[Quota]] = {}
        for quota in self._quotas.values():
            self._below.setdefault(quota.parent or "", []).append(quota)
        self._sums = {node: sum(quota.amount for quota in below) for node, below in self._below.items()}
        self._factors = factors_of(plan, goal, [quota.level for quota in self._quotas.values()])

    @property
    def hedged(self) -> bool:
        """Whether a level is over-assigned."""
        return bool(self._factors)

    def of(self, giver: str, taker: str, moved: int) -> dict[str, int] | None:
        """Give the changes by node below the nearest one above both; None where they do not even out there."""
        up, down = self._path(giver), self._path(taker)
        common = next(node for node in up if node in down)
        losses = self._lifted(up[: up.index(common)], -moved)
        gains = self._lifted(down[: down.index(common)], moved)
        even = losses[-1][1] + gains[-1][1] == 0
        alike = len(losses) != len(gains) or all(
            loss + gain == 0 for (_, loss), (_, gain) in zip(losses, gains, strict=True)
        )
        return (
            {node: change for node, change in (*losses[1:], *gains[1:]) if change} if even and alike else None
        )

    def _path(self, node: str) -> list[str]:
        found = [node]
        while (above := self._quotas[found[-1]].parent) is not None:
            found.append(above)
        return found

    def _lifted(self, nodes: Sequence[str], change: int) -> list[tuple[str, int]]:
        """Follow a change up: the first is that of the rep, then that of each node."""
        found = [("", change)]
        for node in nodes:
            quota, sums = self._quotas[node], self._sums.get(node, 0)
            levels = [one.level for one in self._below.get(node, ())] + [self._level] * (node == nodes[0])
            factor = factor_below(quota.name, levels, self._factors)
            if needs(sums, factor) != quota.amount:
                raise BadInput(
                    f"The quotas below {quota.name} do not come to what it has with its over-assignment.",
                    where=node,
                    hint="Cascade the goal again first: salesnb plan cascade PLAN --basis history.",
                )
            found.append((node, needs(sums + found[-1][1], factor) - quota.amount))
        return found


def _outwards() -> Iterator[int]:
    """Count 0, 1, -1, 2, -2, … to a limit."""
    yield 0
    for off in range(1, _MOST_UNITS_OFF + 1):
        yield off
        yield -off
