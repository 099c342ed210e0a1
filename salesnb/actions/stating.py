"""What there is to allocate, stated as people type it: resources, segments, three answers a segment, limits."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from salesnb.actions.allocation_curves import Scale, judged_record
from salesnb.actions.clock import author, moment
from salesnb.actions.plan_segments import segment_named
from salesnb.actions.plans import read_target
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning import (
    AllocationLimit,
    JudgedSales,
    Plan,
    Resource,
    ResponseCurve,
    find_resource,
    find_segment,
    free_segments,
    keep_curves,
    keep_limits,
    keep_resource,
    keep_segments,
)
from salesnb.planning.words import digits_of

if TYPE_CHECKING:
    from salesnb.workspace import Settings, Workspace

__all__ = [
    "DOUBT",
    "Answers",
    "Ends",
    "Terms",
    "judge",
    "limit",
    "limit_records",
    "only_resource",
    "save_stated",
    "state_resource",
    "with_terms",
]

DOUBT = 0.2
_MONEY = "budget"
_TYPED = re.compile(r"(?:(?P<name>[^=]*[^=\s])\s*=\s*)?(?P<amount>-?[\d.,_']+)\s*(?P<unit>\S.*)?")
_COUNTED = {"hours", "hour", "visits", "heads", "headcount", "people", "reps", "days", "fte"}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a resource may be spent; None leaves what the plan says.

    Attributes
    ----------
    what_pays
        Whether units that earn less than they cost are left over.
    unit_cost, moving_cost
        As typed: what a unit must bring, and what each unit costs that goes elsewhere than today.
    step
        As typed: of which amounts are whole multiples.
    """

    what_pays: bool | None = None
    unit_cost: str | None = None
    moving_cost: str | None = None
    step: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The three answers for a segment, as typed: sales in the currency, effort and today in the unit of the resource.

    Attributes
    ----------
    resource
        Its name; empty for the plan's only one.
    none, now, saturated
        Sales of the period with no effort, with ``effort``, and with as much as could be of any use.
    today
        What the segment has today; the effort where it is left out.
    slope, doubt
        As in :class:`salesnb.planning.JudgedSales`.
    by, why
        Who says so, and on what grounds.
    where
        Where it stands, for messages.
    """

    segment: str
    none: str
    now: str
    saturated: str
    effort: str
    resource: str = ""
    today: str = ""
    slope: str = ""
    doubt: str = ""
    by: str = ""
    why: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Ends:
    """A limit as typed: on one segment, or on several together; a strategy or ends; a lock has both ends the same."""

    segments: tuple[str, ...]
    resource: str = ""
    name: str = ""
    low: str = ""
    high: str = ""
    strategy: str = ""
    why: str = ""
    by: str = ""
    where: str = ""


def state_resource(plan: Plan, text: str, settings: "Settings", terms: Terms) -> Plan:
    """State a resource, such as ``budget=400000``, ``visits=1200 hours`` or ``reps=12 heads``.

    Raises
    ------
    BadUsage
        When the text is not readable, or a count should pay without a cost a unit.
    BadInput
        When the unit is another than the plan's, or an amount is negative or has too many decimals.
    """
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise BadUsage(
            f"--total {text!r} is not readable.",
            hint="Write NAME=AMOUNT, such as budget=400000, or NAME=AMOUNT UNIT, such as 'visits=1200 hours'.",
        )
    name = match["name"] or (plan.resources[0].name if len(plan.resources) == 1 else _MONEY)
    known = next((item for item in plan.resources if name in {item.id, item.name}), None)
    unit, counts = _unit(plan, name, (match["unit"] or "").strip(), known)
    resource = known or Resource(id=name, name=name, unit=unit, counts=counts, total=0)
    total = _amount(match["amount"], resource, settings, f"--total {name}")
    return keep_resource(plan, _with_terms(replace(resource, total=total), terms, settings))


def with_terms(plan: Plan, asked: str, terms: Terms, settings: "Settings") -> Plan:
    """Say how a resource may be spent; it must be named where the plan has several.

    Raises
    ------
    BadUsage, UnknownName
        When it is not clear which is meant, or a count should pay without a cost a unit.
    """
    return keep_resource(plan, _with_terms(only_resource(plan, asked), terms, settings))


def save_stated(workspace: "Workspace", plan: Plan, *, read_at: int, why: str = "") -> Plan:
    """Keep resources, curves and limits before there is anything to allocate.

    Raises
    ------
    StaleSave
        When the plan was saved by somebody else meanwhile.
    """
    reason = why or "Stated what there is to allocate"
    return workspace.plans().save(
        plan, read_at=read_at, author=author(workspace.root), reason=reason, at=moment()
    )


def only_resource(plan: Plan, asked: str = "") -> Resource:
    """Find a resource by name; where none is named, the plan's only one.

    Raises
    ------
    BadUsage
        When none is named, and the plan has none or several.
    UnknownName
        When the plan has no such resource.
    """
    if asked:
        return find_resource(plan, asked)
    if len(plan.resources) != 1:
        known = ", ".join(item.name for item in plan.resources)
        raise BadUsage(
            "It is not clear which resource is meant.",
            hint=f"Name one with --resource: {known}."
            if known
            else "Say first how much there is: --total budget=400000.",
        )
    return plan.resources[0]


def judge(plan: Plan, answers: Sequence[Answers], settings: "Settings", *, who: str, at: datetime) -> Plan:
    """Draw segments' curves from three answers each; a plan without segments gets those that are named.

    A segment with the name of a node or rep of the cascade is that node's deals.

    Raises
    ------
    UnknownName
        When the plan has segments, and none of that name.
    BadInput
        When answers are no numbers or do not rise, naming the segment and where it stands.
    """
    if not plan.segments:
        plan = keep_segments(plan, [segment_named(plan, one.segment) for one in answers])
    return keep_curves(plan, [_judged(plan, one, settings, who, at) for one in answers])


def limit(
    plan: Plan,
    ends: Sequence[Ends],
    settings: "Settings",
    *,
    who: str,
    at: datetime,
    free: Sequence[tuple[str, str]] = (),
) -> Plan:
    """Set limits on segments, in place of those on the same ones; ``free`` names (resource, segment) to let go.

    Raises
    ------
    UnknownName
        When the plan has no such segment or resource.
    BadInput
        When an end is no amount, or the low one is above the high one.
    """
    for resource, segment in free:
        plan = free_segments(plan, only_resource(plan, resource).id, [find_segment(plan, segment).id])
    return keep_limits(plan, limit_records(plan, ends, settings, who=who, at=at)) if ends else plan


def limit_records(
    plan: Plan, ends: Sequence[Ends], settings: "Settings", *, who: str, at: datetime
) -> tuple[AllocationLimit, ...]:
    """Give limits as a plan or a scenario holds them, one of each segment or group.

    Raises
    ------
    BadInput
        When the same is limited twice, of which one would be lost.
    """
    found = tuple(_limit(plan, one, settings, who, at) for one in ends)
    twice = [limit for limit, count in Counter(limit.key for limit in found).items() if count > 1]
    if twice:
        names = ", ".join(segment.name for segment in plan.segments if segment.id in twice[0][1])
        raise BadInput(
            f"{names} is limited twice.", hint="Say it in one limit: a lock, both ends, or a strategy."
        )
    return found


def _limit(plan: Plan, ends: Ends, settings: "Settings", who: str, at: datetime) -> AllocationLimit:
    from salesnb.allocation.segments import STRATEGIES

    resource = only_resource(plan, ends.resource)
    where = ends.where or ends.name or ", ".join(ends.segments)
    if ends.strategy and ends.strategy not in STRATEGIES:
        raise UnknownName(
            f"{ends.strategy!r} is no strategy.", where=where, hint=nearest(ends.strategy, STRATEGIES)
        )
    low, high = (_amount(text, resource, settings, where) if text else None for text in (ends.low, ends.high))
    if low is not None and high is not None and low > high:
        raise BadInput(
            f"It asks for at least {ends.low} and at most {ends.high}.",
            where=where,
            hint="Change one of both.",
        )
    return AllocationLimit(
        resource=resource.id,
        segments=tuple(find_segment(plan, name).id for name in ends.segments),
        name=ends.name,
        unit=resource.unit,
        low=low,
        high=high,
        strategy=ends.strategy,
        by=ends.by or who,
        at=at,
        why=ends.why,
    )


def _judged(plan: Plan, said: Answers, settings: "Settings", who: str, at: datetime) -> ResponseCurve:
    where = said.where or f"--judge {said.segment}"
    resource = only_resource(plan, said.resource)
    effort = _amount(said.effort, resource, settings, where)
    try:
        stored = JudgedSales(
            none_minor=_sales(said.none, settings, where),
            now_minor=_sales(said.now, settings, where),
            saturated_minor=_sales(said.saturated, settings, where),
            effort=effort,
            slope=_share(said.slope, 1.0, where),
            doubt=_share(said.doubt, DOUBT, where),
            by=said.by or who,
            at=at,
            why=said.why,
        )
        today = _amount(said.today, resource, settings, where) if said.today else effort
        segment = find_segment(plan, said.segment).id
        return judged_record(resource, segment, stored, today, Scale(digits_of(plan.currency)))
    except BadInput as error:
        raise BadInput(error.what, where=error.where or where, hint=error.hint) from None


def _unit(plan: Plan, name: str, typed: str, known: Resource | None) -> tuple[str, str]:
    """Tell money from counts by the word behind the amount, else by the name."""
    if typed.upper() == plan.currency:
        unit, counts = "money", ""
    elif typed:
        unit, counts = "count", typed
    elif known is not None:
        unit, counts = known.unit, known.counts
    else:
        unit, counts = ("count", name) if name.casefold() in _COUNTED else ("money", "")
    if known is not None and (unit, counts) != (known.unit, known.counts):
        mine = known.counts or plan.currency
        raise BadInput(
            f"The resource {name} is in {mine}, and cannot be given in {counts or plan.currency}.",
            hint=f"Give it in {mine}, or state another resource.",
        )
    return unit, counts


def _with_terms(resource: Resource, terms: Terms, settings: "Settings") -> Resource:
    costs = {
        name: _rate(text, resource, settings, f"--{name.replace('_', '-')}")
        for name, text in (("unit_cost", terms.unit_cost), ("moving_cost", terms.moving_cost))
        if text is not None
    }
    found = replace(resource, **costs)  # type: ignore[arg-type]
    if terms.step is not None:
        found = replace(found, step=_amount(terms.step, resource, settings, "--step"))
    if terms.what_pays:
        if not found.unit_cost and found.unit != "money":
            raise BadUsage(
                f"It is not said what one of {found.counts or found.name} costs.",
                hint="Add --unit-cost AMOUNT: what one must bring at least.",
            )
        found = replace(found, spend="what pays", unit_cost=found.unit_cost or 1.0)
    return found


def _rate(text: str, resource: Resource, settings: "Settings", where: str) -> float:
    """Read what a unit costs, in minor units of sales a smallest unit: of money in money a plain number."""
    if resource.unit != "money":
        return float(_sales(text, settings, where))
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise BadInput(f"{text!r} is not a number of 0 or more.", where=where, hint="Write one such as 2.5.")
    return found


def _amount(text: str, resource: Resource, settings: "Settings", where: str) -> int:
    """Read an amount of a resource; one in another unit is refused."""
    plain = text.strip()
    words = re.fullmatch(r"(-?[\d.,_' ]+?)\s*([^\W\d_].*)?", plain)
    unit = (words[2] or "") if words else ""
    mine = resource.counts or settings.currency
    if unit and unit.casefold() != mine.casefold():
        raise BadInput(
            f"{text!r} is in {unit}, but {resource.name} is in {mine}.",
            where=where,
            hint="Give amounts in the unit of the resource.",
        )
    return _whole(words[1] if words else plain, resource.unit, settings, where)


def _sales(text: str, settings: "Settings", where: str) -> int:
    return _whole(text, "money", settings, where)


def _whole(text: str, unit: str, settings: "Settings", where: str) -> int:
    try:
        found = int(read_target(text, unit, settings))
    except BadInput as error:
        raise BadInput(error.what.replace("The target ", ""), where=where, hint=error.hint) from None
    if found < 0:
        raise BadInput(f"{text!r} is below 0.", where=where, hint="Give 0 or more.")
    return found


def _share(text: str, default: float, where: str) -> float:
    if not text.strip():
        return default
    plain = text.strip().replace(",", ".")
    try:
        found = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise BadInput(f"{text!r} is not a number of 0 or more.", where=where, hint="Write one such as 0.2.")
    return found
