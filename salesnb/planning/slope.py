"""A straight line through points, with an interval for its slope: whether one thing goes with another."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, inf, pi, sin, sqrt
from statistics import NormalDist, fmean

from salesnb.errors import BadInput

__all__ = ["FEWEST", "Slope", "line_slope", "student_quantile"]

FEWEST = 8
"""Points below which no slope is told: with six, the interval is a third wider than what is estimated for many."""

# From here on the normal distribution is the same to five digits.
_LARGE = 10_000
_HALVINGS = 80


@dataclass(frozen=True, kw_only=True)
class Slope:
    """The slope of a line by least squares, with what is known of it.

    Attributes
    ----------
    slope, low, high
        The slope and its interval; None where it cannot be told.
    points
        How many points there are.
    confidence
        Of the interval.
    why
        Where there is no slope, a sentence that says so.
    """

    slope: float | None
    low: float | None = None
    high: float | None = None
    points: int
    confidence: float
    why: str = ""

    @property
    def found(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def line_slope(
    points: Sequence[tuple[float, float]], *, confidence: float = 0.95, fewest: int = FEWEST
) -> Slope:
    """Fit ``y = a + slope * x`` by least squares, with Student's t interval for the slope.

    ``slope = Sxy / Sxx``, ``half width = t(n - 2) * sqrt(residual sum of squares / (n - 2) / Sxx)``. The interval holds
    for residuals that are independent, alike in spread and near normal.

    Parameters
    ----------
    points
        Pairs of x and y.
    confidence
        Of the interval, above 0 and below 1.
    fewest
        Points below which the slope is not told; 3 at least.

    Examples
    --------
    >>> found = line_slope([(1, 1), (2, 3), (3, 2), (4, 5), (5, 4)], fewest=5)
    >>> round(found.slope, 3), round(found.low, 3), round(found.high, 3), found.found
    (0.8, -0.302, 1.902, False)
    """
    n = len(points)
    if n < max(fewest, 3):
        why = f"There are {n} points; below {max(fewest, 3)} a slope says nothing."
        return Slope(slope=None, points=n, confidence=confidence, why=why)
    mean_x, mean_y = (fmean(point[axis] for point in points) for axis in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if not spread or sqrt(spread / n) <= abs(mean_x) * 1e-12:
        return Slope(slope=None, points=n, confidence=confidence, why="All points have the same x.")
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    missed = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    half = student_quantile((1 + confidence) / 2, n - 2) * sqrt(missed / (n - 2) / spread)
    return Slope(slope=slope, low=slope - half, high=slope + half, points=n, confidence=confidence)


def student_quantile(probability: float, freedom: int) -> float:
    """Give the quantile of Student's t distribution with a whole number of degrees of freedom.

    Raises
    ------
    BadInput
        When the probability is not within 0 and 1, or there are no degrees of freedom.

    Examples
    --------
    >>> round(student_quantile(0.975, 10), 3), round(student_quantile(0.975, 3), 3)
    (2.228, 3.182)

    References
    ----------
    Abramowitz & Stegun (1964), 26.7.3 and 26.7.4: the distribution as a finite sum.
    """
    if not 0 < probability < 1 or freedom < 1:
        raise BadInput(
            f"There is no t quantile of {probability:g} with {freedom} degrees of freedom.",
            hint="Give a confidence between 0 and 1.",
        )
    if freedom > _LARGE:
        return NormalDist().inv_cdf(probability)
    # The angle atan(t / sqrt(freedom)) lies within a quarter turn.
    low, high = -pi / 2, pi / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _below(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return sqrt(freedom) * sin(low) / cos(low) if abs(low) < pi / 2 else inf


def _below(angle: float, freedom: int) -> float:
    """Give the probability of less than ``t = sqrt(freedom) * tan(angle)``."""
    odd, step = freedom % 2, cos(angle) ** 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for k in range(freedom // 2):
        total += term
        term *= step * (2 * k + 1 + odd) / (2 * k + 2 + odd)
    inside = (angle + sin(angle) * total) * 2 / pi if odd else sin(angle) * total
    return 0.5 + inside / 2
