"""How much open pipeline a goal needs: computed from win probabilities and deal sizes, not a rule of thumb.

Coverage is the open amount over what is missing to the goal. One over the win rate is about the coverage that gives an
even chance; a safe one is higher, and the more so the fewer and the more unequal the deals are. Here it is the
least at which what is won reaches the goal with the confidence asked for.

Deals are taken as independent of each other. What all share, such as a bad quarter or a product that comes late, makes
the truth more spread out than this: a required coverage is a lower bound, and a probability is too sure of itself.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import erf, exp, gcd, log, pi, sqrt
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from salesnb.errors import BadInput

__all__ = ["Chance", "Odds", "Required", "hit_probability", "required_coverage", "required_for_sizes"]

Floats = npt.NDArray[np.float64]
Places = Callable[[int], tuple[tuple[int, float], ...]]
Found = TypeVar("Found")

# Sums of deals lie on a lattice from nothing to the goal: an exact one where amounts allow it, else one with so many
# places for an average deal. The sum of hundreds of wins is all but normal, and taken to be.
_CELLS, _CELLS_A_DEAL, _MOST_CELLS = 4096, 32, 16_384
_MANY_WINS = 200
_MOST_DEALS = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Odds:
    """An open deal: its amount in minor units, and the probability that it is won in time."""

    amount: int
    probability: float


@dataclass(frozen=True, kw_only=True)
class Chance:
    """A probability between two bounds, which are apart where amounts do not lie on one lattice."""

    probability: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Required:
    """The pipeline that reaches the goal with a confidence.

    Attributes
    ----------
    coverage
        Its amount over what is missing; 0 where nothing is.
    deals, least_deals, most_deals
        How many deals of the kind that is, and between what it lies where amounts do not lie on one lattice; None where
        a bound would be too wide to find.
    confidence
        As asked for.
    """

    coverage: float
    deals: int
    least_deals: int | None
    most_deals: int | None
    confidence: float


def hit_probability(deals: Iterable[Odds], missing: int) -> Chance:
    """Probability that the deals that are won bring what is missing.

    The distribution of the sum of independent deals, each won whole or not at all, by convolution on a lattice up to
    what is missing. Where the amounts have a large enough common unit it is exact; else each amount is shared between
    the two nearest places so that its mean stays, and the bounds are those of rounding all down and all up.

    Parameters
    ----------
    deals
        The open deals.
    missing
        In the same unit; nothing missing is 1.

    Raises
    ------
    BadInput
        When an amount is negative or a probability is not between 0 and 1.

    Examples
    --------
    >>> hit_probability([Odds(amount=100, probability=0.5), Odds(amount=200, probability=0.5)], 200).probability
    0.5
    """
    given = _checked(deals)
    if missing <= 0:
        return Chance(probability=1.0, low=1.0, high=1.0)
    lattice = _Lattice.of([deal.amount for deal in given], missing)
    middle, low, high = lattice.in_three_ways(lambda places: _tail(_summed(given, lattice.cells, places)))
    return Chance(probability=middle, low=low, high=high)


def required_coverage(deals: Iterable[Odds], missing: int, confidence: float) -> Required | None:
    """Times what is missing that pipeline of the same kind must be, for a confidence of reaching it.

    Deals like those given, drawn independently with their amounts and probabilities, are added until what is won
    reaches the goal with that confidence.

    Returns
    -------
    Required or None
        None where no deal can be won, or a million would not do.

    Raises
    ------
    BadInput
        When an amount is negative, or a probability or the confidence is not between 0 and 1.

    Examples
    --------
    Deals of 100 each, every second of which is won, for 100: three leave one chance in eight of winning none.

    >>> found = required_coverage([Odds(amount=100, probability=0.5)], 100, 0.8)
    >>> found.coverage, found.deals
    (3.0, 3)
    """
    given = _checked(deals)
    _check_share("confidence", confidence)
    if missing <= 0:
        return Required(coverage=0.0, deals=0, least_deals=0, most_deals=0, confidence=confidence)
    if not any(deal.amount and deal.probability for deal in given):
        return None
    lattice = _Lattice.of([deal.amount for deal in given], missing)
    wins = sum(deal.probability for deal in given)
    won = sum(deal.probability * deal.amount for deal in given)
    if not lattice.exact and missing * wins > _MANY_WINS * won:
        needed = _many_needed(given, missing, confidence)
    else:
        needed = lattice.in_three_ways(
            lambda places: _deals_needed(_mixed(given, lattice.cells, places), confidence)
        )
    mean = Fraction(sum(deal.amount for deal in given), len(given))
    return _required(needed, mean / missing, confidence)


def required_for_sizes(
    probability: float, sigma: float, missing: float, confidence: float
) -> Required | None:
    """Times what is missing that pipeline must be where deal sizes are log-normal, for a confidence of reaching it.

    Parameters
    ----------
    probability
        Of winning a deal.
    sigma
        Standard deviation of the logarithm of sizes; 0 means that all are alike.
    missing
        In average deals.

    Returns
    -------
    Required or None
        As `required_coverage`.

    Raises
    ------
    BadInput
        When the probability or confidence is not between 0 and 1, or sigma is negative.

    References
    ----------
    The discretisation keeps the mean (Klugman, Panjer and Willmot, Loss Models, "local moment matching"): a place j of
    width h gets (2 L(jh) - L(jh - h) - L(jh + h)) / h, with L(d) the mean of the size cut at d.

    Examples
    --------
    >>> round(required_for_sizes(0.25, 1.0, 10, 0.8).coverage, 1)
    6.1
    """
    _check_share("probability", probability)
    _check_share("confidence", confidence)
    if sigma < 0:
        raise BadInput(f"sigma is {sigma}.", hint="It is a standard deviation, 0 or more.")
    if missing <= 0 or sigma == 0:
        unit = 1_000_000
        return required_coverage(
            [Odds(amount=unit, probability=probability)], round(missing * unit), confidence
        )
    if not probability:
        return None
    won = (probability * sizes for sizes in _log_normal(sigma, missing / _CELLS))
    nothing = np.eye(1, _CELLS)[0] * (1 - probability)
    middle, down, up = (_deals_needed(sizes + nothing, confidence) for sizes in won)
    return _required((middle, down, up), 1 / Fraction(missing), confidence)


@dataclass(frozen=True, kw_only=True)
class _Lattice:
    """Places ``unit`` apart from nothing up to what is missing; exact where every amount is a multiple of it."""

    unit: Fraction
    cells: int
    exact: bool

    @classmethod
    def of(cls, amounts: Sequence[int], missing: int) -> "_Lattice":
        common = gcd(*amounts) or 1
        # A sum of multiples reaches what is missing when it reaches the next multiple.
        cells = -(-missing // common)
        if cells <= _MOST_CELLS:
            return cls(unit=Fraction(common), cells=cells, exact=True)
        known = [amount for amount in amounts if amount]
        fine = missing * _CELLS_A_DEAL * len(known) // max(sum(known), 1)
        cells = min(max(fine, _CELLS), _MOST_CELLS)
        return cls(unit=Fraction(missing, cells), cells=cells, exact=False)

    def in_three_ways(self, compute: Callable[[Places], Found]) -> tuple[Found, Found, Found]:
        """Compute with amounts shared, rounded down and rounded up; once where that is the same."""
        middle = compute(self.shared)
        return (middle, middle, middle) if self.exact else (middle, compute(self.down), compute(self.up))

    def down(self, amount: int) -> tuple[tuple[int, float], ...]:
        """Place an amount at or below it."""
        return ((int(amount // self.unit), 1.0),)

    def up(self, amount: int) -> tuple[tuple[int, float], ...]:
        """Place an amount at or above it."""
        return ((-int(-amount // self.unit), 1.0),)

    def shared(self, amount: int) -> tuple[tuple[int, float], ...]:
        """Share an amount between the two places around it so that its mean stays."""
        place, rest = divmod(amount, self.unit)
        share = float(rest / self.unit)
        return ((int(place), 1.0),) if not share else ((int(place), 1 - share), (int(place) + 1, share))


def _checked(deals: Iterable[Odds]) -> tuple[Odds, ...]:
    given = tuple(deals)
    for deal in given:
        if deal.amount < 0:
            raise BadInput(f"A deal has the amount {deal.amount}.", hint="Amounts are 0 or more.")
        _check_share("probability", deal.probability)
    return given


def _check_share(name: str, value: float) -> None:
    top = value < 1 if name == "confidence" else value <= 1
    if not (value >= 0 and top):
        raise BadInput(f"The {name} is {value}.", hint="Give a share between 0 and 1.")


def _summed(deals: Sequence[Odds], cells: int, places: Places) -> Floats:
    """Give what deals bring together; a convolution with one or two places is as many shifted sums."""
    sums: Floats = np.eye(1, cells)[0]
    for deal in deals:
        moved = np.zeros(cells)
        for place, share in places(deal.amount):
            if place < cells:
                moved[place:] += share * sums[: cells - place]
        sums += deal.probability * (moved - sums)
    return sums


def _mixed(deals: Sequence[Odds], cells: int, places: Places) -> Floats:
    """Give what one deal brings that is drawn from several."""
    sums: Floats = np.zeros(cells)
    for deal in deals:
        sums[0] += 1 - deal.probability
        for place, share in places(deal.amount):
            if place < cells:
                sums[place] += deal.probability * share
    sums /= len(deals)
    return sums


def _log_normal(sigma: float, unit: float) -> tuple[Floats, Floats, Floats]:
    """Put log-normal sizes of mean 1 on the lattice: with their mean kept, rounded down, rounded up."""
    edges = [place * unit for place in range(1, _CELLS + 1)]
    mu = -(sigma**2) / 2
    below = np.array([0.0, *(_normal((log(edge) - mu) / sigma) for edge in edges)])
    cut = np.array(
        [
            0.0,
            *(
                _normal((log(edge) - mu) / sigma - sigma) + edge * (1 - p)
                for edge, p in zip(edges, below[1:], strict=True)
            ),
        ]
    )
    rises = np.diff(cut) / unit
    middle = np.concatenate([[1.0], rises[:-1]]) - rises
    down = np.diff(below)
    return np.maximum(middle, 0.0), down, np.concatenate([[0.0], down[:-1]])


def _normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2


def _required(
    needed: tuple[int | None, int | None, int | None], coverage: Fraction, confidence: float
) -> Required | None:
    """Take the deals needed with sizes as they are, rounded down (more are needed) and rounded up."""
    deals, most, least = needed
    if deals is None:
        return None
    return Required(
        coverage=float(deals * coverage),
        deals=deals,
        least_deals=least,
        most_deals=most,
        confidence=confidence,
    )


def _deals_needed(one: Floats, confidence: float) -> int | None:
    """Find the least number of deals whose sum reaches the goal with a confidence: doubling, then from the top down."""
    powers = [one]
    while _tail(powers[-1]) < confidence - 1e-12:
        if len(powers) > _MOST_DEALS.bit_length():
            return None
        powers.append(_convolved(powers[-1], powers[-1]))
    if len(powers) == 1:
        return 1
    count = 1 << (len(powers) - 2)
    sums = powers[-2]
    for place in range(len(powers) - 3, -1, -1):
        more = _convolved(sums, powers[place])
        if _tail(more) < confidence - 1e-12:
            count, sums = count + (1 << place), more
    return count + 1


def _many_needed(
    deals: Sequence[Odds], missing: int, confidence: float
) -> tuple[int | None, int | None, int | None]:
    """Find the least number of deals where it is large: by the normal distribution, corrected for skewness (Edgeworth).

    The bounds are Berry and Esseen's, with Shevtsova's (2011) constant.
    """
    shares = np.array([deal.probability for deal in deals])
    amounts = np.array([deal.amount / missing for deal in deals])
    mean, square, cube = (float((shares * amounts**power).mean()) for power in (1, 2, 3))
    deviation = sqrt(square - mean**2)
    skew = (cube - 3 * mean * square + 2 * mean**3) / deviation**3 if deviation else 0.0
    third = float((shares * abs(amounts - mean) ** 3 + (1 - shares) * mean**3).mean())
    bound = 0.4748 * third / deviation**3 if deviation else 0.0

    def reaches(count: int, error: float) -> bool:
        if not deviation:
            return count * mean >= 1
        z = (1 - count * mean) / (deviation * sqrt(count))
        edge = skew / sqrt(count) * (z**2 - 1) * exp(-(z**2) / 2) / (6 * sqrt(2 * pi)) if not error else 0.0
        return 1 - _normal(z) + edge + error * bound / sqrt(count) >= confidence

    found = [
        bisect_left(range(_MOST_DEALS), True, lo=1, key=lambda n: reaches(n, error)) for error in (0, -1, 1)
    ]
    middle, most, least = (None if count >= _MOST_DEALS else count for count in found)
    return middle, most, least


def _convolved(some: Floats, others: Floats) -> Floats:
    """Add two independent sums; what reaches the goal is left out. Rounding errs by less than 1e-12."""
    size = 2 * len(some)
    product: Floats = np.fft.irfft(np.fft.rfft(some, size) * np.fft.rfft(others, size), size)
    return np.maximum(product[: len(some)], 0.0)


def _tail(sums: Floats) -> float:
    """Probability of what is left out: that the goal is reached."""
    return min(max(1.0 - float(sums.sum()), 0.0), 1.0)
