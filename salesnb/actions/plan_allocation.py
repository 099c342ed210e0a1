"""What the plan's page tells of its allocation: how good it is, what each segment has, what it gains, and its curves.

The part ``allocation`` of the extract has ``said`` and ``method`` (sentences), ``lines`` (a row a segment and resource),
``gains`` (over simpler ways), ``curves`` and ``leeway`` (the share of the outcome that bands may cost). Money is in minor units, amounts in the smallest unit of their resource. Where the
amounts of the plan are not those that are found today, they stand alone, with the certificate they were kept with.
"""

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from salesnb.actions.allocating import Allocated, Asked, find_allocation, worths
from salesnb.actions.allocation_method_words import method_lines
from salesnb.actions.allocation_problem import shown_amount
from salesnb.actions.allocation_words import allocation_lines, may_lie
from salesnb.allocation.limits import Key, line_of
from salesnb.errors import SalesnbError
from salesnb.money import Formatter
from salesnb.planning import AllocationLimit, AllocationLine, Plan, Resource

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["allocation_of_plan"]

# How much of the outcome managers may give up by moving a segment within its band.
_LEEWAY = 0.01
_POINTS = 24
_LOW, _HIGH = 10, 90
_WORST = re.compile(r"worst (\d+)%")


def allocation_of_plan(workspace: "Workspace", plan: Plan) -> dict[str, Any]:
    """Give the part ``allocation`` of an extract; nothing where the plan's amounts are not proved for what it says now."""
    if plan.certificate is None or not plan.allocation:
        return {}
    fmt = workspace.settings.formatter
    found = _found_again(workspace, plan)
    return {"allocation": _kept(plan, fmt) if found is None else _whole(found, plan, fmt)}


def _found_again(workspace: "Workspace", plan: Plan) -> Allocated | None:
    """Allocate as it was done; None where that gives other amounts than the plan holds."""
    aim = _WORST.search(plan.certificate.aim) if plan.certificate else None
    asked = Asked(worst=int(aim[1]) / 100 if aim else None, leeway=_LEEWAY)
    try:
        found = find_allocation(workspace, plan, asked, read_at=plan.revision)
    except SalesnbError:
        return None
    return found if _amounts(found.plan) == _amounts(plan) else None


def _amounts(plan: Plan) -> Mapping[tuple[str, str], int | float]:
    return {(line.resource, line.segment): line.amount for line in plan.allocation}


def _whole(found: Allocated, plan: Plan, fmt: Formatter) -> dict[str, Any]:
    expected, gain, quality, *rest = allocation_lines(found, fmt, hint=False)
    return {
        "said": [quality, expected, gain, *rest],
        "leeway": _LEEWAY,
        "lines": _lines(found, plan, fmt),
        "gains": [
            {
                "over": name,
                "mean": _minor(found, one.mean),
                "low": _minor(found, one.low),
                "high": _minor(found, one.high),
                "share_better": one.share_better,
                "sure": one.is_sure,
            }
            for name, one in found.gains.items()
        ],
        "curves": [_curve(found, key) for key in found.solved.posed.places],
        "method": list(method_lines(found, fmt)),
    }


def _kept(plan: Plan, fmt: Formatter) -> dict[str, Any]:
    """Tell of amounts as they were kept, with nothing that would have to be found again."""
    proved = plan.certificate
    names = {segment.id: segment.name for segment in plan.segments}
    today = {(curve.resource, curve.segment): curve.today for curve in plan.response_curves}
    lines = [
        _plain_line(_resource(plan, line.resource), names.get(line.segment, line.segment), line)
        | {
            "today": today.get((line.resource, line.segment)),
            "limits": _limits(plan, line.resource, line.segment, fmt),
        }
        for line in plan.allocation
    ]
    said = []
    if proved is not None:
        most = fmt.ratio(max(math.ceil(proved.gap * 1000 - 1e-9), 1) / 1000)
        said = [
            f"Best found when it was kept; at most {most} better existed.",
            f"Expected sales: {fmt.money(proved.outcome_minor)}, with today's amounts {fmt.money(proved.today_minor)}.",
        ]
    return {"said": said, "lines": lines, "gains": [], "curves": [], "method": []}


def _lines(found: Allocated, plan: Plan, fmt: Formatter) -> list[dict[str, Any]]:
    posed = found.solved.posed
    nexts = worths(found.solved, found.asked.worst or 1.0)
    lines = []
    for key, amount in found.solved.amounts.items():
        resource, segment = posed.places[key]
        line = next(one for one in plan.allocation if (one.resource, one.segment) == (resource, segment))
        low, high = may_lie(found, key, amount)
        more = nexts.get(key)
        lines.append(
            _plain_line(posed.resource(key), line_of(key).segment, line)
            | {
                "today": posed.today[key],
                "low": low,
                "high": high,
                "portion": more.portion if more else None,
                "worth": _minor(found, more.worth) if more else None,
                "limits": _limits(plan, resource, segment, fmt),
            }
        )
    return lines


def _plain_line(resource: Resource, segment: str, line: AllocationLine) -> dict[str, Any]:
    return {
        "resource": resource.name,
        "unit": resource.unit,
        "counts": resource.counts,
        "segment": segment,
        "planned": line.amount,
        "low": None,
        "high": None,
        "portion": None,
        "worth": None,
    }


def _limits(plan: Plan, resource: str, segment: str, fmt: Formatter) -> list[dict[str, str]]:
    """Say what a segment is kept to, by whom and why."""
    mine = [one for one in plan.limits if one.resource == resource and segment in one.segments]
    return [_limit(one, _resource(plan, resource), fmt) for one in mine]


def _limit(limit: AllocationLimit, resource: Resource, fmt: Formatter) -> dict[str, str]:
    low, high = (None if end is None else shown_amount(resource, end, fmt) for end in (limit.low, limit.high))
    if limit.strategy:
        what = f"to {limit.strategy}, at least {low}" if low else f"to {limit.strategy}"
    elif limit.low == limit.high:
        what = f"locked at {low}"
    else:
        what = (
            f"kept between {low} and {high}"
            if low and high
            else f"kept at {low} or more"
            if low
            else f"kept at {high} or less"
        )
    group = f"{what} together ({limit.name or 'a group'})" if len(limit.segments) > 1 else what
    return {"what": group, "by": limit.by, "why": limit.why}


def _curve(found: Allocated, key: Key) -> dict[str, Any]:
    """Tell what the segment sells for amounts, on the draws that nothing was found on."""
    posed = found.solved.posed
    resource, scale = posed.resource(key), posed.scale
    fit = posed.stored(key).fit
    points = [] if fit is None else [[round(amount), round(sales)] for amount, sales in fit.points]
    top = max(posed.today[key], found.solved.amounts[key], found.leeway[key].high * scale.of(resource), 1)
    amounts = sorted({*np.linspace(0, 1.25 * top, _POINTS).round().astype(int).tolist()})
    majors = np.array(amounts) / scale.of(resource)
    draws = np.array([curve.over(majors) for curve in posed.fresh[key]]) * scale.sales()
    low, high = np.percentile(draws, [_LOW, _HIGH], axis=0)
    return {
        "resource": resource.name,
        "unit": resource.unit,
        "counts": resource.counts,
        "segment": line_of(key).segment,
        "rows": [
            [int(amount), *(round(float(value)) for value in values)]
            for amount, *values in zip(amounts, draws.mean(axis=0), low, high, strict=True)
        ],
        "today": posed.today[key],
        "planned": found.solved.amounts[key],
        "points": points,
        "source": posed.stored(key).source,
    }


def _resource(plan: Plan, resource: str) -> Resource:
    return next(one for one in plan.resources if one.id == resource)


def _minor(found: Allocated, major: float) -> int:
    return round(major * found.solved.posed.scale.sales())
