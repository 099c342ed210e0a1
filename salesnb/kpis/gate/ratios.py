"""Whether a ratio is the ratio of sums, and what it is where there is nothing to divide by."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from salesnb.counting import counted
from salesnb.kpis.gate.check import RULES, Verdict, failed, not_possible, passed
from salesnb.kpis.gate.expression import averaged_ratios, denominators, of_zeros
from salesnb.kpis.language.writing import normal_form

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject

_SLACK = 1e-9


@RULES.register("is a ratio of sums")
def is_a_ratio_of_sums(subject: "Subject") -> Verdict:
    """Compute it of the sums of its parts over finer groups, and beside it the mean of the groups' own values."""
    averaged = averaged_ratios(subject.tree, subject.known)
    if averaged:
        told = " and ".join(normal_form(node) for node in averaged)
        return failed(
            f"It takes the mean of the ratios {told}, whatever they are out of.",
            "Divide the sum of what is above by the sum of what is below: (a + c) / (b + d).",
        )
    if not any(True for _ in denominators(subject.tree)):
        return passed("Nothing is divided in it, so there is no ratio that could be a mean of ratios.")
    if subject.whole is None:
        return not_possible("There is no figure in the data to check it on.", "Import data that it is about.")
    said = []
    for by in dict.fromkeys((subject.data.meta.levels[-1], "product")):
        finer = _finer(subject, by)
        again = _of_sums(subject, finer)
        if not _same(again, subject.whole):
            return failed(
                f"Its parts summed over {by} give {subject.say(again)}, the KPI itself {subject.say(subject.whole)}.",
                "A ratio is the ratio of sums: let its parts be sums and counts.",
            )
        said.append(_compared(subject, by, finer))
    return passed(f"Of the summed parts it is {subject.say(subject.whole)} again. {' '.join(said)}")


@RULES.register("is nothing where there is nothing to divide by")
def is_nothing_of_zero(subject: "Subject") -> Verdict:
    """Compute it of zeros, and look for groups in the data that have nothing to divide by."""
    if not any(True for _ in denominators(subject.tree)):
        return passed("It divides by nothing that could be zero.")
    zeros = subject.computed_of(dict.fromkeys((kpi.name for kpi in subject.measures), 0))
    if zeros is not None and of_zeros(subject.tree) is None:
        return failed(
            f"Of zeros alone it gives {subject.say(zeros)}, where there is nothing to divide by.",
            "It must be nothing there, neither zero nor infinite.",
        )
    level = subject.data.meta.levels[-1]
    found = subject.values(by=(level,), grain="month")
    wild = next(
        (group for group, value in found.items() if value is not None and not math.isfinite(value)), None
    )
    if wild is not None:
        return failed(f"It is {found[wild]} in {subject.place((level,), wild)}.", "It must be nothing there.")
    empty = [group for group, value in found.items() if value is None]
    seen = (
        f"of {counted(len(found), 'month', 'months')} by {level}, {counted(len(empty), 'has none and is', 'have none and are')} nothing, such as {subject.place((level,), empty[0])}"
        if empty
        else f"each of {counted(len(found), 'month', 'months')} by {level} has something to divide by"
    )
    return passed(f"Computed of zeros it is nothing; in the data {seen}.")


def _finer(subject: "Subject", by: str) -> list[Mapping[str, Any]]:
    """Compute the KPI and its measures by a dimension."""
    names = tuple(dict.fromkeys((subject.name, *(kpi.name for kpi in subject.measures))))
    return [dict(zip(names, row[1:], strict=True)) for row in subject.ask(*names, by=(by,))]


def _of_sums(subject: "Subject", finer: list[Mapping[str, Any]]) -> Any:
    """Compute the KPI of the sums of its measures; one that does not add up is taken as a whole."""
    values = {}
    for kpi in subject.measures:
        if kpi.additive:
            values[kpi.name] = sum(row[kpi.name] or 0 for row in finer)
        else:
            values[kpi.name] = subject.ask(kpi.name).rows[0][0]
    return subject.computed_of(values)


def _compared(subject: "Subject", by: str, finer: list[Mapping[str, Any]]) -> str:
    own = [row[subject.name] for row in finer if row[subject.name] is not None]
    if not own:
        return ""
    mean = sum(own) / len(own)
    groups = f"The mean over {counted(len(own), 'value', 'values')} of {by}"
    if _same(mean, subject.whole):
        return f"{groups} happens to be the same."
    return f"{groups} would be {subject.say(mean)}, which it rightly is not."


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_SLACK, abs_tol=_SLACK)
