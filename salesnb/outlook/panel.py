"""Series of totals, month by month, that are forecast together because each learns from its peers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from salesnb.errors import BadInput

__all__ = ["Panel", "later"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Totals of peers, such as all teams of a company, on one calendar of steps (months, as a rule).

    An *origin* t is the moment at which the first t steps of the calendar are known, 0 <= t <= T. Arrays by series
    and origin have the shape (n, T + 1).

    Attributes
    ----------
    ids
        Of the n series.
    totals
        Shape (n, T), in any one unit a series. NaN before a series begins and after it ends, never within: a month
        without sales is 0.
    first
        The number of the first step: of months 12 × year + month − 1.
    season
        Steps a year: 12 of months, 4 of quarters.

    Raises
    ------
    BadInput
        When there is nothing, or a series is empty or has a gap.

    Examples
    --------
    >>> panel = Panel.from_series({"North": (24200, [3, 4, 5]), "South": (24201, [7, 8])})
    >>> panel.window_totals(2)[0].tolist(), panel.known[1].tolist()
    ([7.0, 9.0, nan, nan], [0, 0, 1, 2])
    """

    ids: tuple[str, ...]
    totals: Floats
    first: int
    season: int = 12

    def __post_init__(self) -> None:
        if self.totals.ndim != 2 or self.totals.shape[0] != len(self.ids) or not self.totals.size:
            raise BadInput("A forecast needs at least one series with at least one total.")
        here = np.isfinite(self.totals)
        for number, name in enumerate(self.ids):
            steps = np.flatnonzero(here[number])
            if not steps.size or steps[-1] - steps[0] + 1 != steps.size:
                fault = "has no total" if not steps.size else "has a gap"
                raise BadInput(f"The series {name} {fault}.", hint="Write 0 where nothing was sold.")

    @classmethod
    def from_series(cls, series: Mapping[str, tuple[int, Sequence[float]]], *, season: int = 12) -> "Panel":
        """Lay series out on one calendar.

        Parameters
        ----------
        series
            By id: the number of the first step, and the totals from there on without gaps.

        Raises
        ------
        BadInput
            As for the class.
        """
        first = min((start for start, _ in series.values()), default=0)
        last = max((start + len(totals) for start, totals in series.values()), default=0)
        laid = np.full((len(series), last - first), np.nan)
        for row, (start, totals) in zip(laid, series.values(), strict=True):
            row[start - first : start - first + len(totals)] = totals
        return cls(ids=tuple(series), totals=laid, first=first, season=season)

    @cached_property
    def begins(self) -> Integers:
        """The step with which each series begins, shape (n,)."""
        return np.asarray(np.isfinite(self.totals).argmax(axis=1))

    @cached_property
    def known(self) -> Integers:
        """How many totals of each series are known at each origin; 0 also after a series has ended."""
        steps = self.totals.shape[1]
        ends = steps - np.isfinite(self.totals)[:, ::-1].argmax(axis=1)
        origins = np.arange(steps + 1)
        known = np.maximum(origins - self.begins[:, None], 0)
        return np.where(origins > ends[:, None], 0, known)

    def window_totals(self, steps: int) -> Floats:
        """The total of the ``steps`` steps that follow each origin; NaN where they are not all in the panel."""
        found = np.full(self.known.shape, np.nan)
        if steps <= self.totals.shape[1]:
            windows = np.lib.stride_tricks.sliding_window_view(self.totals, steps, axis=1)
            found[:, : windows.shape[1]] = windows.sum(axis=2)
        return found

    def past_totals(self, steps: int) -> Floats:
        """The total of the last ``steps`` steps before each origin; NaN where they are not all in the panel."""
        return later(self.window_totals(steps), steps)


def later(values: Floats, steps: int, *, before: float = np.nan) -> Floats:
    """What stood at each origin, ``steps`` origins later, and ``before`` until then; shapes (n, T + 1)."""
    start = np.full((values.shape[0], steps), before)
    return np.concatenate([start, values], axis=1)[:, : values.shape[1]]
