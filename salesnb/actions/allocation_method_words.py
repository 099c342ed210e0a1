"""Where an allocation is known from, as people read it: tail, bound, limits that bind, and curves with their source."""

import numpy as np

from salesnb.actions.allocating import Allocated
from salesnb.actions.allocation_problem import Posed, shown_amount
from salesnb.allocation.limits import Key, Line, line_of
from salesnb.counting import counted
from salesnb.money import Formatter
from salesnb.planning import CurveFit, Resource

__all__ = ["Sales", "known_from", "method_lines"]


class Sales:
    """Writes major units of sales as the reader does."""

    def __init__(self, posed: Posed, fmt: Formatter) -> None:
        self.unit, self.fmt = posed.scale.sales(), fmt

    def __call__(self, major: float) -> str:
        """Write an amount."""
        return self.fmt.money(round(major * self.unit))


def known_from(posed: Posed, *, hint: bool = True) -> str:
    """Say what the curves are known from; ``hint`` says too how to ask for more at the command line."""
    stored = [posed.stored(key) for key in posed.places]
    judged = sum(curve.judged is not None for curve in stored)
    fitted = dict.fromkeys(curve.source for curve in stored if curve.fit is not None)
    told = (
        [f"{_of_curves(len(stored) - judged, len(stored))} estimated from data: {'; '.join(fitted)}."]
        if fitted
        else []
    )
    if judged:
        told.append(
            f"{_of_curves(judged, len(stored))} judgement, with no data behind"
            + (": --hinges tells what depends on which answer." if hint and judged == len(stored) else ".")
        )
    return " ".join(told) or f"The curves are estimated ({stored[0].source})."


def _of_curves(part: int, whole: int) -> str:
    return "All curves are" if part == whole else f"{part} of the {whole} curves are"


def method_lines(found: Allocated, fmt: Formatter) -> tuple[str, ...]:
    """Say what stands behind the answer: tail, bound, limits that bind with their prices, curves with their source."""
    solved, posed = found.solved, found.solved.posed
    money = Sales(posed, fmt)
    low, high = np.percentile(solved.net, [10, 90])
    tail = float(np.sort(solved.net)[: max(1, len(solved.net) // 5)].mean())
    worst = found.asked.worst
    aim = (
        "the mean over the draws"
        if worst is None
        else f"the mean of the worst {fmt.ratio(worst, 0)} of the draws"
    )
    draws = counted(len(solved.best.outcomes), "draw", "draws")
    made = (
        f"Made as large as can be: {aim}, {money(solved.aim)} net of {money(solved.cost)} of costs; no allocation exceeds"
        f" {money(solved.bound)} (gap {fmt.ratio(solved.gap, 4)}, {draws} of the curves,"
        f" {counted(solved.best.boxes, 'box', 'boxes')} looked into)."
    )
    spread = (
        f"Sales less costs in 80 of 100 cases: {money(float(low))} to {money(float(high))}; in the worst fifth"
        f" {money(tail)} on average (measured on {counted(len(solved.net), 'other draw', 'other draws')})."
    )
    lines = [made, spread]
    lines += [
        f"Binds: {price.why}; one more of it is worth {fmt.number(price.worth, 2)}."
        for price in solved.best.prices
    ]
    return (*lines, *(_curve_line(posed, key, fmt) for key in posed.places))


def _curve_line(posed: Posed, key: Key, fmt: Formatter) -> str:
    stored, resource = posed.stored(key), posed.resource(key)
    if stored.fit is not None:
        return _fitted_line(line_of(key), stored.fit, stored.source, resource, fmt)
    said = stored.judged
    if said is None:
        values = ", ".join(f"{item.name} {item.value:.4g}" for item in stored.parameters)
        return f"{line_of(key)}: {stored.form} ({values}), {stored.source}."
    sales = [fmt.money(amount) for amount in (said.none_minor, said.now_minor, said.saturated_minor)]
    shape = "" if said.slope == 1 else f", S-shaped with slope {said.slope:g}" if said.slope > 1 else ""
    return (
        f"{line_of(key)}: {sales[0]} with none, {sales[1]} with {shown_amount(resource, said.effort, fmt)}, at most"
        f" {sales[2]}{shape}; each may be off by {fmt.ratio(said.doubt, 0)}: judgement of {said.by}."
    )


def _fitted_line(line: Line, fit: CurveFit, source: str, resource: Resource, fmt: Formatter) -> str:
    middle, low, high = (fmt.number(value, 2) for value in fit.elasticity)
    doubts = "".join(f" {why[0].upper()}{why[1:]}." for why in fit.doubts)
    return (
        f"{line}: 1 % more {resource.name} brings {middle} % more sales ({low} to {high} in 80 of 100 cases); {source}."
        f"{doubts}"
    )
