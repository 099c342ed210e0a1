"""Fairness of quotas: who attains theirs, whether territories decide it, and whether beating one raises the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import fmean

from salesnb.errors import BadInput
from salesnb.planning.slope import FEWEST, Slope, line_slope

__all__ = [
    "EDGES",
    "HEALTHY",
    "Band",
    "Healthy",
    "RepResult",
    "Rise",
    "attainment_bands",
    "potential_slope",
    "ratchet",
    "share_at_quota",
    "team_attainment",
]

EDGES = (0.5, 0.8, 1.0, 1.2)
"""Where the bands of attainment meet: below 50 %, 50 to below 80 %, …, 120 % and more."""


@dataclass(frozen=True, kw_only=True)
class RepResult:
    """What a rep was credited with against the quota.

    Attributes
    ----------
    rep
        Id of the rep's node.
    credited, quota
        In whole minor units or counts; the quota is the effective one.
    potential
        Of the rep's territory, in any unit; None where it is not known.
    """

    rep: str
    credited: int
    quota: int
    potential: float | None = None

    @property
    def attainment(self) -> Fraction | None:
        """Credited over quota; None without a quota."""
        return Fraction(self.credited, self.quota) if self.quota else None


@dataclass(frozen=True, kw_only=True)
class Band:
    """Reps whose attainment lies in ``[low, high)``; None is an open end.

    Attributes
    ----------
    low, high
        Shares of quota.
    reps
        How many.
    share
        Of all reps with a quota; 0 where there are none.
    """

    low: float | None
    high: float | None
    reps: int
    share: float

    @property
    def label(self) -> str:
        """The band in words: ``50 % to below 80 %``."""
        if self.low is None:
            return f"below {_percent(self.high)}"
        if self.high is None:
            return f"{_percent(self.low)} and more"
        return f"{_percent(self.low)} to below {_percent(self.high)}"


@dataclass(frozen=True, kw_only=True)
class Healthy:
    """What share of reps at or above quota is taken to be healthy, and who says so.

    Attributes
    ----------
    low, high
        Shares of reps, both included.
    source
        Where that is from; sources disagree.
    """

    low: float
    high: float
    source: str

    def verdict(self, share: float) -> str:
        """Say in a word where a share stands: ``below``, ``within`` or ``above``."""
        return "below" if share < self.low else "above" if share > self.high else "within"


HEALTHY = Healthy(
    low=0.55,
    high=0.65,
    source="Cortado Group and the 60 % rule; others ask for 60 to 70 % of reps between 80 and 120 %",
)


@dataclass(frozen=True, kw_only=True)
class Rise:
    """How a rep's quota went on after a period.

    Attributes
    ----------
    rep
        Id of the rep's node.
    attained
        Attainment of the earlier, effective quota.
    growth
        Next full quota over the earlier full quota, less one.
    before
        The earlier full quota.
    """

    rep: str
    attained: float
    growth: float
    before: int = 0


def attainment_bands(results: Sequence[RepResult], edges: Sequence[float] = EDGES) -> tuple[Band, ...]:
    """Count reps in half-open bands of attainment; who has no quota is in none.

    An attainment is compared as an exact fraction with an edge as it is written, so that 80 of 100 is 80 %.

    Raises
    ------
    BadInput
        When the edges do not rise from above zero.

    Examples
    --------
    >>> results = [RepResult(rep=str(n), credited=n, quota=100) for n in (180, 160, 140, 55, 45, 40)]
    >>> [band.reps for band in attainment_bands(results)]
    [2, 1, 0, 0, 3]

    References
    ----------
    Bands: https://orm-tech.com/glossary/attainment-distribution
    """
    exact = [Fraction(str(edge)) for edge in edges]
    if not exact or exact[0] <= 0 or any(after <= before for before, after in pairwise(exact)):
        raise BadInput(
            f"The edges of bands do not rise: {', '.join(f'{edge:g}' for edge in edges)}.",
            hint="Give shares of quota such as 0.5, 0.8, 1.0, 1.2.",
        )
    attained = [result.attainment for result in results if result.attainment is not None]
    counts = [0] * (len(exact) + 1)
    for share in attained:
        counts[sum(share >= edge for edge in exact)] += 1
    ends = (None, *edges, None)
    return tuple(
        Band(low=low, high=high, reps=count, share=count / len(attained) if attained else 0.0)
        for (low, high), count in zip(pairwise(ends), counts, strict=True)
    )


def team_attainment(results: Sequence[RepResult]) -> float | None:
    """Divide all that is credited by all effective quotas: a ratio of sums, never a mean of ratios; None without quotas.

    Examples
    --------
    >>> team_attainment([RepResult(rep="a", credited=90, quota=100), RepResult(rep="b", credited=5, quota=10)])
    0.8636363636363636
    """
    quotas = sum(result.quota for result in results)
    return sum(result.credited for result in results) / quotas if quotas else None


def share_at_quota(results: Sequence[RepResult]) -> float | None:
    """Tell what share of reps with a quota attains it; None where nobody has one.

    Examples
    --------
    The mean attainment of these is 103 %, and half of them miss:

    >>> share_at_quota([RepResult(rep=str(n), credited=n, quota=100) for n in (180, 160, 140, 55, 45, 40)])
    0.5
    """
    attained = [result.attainment for result in results if result.attainment is not None]
    return sum(share >= 1 for share in attained) / len(attained) if attained else None


def potential_slope(results: Sequence[RepResult], *, confidence: float = 0.95, fewest: int = FEWEST) -> Slope:
    """Tell how attainment goes with the potential of territories.

    The slope is in attainment per mean potential: 0.2 says that a territory with twice the mean potential attains 20
    points of quota more than one with the mean. Quotas that take potential into account leave nothing to find.

    Examples
    --------
    >>> even = [RepResult(rep=str(n), credited=90 + n % 3, quota=100, potential=50.0 + n) for n in range(9)]
    >>> potential_slope(even).found
    False

    References
    ----------
    Attainment should be unrelated to the size of a territory; a slope with its interval tests that, a scatter does not.
    """
    known = [
        (result.potential, result.attainment)
        for result in results
        if result.potential is not None and result.attainment is not None
    ]
    mean = fmean(potential for potential, _ in known) if known else 0.0
    points = [(potential / mean, float(attained)) for potential, attained in known] if mean else []
    return line_slope(points, confidence=confidence, fewest=fewest)


def ratchet(
    rises: Sequence[Rise], *, confidence: float = 0.95, fewest: int = FEWEST
) -> tuple[Slope, Slope, Slope]:
    """Tell how the next quota follows what was attained of the last, in growth of quota per attainment.

    0.5 says that who beat a quota by ten points gets one that is five per cent higher than who just attained theirs.

    Returns
    -------
    tuple
        The slope over all reps, over those who attained their quota, and over those who missed it.

    Examples
    --------
    >>> rises = [Rise(rep=str(n), attained=0.8 + n / 20, growth=n / 40) for n in range(10)]
    >>> [round(found.slope, 3) if found.slope is not None else None for found in ratchet(rises)]
    [0.5, None, None]

    References
    ----------
    Leone, Misra & Zimmerman (2004), "Investigating dynamic sales quotas": quotas rise more after beating than they fall
    after missing, so that both sides are told apart.
    """
    sides = (rises, [r for r in rises if r.attained >= 1], [r for r in rises if r.attained < 1])
    every, beat, missed = (
        line_slope([(rise.attained, rise.growth) for rise in side], confidence=confidence, fewest=fewest)
        for side in sides
    )
    return every, beat, missed


def _percent(share: float | None) -> str:
    return f"{(share or 0) * 100:.10g} %"
