"""What segments sold against what their curves predicted for the effort that they had."""

from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

import numpy as np

from salesnb.actions.allocation_problem import Posed
from salesnb.actions.effort_months import is_people
from salesnb.allocation.forms import Floats
from salesnb.allocation.limits import Key
from salesnb.allocation.realised import Realised
from salesnb.calendar import Period
from salesnb.planning import Segment

__all__ = ["realised_sales"]

_LOW, _HIGH = 10, 90
_DRAWS = 400
_FULL = 10_000

Won = Callable[[Segment, Sequence[Period]], int | None]


def realised_sales(
    posed: Posed,
    effort: Mapping[Key, Mapping[str, float]],
    months: Sequence[Period],
    whole: Sequence[Period],
    won: Won,
) -> tuple[Realised, ...]:
    """Compare the months after those that curves were fitted from; segments of which either is not known are left out.

    Sales of a month are held against the effort that they come from: that of the curve's lag before.

    Parameters
    ----------
    posed
        With what further resources bring beside today's amounts, so that a segment's curves add up to its sales.
    effort
        By line and label of a month, in units that people type.
    months, whole
        Those that are known, and all of the plan's period.
    won
        Tells what a segment won in months, in minor units.
    """
    found = []
    for segment in posed.plan.segments:
        lines = [key for key, place in posed.places.items() if place[1] == segment.id]
        new = [month for month in months if month.label > _last(posed, lines)]
        if not lines or not new or not all(effort.get(key) for key in lines):
            continue
        actual = won(segment, new)
        if actual is not None:
            drawn = _predicted(posed, lines, effort, new, whole) * posed.scale.sales()
            low, high = np.percentile(drawn, [_LOW, _HIGH])
            found.append(
                Realised(
                    segment=segment.name,
                    ahead=len(new),
                    effort=_spent(posed, lines[0], effort[lines[0]], new),
                    actual=float(actual),
                    predicted=float(drawn.mean()),
                    low=float(low),
                    high=float(high),
                )
            )
    return tuple(found)


def _last(posed: Posed, lines: Sequence[Key]) -> str:
    """Label of the last month that a line's curve was fitted from; empty where none was."""
    fits = [posed.stored(key).fit for key in lines]
    return max((fit.last for fit in fits if fit is not None), default="")


def _spent(posed: Posed, key: Key, effort: Mapping[str, float], months: Sequence[Period]) -> float:
    """Sum the effort that sells in months."""
    fit = posed.stored(key).fit
    lag = 0 if fit is None else fit.lag
    return sum(effort.get(_before(month.label, lag), 0.0) for month in months)


def _before(label: str, months: int) -> str:
    """Give the label of a month so many months before another: ``2017-11``."""
    year, month = divmod(int(label[:4]) * 12 + int(label[5:]) - 1 - months, 12)
    return f"{year:04}-{month + 1:02}"


def _predicted(
    posed: Posed,
    lines: Sequence[Key],
    effort: Mapping[Key, Mapping[str, float]],
    new: Sequence[Period],
    whole: Sequence[Period],
) -> Floats:
    """Draw (d,) what the segment sells in the new months, their noise included where the curve tells it."""
    labels = [month.label for month in new]
    parts = []
    for key in lines:
        spent = _spent(posed, key, effort[key], new)
        # A curve is for the whole period: what is used in a part of it is held against it at the same pace.
        resource = posed.resource(key)
        people = resource.unit != "money" and is_people(resource.name, resource.counts)
        pace = max(0.0, spent) * (1 if people else len(whole)) / len(new)
        draws = np.array([curve.at(pace) for curve in posed.fresh[key]])
        parts.append(np.resize(draws, _DRAWS))
    fit = posed.stored(lines[0]).fit
    shares = dict.fromkeys((month.label for month in whole), 1 / len(whole))
    if fit is not None:
        shares = {month.label: part / _FULL for month, part in zip(whole, fit.season_bp, strict=True)}
    mine = np.array([shares[label] for label in labels])
    noise = 0.0 if fit is None else fit.noise * float(np.sqrt((mine**2).sum())) / float(mine.sum() or 1)
    rng = np.random.default_rng([3, crc32(posed.places[lines[0]][1].encode())])
    out: Floats = np.sum(parts, axis=0) * mine.sum() * (1 + noise * rng.standard_normal(_DRAWS))
    return np.maximum(out, 0.0)
