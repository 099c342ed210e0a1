"""A segment brought into a plan's allocation: given the response curves that it needs, or taken out again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from salesnb.actions.clock import author, moment
from salesnb.actions.deal_cells import DealCells
from salesnb.actions.fitting_curves import with_curves
from salesnb.actions.plan_segments import named_segments
from salesnb.actions.stating import Answers, judge
from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.planning import Plan, Segment, find_segment, keep_curves, take_out_segment

if TYPE_CHECKING:
    from salesnb.actions.plan_session import PlanSession
    from salesnb.money import Formatter

__all__ = ["bring_in", "judge_in", "sales_at_pace", "shared_with_allocated", "shared_words", "take_out"]

_YEAR = 365.25
_NAMED = 3
_NO_RESOURCE = "State first what there is to allocate, such as a budget."


def bring_in(session: "PlanSession", key: str) -> tuple[str, ...]:
    """Give a segment curves for the plan's resources, fitted from history; the curves of the others stay.

    Without effort of its own a segment takes after the others.

    Returns
    -------
    tuple of str
        What is to be known of the fit, a sentence each.

    Raises
    ------
    BadInput
        When there is nothing to allocate, or history says nothing of the segment.
    UnknownName
        When the plan has no such segment.
    """
    plan = named_segments(session.plan)
    segment = find_segment(plan, key)
    if not plan.resources:
        raise BadInput("The plan has nothing to allocate.", hint=_NO_RESOURCE)
    found = with_curves(session.workspace, plan, "auto")
    curves = [
        curve
        for curve in found.plan.response_curves
        if curve.segment == segment.id and curve not in plan.response_curves
    ]
    if not curves:
        why = next((told for told in found.notices if segment.name in told or "not fitted" in told), "")
        told = f" {why}" if why else ""
        raise BadInput(
            f"History says nothing of what {segment.name} sells for more or less.{told}",
            hint="Answer the three questions.",
        )

    def change(now: Plan) -> Plan:
        named = named_segments(now)
        find_segment(named, key)
        return keep_curves(named, curves)

    session.change(change, f"{segment.name} brought into the allocation")
    return found.notices


def judge_in(session: "PlanSession", said: Answers) -> None:
    """Give a segment a curve for a resource, drawn from three answers as they were typed.

    Raises
    ------
    BadInput
        When answers are no numbers or do not rise.
    BadUsage, UnknownName
        When it is not clear which resource is meant, or the plan has no such segment or resource.
    """
    workspace, at = session.workspace, moment()
    if not session.plan.resources:
        raise BadInput("The plan has nothing to allocate.", hint=_NO_RESOURCE)
    who = author(workspace.root)
    session.change(
        lambda plan: judge(named_segments(plan), [said], workspace.settings, who=who, at=at),
        f"{find_segment(named_segments(session.plan), said.segment).name} judged and brought into the allocation",
    )


def take_out(session: "PlanSession", key: str) -> None:
    """Allocate nothing to a segment any more; the others keep what they have until it is allocated again."""
    name = find_segment(session.plan, key).name
    session.change(lambda plan: take_out_segment(plan, key), f"{name} taken out of the allocation")


def sales_at_pace(won: int, plan: Plan) -> int:
    """Give what the plan's period sells at the pace of twelve months, in minor units: the middle answer to begin with."""
    return round(won * plan.period.days / _YEAR)


def shared_words(shared: Mapping[str, int], fmt: "Formatter") -> str:
    """Warn of sales that curves would count twice; empty where there are none."""
    if not shared:
        return ""
    largest = sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:_NAMED]
    names = ", ".join(f"{name} ({fmt.compact(won)})" for name, won in largest)
    left = len(shared) - len(largest)
    more = f" and {counted(left, 'other', 'others')}" if left else ""
    return (
        f"It shares sales with segments in the allocation: {names}{more}. The outcome counts those twice"
        " while both are in it."
    )


def shared_with_allocated(cells: DealCells, plan: Plan, segment: Segment) -> dict[str, int]:
    """Tell by name how much of what a segment won is that of segments in the allocation too, in minor units.

    Their curves would count those sales twice.
    """
    inside = {curve.segment for curve in plan.response_curves} - {segment.id}
    mine = cells.segment_rows(segment)
    found = {}
    for other in plan.segments:
        if other.id in inside and other.conditions:
            won = cells.total(mine & cells.segment_rows(other)).won
            if won:
                found[other.name] = won
    return found
