"""What was spent and what was sold, by segment and period, and whether the one can be told from the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from salesnb.allocation.forms import Floats
from salesnb.allocation.judgement import Judgement
from salesnb.errors import BadInput, UnknownName, nearest

__all__ = ["Doubt", "History", "doubts"]

Flags = npt.NDArray[np.bool_]

# Standard deviation of the logarithm of effort beside season and trend, below which it hardly varied.
_HARDLY = 0.05
# Slope and correlation of sales on effort from which one is a share of the other; elasticities are far below.
_SHARE_SLOPE, _SHARE_CORRELATION = 0.7, 0.8
_FOLLOWS_SLOPE, _FOLLOWS_SURE = 0.25, 3.5
_FEWEST = 12


@dataclass(frozen=True, kw_only=True)
class History:
    """Effort and sales of the past.

    Attributes
    ----------
    segments
        Names (s,).
    effort, sales
        (s, t) in the unit of the resource and of the outcome, the oldest first; NaN where it is not known.
    period
        What a period is called: ``month``.
    season
        Periods after which a season comes back: 12 of months, 52 of weeks, 1 where there is none.
    today
        Effort of today (s,); when left out the mean of the last season.
    judgements
        What somebody expects of segments; with data it stands in for published elasticities.

    Raises
    ------
    BadInput
        When the shapes do not fit, effort is negative, or a number is infinite.
    UnknownName
        When a judgement is of a segment that is not there.
    """

    segments: Sequence[str]
    effort: Floats
    sales: Floats
    period: str = "month"
    season: int = 12
    today: Floats | None = None
    judgements: Mapping[str, Judgement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.segments))
        for name in ("effort", "sales"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        self._check_shapes()
        for name in ("effort", "sales"):
            if np.isinf(getattr(self, name)).any():
                raise BadInput(
                    f"The {name} has an infinite number.", hint="Leave out what is not known (NaN)."
                )
        below = np.argwhere(self.effort < 0)
        if len(below):
            row, column = below[0].tolist()
            raise BadInput(
                f"The effort is {self.effort[row, column]:g}.",
                where=f"{self.segments[row]}, {self.period} {column + 1}",
                hint="Use 0 or more.",
            )
        for name in self.judgements:
            if name not in self.segments:
                raise UnknownName(
                    f"There is a judgement of {name!r}, which has no history.",
                    hint=nearest(name, self.segments),
                )

    def _check_shapes(self) -> None:
        if self.effort.ndim != 2 or self.effort.shape != self.sales.shape or not self.effort.size:
            raise BadInput(
                f"Effort of shape {self.effort.shape} does not fit sales of shape {self.sales.shape}.",
                hint="Give both a row a segment and a column a period.",
            )
        if len(self.segments) != len(self.effort) or len(set(self.segments)) != len(self.segments):
            raise BadInput(
                f"Names ({len(self.segments)}) do not fit the rows of effort ({len(self.effort)}).",
                hint="Name each segment once.",
            )
        if self.season < 1:
            raise BadInput(f"A season of length {self.season} is none.", hint="Use 12 for months.")
        if self.today is not None and np.shape(self.today) != (len(self.segments),):
            raise BadInput("Today's effort does not fit the segments.", hint="Give one number a segment.")

    @cached_property
    def known(self) -> Flags:
        """Where (s, t) both effort and sales are known."""
        both: Flags = np.isfinite(self.effort) & np.isfinite(self.sales)
        return both

    @cached_property
    def usual(self) -> Floats:
        """Today's effort (s,) where there is some, or that of the last season, or of all; NaN where there never was any."""
        out = np.full(len(self.segments), np.nan) if self.today is None else np.array(self.today, dtype=float)
        for row, (effort, known) in enumerate(zip(self.effort, np.isfinite(self.effort), strict=True)):
            if out[row] > 0:
                continue
            late = effort[-self.season :][known[-self.season :]]
            spent = late if late.size and late.mean() > 0 else effort[known]
            if spent.size and spent.mean() > 0:
                out[row] = spent.mean()
        return out

    @property
    def years(self) -> Floats:
        """When each period was (t,), in seasons before the last one; in dozens of periods where there is no season."""
        count = self.effort.shape[1]
        out: Floats = np.arange(1 - count, 1) / (self.season if self.season > 1 else 12)
        return out

    @property
    def place(self) -> npt.NDArray[np.intp] | None:
        """Place in the season of each period (t,); None where fewer than two whole ones are known."""
        count = int(self.effort.shape[1])
        return np.arange(count) % self.season if count >= 2 * self.season > 2 else None

    @property
    def window(self) -> int:
        """How many of the last periods a curve is the average of."""
        return min(max(self.season, 6), int(self.effort.shape[1]))

    def later(self, effort: Floats, sales: Floats) -> "History":
        """Add periods (s, k) at the end."""
        effort, sales = np.asarray(effort, dtype=float), np.asarray(sales, dtype=float)
        rows = len(self.segments)
        if effort.ndim != 2 or effort.shape != sales.shape or len(effort) != rows:
            raise BadInput(
                f"New effort of shape {effort.shape} and sales of shape {sales.shape} do not fit {rows} segments.",
                hint="Give both a row a segment, in the order of the history, and a column a period.",
            )
        return replace(self, effort=np.hstack([self.effort, effort]), sales=np.hstack([self.sales, sales]))


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Why a history cannot tell, in words; ``misleads`` where it would tell something wrong."""

    why: str
    misleads: bool = False


def doubts(history: History) -> dict[str, tuple[Doubt, ...]]:
    """Say of each segment why its history cannot tell a curve; nothing where it may.

    Effort and sales are compared beside what season and trend explain. Effort that follows sales (a budget set as a share
    of them) looks like sales that follow effort: as a share of the same period it leads to a slope near 1, as one of the
    period before it shows in what comes after sales.
    """
    effort, sales = _alone(history, history.effort), _alone(history, history.sales)
    shared, follows = _share(effort, sales), _follows(effort, sales)
    found = {}
    for row, name in enumerate(history.segments):
        mine = effort[row][np.isfinite(effort[row])]
        said = []
        if mine.size > 1 and mine.std() < _HARDLY:
            said.append(
                Doubt(
                    why="effort hardly varied beside trend and season, so history cannot tell what it brings"
                )
            )
        elif row in shared:
            said.append(
                Doubt(
                    why="effort is nearly a fixed share of the sales of the same period, so history cannot tell which"
                    " of them follows the other",
                    misleads=True,
                )
            )
        if follows and mine.size > 1:
            said.append(
                Doubt(
                    why=f"effort follows the sales of the {history.period} before, so the curve may be too steep"
                )
            )
        found[name] = tuple(said)
    return found


def _alone(history: History, values: Floats) -> Floats:
    """Logarithm of values, without segments' means and trends and what all share in a period; NaN where not known."""
    mean = np.array(
        [row[ok].mean() if ok.any() else np.nan for row, ok in zip(values, history.known, strict=True)]
    )
    share = np.where(history.known & (mean > 0)[:, None], values, np.nan) / mean[:, None]
    left = np.log(np.maximum(share, 0.02))
    time = np.arange(left.shape[1], dtype=float)
    for row, ok in enumerate(np.isfinite(left)):
        if ok.sum() > 3:
            left[row, ok] -= np.polyval(np.polyfit(time[ok], left[row, ok], 1), time[ok])
        elif ok.any():
            left[row, ok] -= left[row, ok].mean()
    out: Floats = left - _in_common(history, left)
    return out


def _in_common(history: History, left: Floats) -> Floats:
    """What all segments share in a period, shrunk by how few they are; of one or two the season."""
    places = np.arange(left.shape[1])
    if len(left) < 3:
        places = places % history.season if left.shape[1] >= 2 * history.season > 2 else 0 * places
    out = np.zeros(left.shape[1])
    for place in np.unique(places):
        mine = left[:, places == place]
        mine = mine[np.isfinite(mine)]
        out[places == place] = mine.sum() / (mine.size + 1)
    return out


def _share(effort: Floats, sales: Floats) -> set[int]:
    """Rows whose effort is all but a share of sales."""
    found = set()
    for row in range(len(effort)):
        both = np.isfinite(effort[row]) & np.isfinite(sales[row])
        x, y = effort[row, both], sales[row, both]
        if both.sum() >= _FEWEST and x.std() > 0 and y.std() > 0:
            correlation = float(np.corrcoef(x, y)[0, 1])
            slope = correlation * float(y.std() / x.std())
            if correlation >= _SHARE_CORRELATION and slope >= _SHARE_SLOPE:
                found.add(row)
    return found


def _follows(effort: Floats, sales: Floats) -> bool:
    """Whether effort rises after sales did, beside what effort was then; over all segments."""
    now, before, sold = effort[:, 1:].ravel(), effort[:, :-1].ravel(), sales[:, :-1].ravel()
    ok = np.isfinite(now) & np.isfinite(before) & np.isfinite(sold)
    if ok.sum() < 2 * _FEWEST:
        return False
    design = np.column_stack([sold[ok], before[ok]])
    inner = design.T @ design
    if np.linalg.cond(inner) > 1e10:
        return False
    slopes = np.linalg.solve(inner, design.T @ now[ok])
    left = now[ok] - design @ slopes
    error = np.sqrt(left @ left / (ok.sum() - 2) * np.linalg.inv(inner)[0, 0])
    return bool(slopes[0] > _FOLLOWS_SLOPE and slopes[0] > _FOLLOWS_SURE * error)
