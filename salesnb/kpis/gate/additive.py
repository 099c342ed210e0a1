"""Whether it adds up over what it says that it adds up over."""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from salesnb.kpis.gate.check import RULES, Verdict, failed, passed
from salesnb.kpis.kpi import TIME

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject

_SLACK = 1e-9


@RULES.register("adds up where it says so")
def adds_up(subject: "Subject") -> Verdict:
    """Add up its values over each dimension that it is additive over, as a whole and within other groups."""
    claimed = _claimed(subject)
    if not claimed:
        return passed("It does not say that it adds up over anything; its totals are computed, not summed.")
    said = []
    for name in claimed:
        groups = 0
        for group, parts, whole, count in _compared(subject, name):
            if not _equal(subject, parts, whole, count):
                over = "months" if name == TIME else f"the values of {name}"
                return failed(
                    f"It says that it adds up over {name}, but {group} {over} add up to {subject.say(parts)}, and it is"
                    f" {subject.say(whole)}.",
                    f"Take {name!r} out of additive_over"
                    + (
                        f": write additive_over = {_without(claimed, name)}."
                        if subject.definition.additive_over is None
                        else "."
                    ),
                )
            groups += 1
        said.append(f"{'months' if name == TIME else name} ({groups} comparisons)")
    return passed(f"Its parts add up to {subject.say(subject.whole)} over {', '.join(said)}.")


def _claimed(subject: "Subject") -> tuple[str, ...]:
    """Give what its author says, else what follows from the expression."""
    if subject.definition.additive_over is not None:
        return subject.definition.additive_over
    dimensions = ("product", "rep", *subject.data.meta.levels) if subject.kpi.additive else ()
    return (*dimensions, *((TIME,) if subject.kpi.additive_over_time else ()))


def _compared(subject: "Subject", name: str) -> Iterator[tuple[str, Any, Any, int]]:
    """Give groups with the sum of their parts, the group's own figure, and the number of parts."""
    over: dict[str, Any] = {"grain": "month"} if name == TIME else {}
    by = () if name == TIME else (name,)
    fine = subject.values(by=by, **over)
    yield ("as a whole", _sum(fine), subject.whole, len(fine))
    other = "product" if name in subject.data.meta.levels or name == "rep" else subject.data.meta.levels[-1]
    coarse = subject.values(by=(other,))
    finer = subject.values(by=(other, *by), **over)
    for group, whole in coarse.items():
        parts = {key: value for key, value in finer.items() if key[0] == group[0]}
        yield (f"in {subject.place((other,), group)}", _sum(parts), whole, len(parts))


def _sum(parts: Mapping[Any, Any]) -> Any:
    return sum(value for value in parts.values() if value is not None)


def _equal(subject: "Subject", parts: Any, whole: Any, count: int) -> bool:
    # Parts that are weighted are rounded one by one.
    slack = count if subject.kpi.kind == "weighted" else _SLACK
    return math.isclose(parts, whole or 0, rel_tol=_SLACK, abs_tol=slack)


def _without(claimed: tuple[str, ...], name: str) -> str:
    return "[" + ", ".join(f'"{other}"' for other in claimed if other != name) + "]"
