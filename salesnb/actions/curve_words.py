"""What curves over age say: the finding, the lines to draw, and what they rest on."""

from collections.abc import Sequence
from math import fsum, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from salesnb.charts import Aged, Line, marked_ages
from salesnb.charts.curve import MOST_LINES
from salesnb.kpis.curves import Estimate
from salesnb.workbooks.findings_words import Wording, plural

if TYPE_CHECKING:
    from salesnb.kpis.aging import CurveGroup
    from salesnb.kpis.curves import WinCurve
    from salesnb.money import Formatter

__all__ = ["CURVES", "curve_finding", "curve_lines", "curve_note", "differ"]

CURVES = {
    "win": "Share of the deals created that is won, by days since creation",
    "cycle": "Share of the deals created that has left the pipeline, by days since creation",
}
_MOST_AGES = 5
_VERBS = {"win": "are won", "cycle": "have left the pipeline"}


def curve_finding(name: str, groups: "Sequence[CurveGroup]", fmt: "Formatter") -> str:
    """Say what curves show: how much and how fast for one, who differs for several."""
    told = [group for group in groups if group.curve.steps]
    say = Wording(fmt)
    if not told:
        return "Too few deals are closed to tell a curve."
    if len(groups) == 1:
        return _win(told[0].curve, say) if name == "win" else _cycle(told[0].curve, say)
    return _compared(name, told, say) if len(told) > 1 else _alone(name, told[0], say)


def _win(found: "WinCurve", say: Wording) -> str:
    last = found.steps[-1]
    half = found.won_age()
    if half is None:
        return f"No deal is won within {_days(last.age, say)}; {say.share(last.lost.share)} are lost."
    return (
        f"{say.share(last.won.share)} of the deals created are won within {_days(last.age, say)}"
        f"{_interval(last.won, say)}, half of these within {_days(half, say)}; {say.share(last.lost.share)} are lost."
    )


def _cycle(found: "WinCurve", say: Wording) -> str:
    left, half, most = found.left_age(), found.won_age(), found.won_age(0.9)
    share = say.share(found.steps[-1].left.share)
    said = (
        f"Half of the deals created have left the pipeline after {_days(left, say)}"
        if left is not None
        else f"Only {share} of the deals created have left the pipeline after {_days(found.steps[-1].age, say)}"
    )
    if half is None or most is None:
        return f"{said}; none is won."
    return f"{said}; half of the wins come within {_days(half, say)}, nine of ten within {_days(most, say)}."


def _compared(name: str, told: "Sequence[CurveGroup]", say: Wording) -> str:
    """Name the ends at an age that all have reached, and whether all of them could be alike.

    Groups that are too young for half the range of ages are drawn and not compared.
    """
    old, age = _grown(told)
    if len(old) < 2:
        return _alone(name, old[0], say)
    ends = [f"{say.share(_at(name, group, age).share)} in {_name(group)}" for group in _ends(name, told)]
    apart = differ([_at(name, group, age) for group in old])
    chance = "more than chance explains" if apart else "no more than chance may bring"
    return f"Of the deals created, {ends[0]} and {ends[1]} {_VERBS[name]} within {_days(age, say)}: {chance}."


def _grown(told: "Sequence[CurveGroup]") -> "tuple[list[CurveGroup], int]":
    """Give the groups that are old enough to compare, and the age that all of them have reached."""
    longest = max(group.curve.steps[-1].age for group in told)
    old = [group for group in told if (group.curve.told_to or 0) * 2 >= longest]
    return old, min(longest, *(group.curve.told_to or 0 for group in old))


def _ends(name: str, told: "Sequence[CurveGroup]") -> "tuple[CurveGroup, CurveGroup]":
    """Give the groups with the largest and the smallest share at an age that all have reached."""
    old, age = _grown(told)
    ranked = sorted(old, key=lambda group: (-_at(name, group, age).share, str(group.key)))
    return ranked[0], ranked[-1]


def differ(estimates: Sequence[Estimate]) -> bool:
    """Tell whether shares differ by more than chance: at the 5 % level, all of them together (Cochran's Q).

    The limit of chi-square with n - 1 degrees of freedom is Wilson and Hilferty's (1931).
    """
    known = [one for one in estimates if one.variance > 0]
    if len(known) < 2:
        return False
    weights = [1 / one.variance for one in known]
    mean = fsum(w * one.share for w, one in zip(weights, known, strict=True)) / fsum(weights)
    spread = fsum(w * (one.share - mean) ** 2 for w, one in zip(weights, known, strict=True))
    free = len(known) - 1
    part = 2 / (9 * free)
    return spread > free * (1 - part + NormalDist().inv_cdf(0.95) * sqrt(part)) ** 3


def _alone(name: str, group: "CurveGroup", say: Wording) -> str:
    last = group.curve.steps[-1]
    share = say.share(_at(name, group, last.age).share)
    return (
        f"Of the deals created, {share} in {_name(group)} {_VERBS[name]} within {_days(last.age, say)}; "
        "the others are too few or too young to compare."
    )


def _at(name: str, group: "CurveGroup", age: int) -> Estimate:
    step = group.curve.step(age)
    if step is None:
        return Estimate(share=0.0, variance=0.0, low=None, high=None)
    return step.won if name == "win" else step.left


def _interval(estimate: Estimate, say: Wording) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = say.share(estimate.low), say.share(estimate.high)
    return "" if low == high else f" ({low} to {high})"


def _days(days: int | None, say: Wording) -> str:
    return say.count(days or 0, "day")


def _name(group: "CurveGroup") -> str:
    return " · ".join(part if part is not None else "none" for part in group.key)


def curve_lines(name: str, groups: "Sequence[CurveGroup]") -> tuple[list[Line], tuple[int, ...]]:
    """Give the lines, the largest groups first, and the ages that the axis marks."""
    told = [group for group in groups if group.curve.steps]
    ages = marked_ages(max((group.curve.steps[-1].age for group in told), default=1), _MOST_AGES)
    if len(groups) == 1:
        return [line for group in told for line in _both(name, group.curve, ages)], ages
    ends = [group.key for group in _ends(name, told)]
    told.sort(key=lambda group: (group.key not in ends, -group.curve.created, str(group.key)))
    return [
        _line(_name(group), group.curve, "won" if name == "win" else "left", ages) for group in told
    ], ages


def _both(name: str, found: "WinCurve", ages: Sequence[int]) -> tuple[Line, ...]:
    if name == "win":
        return (_line("Won", found, "won", ages), _line("Lost", found, "lost", ages))
    last = found.steps[-1].won.share
    if not last:
        return (_line("Won or lost", found, "left", ages),)
    wins = Line(
        name="Of the wins",
        steps=tuple(Aged(step.age, step.won.share / last) for step in found.steps),
        told_to=found.told_to,
        at_risk=_risks(found, ages),
    )
    return (_line("Won or lost", found, "left", ages), wins)


def _line(name: str, found: "WinCurve", of: str, ages: Sequence[int]) -> Line:
    estimates: list[tuple[int, Estimate]] = [(step.age, getattr(step, of)) for step in found.steps]
    return Line(
        name=name,
        steps=tuple(Aged(age, one.share, one.low, one.high) for age, one in estimates),
        told_to=found.told_to,
        at_risk=_risks(found, ages),
    )


def _risks(found: "WinCurve", ages: Sequence[int]) -> tuple[tuple[int, float], ...]:
    return tuple(
        (age, found.at_risk(age)) for age in ages if found.told_to is not None and age <= found.told_to
    )


def curve_note(groups: "Sequence[CurveGroup]", undated: int, fmt: "Formatter") -> str:
    """Say what the curves rest on."""
    if not groups:
        return ""
    curves = [group.curve for group in groups]
    created = round(sum(found.created for found in curves))
    still_open = round(sum(found.created - found.won_count - found.lost_count for found in curves))
    said = [
        f"{plural(created, 'deal', fmt)} created, {fmt.count(still_open)} still open.",
        f"Intervals: {fmt.ratio(curves[0].confidence, 0)}.",
        f"A curve ends where fewer than {curves[0].least} were open.",
    ]
    shown = sum(bool(found.steps) for found in curves)
    if shown > MOST_LINES:
        said.append(f"{plural(shown - MOST_LINES, 'group', fmt)} of {fmt.count(shown)} not drawn.")
    few = sum(not found.steps for found in curves)
    if few and len(curves) > 1:
        said.append(f"{plural(few, 'group', fmt)} with too few left out.")
    if undated:
        said.append(f"{fmt.count(undated)} without created date left out.")
    return " ".join(said)
