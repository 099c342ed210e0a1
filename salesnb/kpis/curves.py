"""Winning and losing as curves over age: competing risks, with deals that are still open counted for as long as they were.

A share won / (won + lost) leaves out what is open, and a share of all created is low until the last of them closes. A
curve over age needs neither: each day of age tells what share of the deals still open then was won or lost.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, fsum, log, sqrt
from statistics import NormalDist

from salesnb.errors import BadInput

__all__ = ["LEAST_AT_RISK", "LOST", "OPEN", "WON", "Estimate", "Step", "Tally", "WinCurve", "win_curve"]

WON, LOST, OPEN = "won", "lost", "open"
# Below that many deals at risk one deal moves the curve by more than a tenth of what is left: it ends there.
LEAST_AT_RISK = 10


@dataclass(frozen=True, kw_only=True)
class Tally:
    """A number of deals that have one age and outcome.

    Attributes
    ----------
    age
        Days from creation to the day of closing, or to the as-of day while open; 0 or more.
    outcome
        ``won``, ``lost`` or ``open``.
    count
        How many; weights may be fractions.
    entered
        The age from which on they would have been known: what closed before the data begin is not in them, so that a
        deal created before counts from the age that it had then.
    """

    age: int
    outcome: str
    count: float = 1
    entered: int = 0


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A share of all created, its variance, and an interval; that is None where the share is 0 or 1."""

    share: float
    variance: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Step:
    """An age at which deals were won or lost, how many of how many, and the shares up to and including it."""

    age: int
    at_risk: float
    won_count: float
    lost_count: float
    won: Estimate
    lost: Estimate
    left: Estimate

    @property
    def open(self) -> float:
        """The share that is still open; with those won and lost it adds up to 1."""
        return 1 - self.left.share


@dataclass(frozen=True, kw_only=True)
class WinCurve:
    """What becomes of deals by age, as far as enough of them were ever that old.

    Attributes
    ----------
    steps
        The ages at which deals left, in order, up to ``told_to``.
    told_to
        The age beyond which fewer than ``least`` deals were at risk; None where there were never as many.
    created, won_count, lost_count
        How many deals are behind it; with weights, what they are worth.
    confidence
        Of the pointwise intervals.
    """

    steps: tuple[Step, ...]
    told_to: int | None
    created: float
    won_count: float
    lost_count: float
    confidence: float
    least: int
    entries: tuple[tuple[int, float], ...]
    exits: tuple[tuple[int, float], ...]

    def at_risk(self, age: int) -> float:
        """Count the deals that were open, and known, when they became that old."""
        entered = fsum(count for at, count in self.entries if at <= age)
        return entered - fsum(count for at, count in self.exits if at < age)

    def step(self, age: int) -> Step | None:
        """Find the last step up to an age; None before the first one."""
        place = bisect_right(self.steps, age, key=lambda step: step.age)
        return self.steps[place - 1] if place else None

    def won(self, age: int) -> float | None:
        """Share of the deals created that are won by an age; None where too few were that old."""
        return self._share(age, "won")

    def lost(self, age: int) -> float | None:
        """Share of the deals created that are lost by an age; None where too few were that old."""
        return self._share(age, "lost")

    def left(self, age: int) -> float | None:
        """Share of the deals created that are won or lost by an age; None where too few were that old."""
        return self._share(age, "left")

    def won_within(self, age: int, days: int) -> float | None:
        """Probability that a deal open at the end of an age is won within that many days.

        P(won within h | open at a) = (F(a + h) - F(a)) / S(a). What lies beyond ``told_to`` adds nothing, so that the
        figure is too low there rather than made up; None where the age itself lies beyond it or none stayed open.

        Examples
        --------
        >>> curve = win_curve([Tally(age=1, outcome="won", count=20), Tally(age=3, outcome="won", count=60),
        ...                    Tally(age=9, outcome="lost", count=20)])
        >>> round(curve.won_within(1, 5), 12), curve.won_within(3, 90), curve.won_within(9, 1)
        (0.75, 0.0, None)
        """
        if self.told_to is None or not 0 <= age <= self.told_to or days < 0:
            return None
        now, then = self.step(age), self.step(min(age + days, self.told_to))
        still_open = 1.0 if now is None else now.open
        if still_open <= 1e-12:
            return None
        gained = (then.won.share if then else 0.0) - (now.won.share if now else 0.0)
        return min(gained / still_open, 1.0)

    def won_age(self, share: float = 0.5) -> int | None:
        """Days by which that share of the wins has happened, of those won by ``told_to``; None without any."""
        last = self.steps[-1].won.share if self.steps else 0.0
        return self._first("won", share * last) if last else None

    def half_won_age(self) -> int | None:
        """Days by which half of all created are won; None where the curve does not reach a half."""
        return self._first("won", 0.5)

    def left_age(self, share: float = 0.5) -> int | None:
        """Days by which that share of all created has been won or lost; None where the curve does not reach it."""
        return self._first("left", share)

    def _share(self, age: int, of: str) -> float | None:
        if self.told_to is None or not 0 <= age <= self.told_to:
            return None
        step = self.step(age)
        found: float = getattr(step, of).share if step else 0.0
        return found

    def _first(self, of: str, share: float) -> int | None:
        # Shares are sums of floats: one that should be a half may lie a hair below it.
        return next((step.age for step in self.steps if getattr(step, of).share >= share - 1e-12), None)


def win_curve(tallies: Iterable[Tally], *, confidence: float = 0.8, least: int = LEAST_AT_RISK) -> WinCurve:
    """Shares of the deals created that are won, lost and left by age, whatever is still open.

    With n deals at risk at an age (open and known until then), of which d_k end in k = won, lost, and S the share
    open just before, the share that has ended in k grows by S d_k / n there, and S falls by S (d_won + d_lost) / n
    (Aalen-Johansen). An open deal is at risk up to and including its age on the as-of day; the order of rows has no
    influence. With no open deal the shares are plain ones.

    Parameters
    ----------
    tallies
        Deals by age and outcome.
    confidence
        Of the pointwise interval.
    least
        Where fewer are at risk the curve ends.

    Raises
    ------
    BadInput
        When an outcome is none of the three, an age is negative, or the confidence is not between 0 and 1.

    References
    ----------
    Aalen, O. O. and Johansen, S. (1978), An empirical transition matrix for non-homogeneous Markov chains based on
    censored observations; Kalbfleisch, J. D. and Prentice, R. L. (2002), The Statistical Analysis of Failure Time
    Data, section 8.2.3. Variance: the Greenwood-type estimator of Dinse, G. E. and Larson, M. G. (1986), which
    Allignol, Schumacher and Beyersmann (2010) recommend, with left-truncated data too:
    Var F_k(t) = sum over ages u up to t of (F_k(t) - F_k(u))^2 d / (n (n - d)) + S^2 d_k (n - d_k) / n^3
    - 2 (F_k(t) - F_k(u)) S d_k / n^2.
    Interval: symmetric in log(-log F), so that it stays within 0 and 1.

    Examples
    --------
    >>> ten = [Tally(age=5, outcome="won", count=4), Tally(age=5, outcome="open", count=2),
    ...        Tally(age=8, outcome="lost", count=2), Tally(age=9, outcome="open", count=2)]
    >>> curve = win_curve(ten, least=1)
    >>> [(step.age, step.at_risk, step.won.share, round(step.lost.share, 12)) for step in curve.steps]
    [(5, 10.0, 0.4, 0.0), (8, 4.0, 0.4, 0.3)]
    """
    given = tuple(tallies)
    _check(given, confidence)
    rows = _by_age(given)
    entries = _summed((tally.entered, tally.count) for tally in given)
    exits = _summed((tally.age, tally.count) for tally in given)
    told_to = _told_to(entries, exits, least)
    walk = _Walk(NormalDist().inv_cdf((1 + confidence) / 2))
    risk = dict(_at_risk([age for age, *_ in rows], entries, exits))
    steps = tuple(
        walk.step(age, risk[age], won, lost)
        for age, won, lost in rows
        if told_to is not None and age <= told_to
    )
    return WinCurve(
        steps=steps,
        told_to=told_to,
        created=fsum(tally.count for tally in given),
        won_count=fsum(tally.count for tally in given if tally.outcome == WON),
        lost_count=fsum(tally.count for tally in given if tally.outcome == LOST),
        confidence=confidence,
        least=least,
        entries=entries,
        exits=exits,
    )


def _check(tallies: Sequence[Tally], confidence: float) -> None:
    if not 0 < confidence < 1:
        raise BadInput(f"The confidence is {confidence}.", hint="Give a share between 0 and 1, such as 0.8.")
    for tally in tallies:
        if tally.outcome not in {WON, LOST, OPEN} or tally.age < 0 or tally.count < 0:
            raise BadInput(f"{tally} cannot be.", hint="An age is 0 or more; deals are won, lost or open.")
        if tally.entered > tally.age:
            raise BadInput(f"{tally} was known only after it ended.", hint="entered is at most age.")


def _by_age(tallies: Sequence[Tally]) -> list[tuple[int, float, float]]:
    """Give each age at which deals left, with the numbers of those won and lost."""
    won = dict(_summed((tally.age, tally.count) for tally in tallies if tally.outcome == WON))
    lost = dict(_summed((tally.age, tally.count) for tally in tallies if tally.outcome == LOST))
    return [(age, won.get(age, 0.0), lost.get(age, 0.0)) for age in sorted({*won, *lost})]


def _summed(pairs: Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """Add up by age; the order has no influence, with weights either."""
    found: dict[int, list[float]] = defaultdict(list)
    for age, count in pairs:
        found[age].append(count)
    return tuple((age, fsum(found[age])) for age in sorted(found) if fsum(found[age]))


def _at_risk(
    ages: Sequence[int], entries: Sequence[tuple[int, float]], exits: Sequence[tuple[int, float]]
) -> Iterable[tuple[int, float]]:
    """Count the deals at risk at each age: those that entered by then and have not left before."""
    came = (*accumulate((count for _, count in entries), initial=0.0),)
    went = (*accumulate((count for _, count in exits), initial=0.0),)
    for age in ages:
        entered = came[bisect_right(entries, age, key=lambda pair: pair[0])]
        yield age, entered - went[bisect_right(exits, age - 1, key=lambda pair: pair[0])]


def _told_to(
    entries: Sequence[tuple[int, float]], exits: Sequence[tuple[int, float]], least: int
) -> int | None:
    """Find the last age up to which enough were at risk at every age."""
    if not exits:
        return None
    # The number at risk falls on the day after an exit, and nowhere else.
    days = sorted({0, *(age + 1 for age, _ in exits)})
    first_few = next((age for age, count in _at_risk(days, entries, exits) if count < least - 1e-9), None)
    return None if first_few in {0, None} else (first_few or 0) - 1


class _Walk:
    """Steps through the ages, keeping what the next step needs."""

    def __init__(self, width: float) -> None:
        self._open = 1.0
        self._greenwood = 0.0
        self._width = width
        self._causes = {"won": _Cause(), "lost": _Cause(), "left": _Cause()}

    def step(self, age: int, at_risk: float, won: float, lost: float) -> Step:
        """Take the deals that left at an age."""
        counts = {"won": won, "lost": lost, "left": won + lost}
        for name, cause in self._causes.items():
            cause.add(counts[name], at_risk, self._open, self._greenwood)
        estimates = {name: cause.estimate(self._width) for name, cause in self._causes.items()}
        left = won + lost
        # When all have left, no share grows any more, and the term is multiplied by zero ever after.
        self._greenwood += left / (at_risk * (at_risk - left)) if at_risk - left > 1e-9 else 0.0
        self._open = max(self._open * (1 - left / at_risk), 0.0)
        return Step(age=age, at_risk=at_risk, won_count=won, lost_count=lost, **estimates)


class _Cause:
    """The share that has ended in one way, with the sums of its variance; each only ever grows."""

    def __init__(self) -> None:
        self._share = 0.0
        self._squares = self._products = self._own = 0.0
        self._crossed = self._weights = 0.0

    def add(self, count: float, at_risk: float, still_open: float, greenwood: float) -> None:
        """Let the share grow, and with it its distance from the shares at all ages before."""
        grown = still_open * count / at_risk
        self._squares += 2 * grown * self._products + grown**2 * greenwood
        self._products += grown * greenwood
        self._crossed += grown * self._weights
        self._own += still_open**2 * count * (at_risk - count) / at_risk**3
        self._weights += still_open * count / at_risk**2
        self._share += grown

    def estimate(self, width: float) -> Estimate:
        """Give the share with its interval."""
        share = min(self._share, 1.0)
        variance = max(self._squares + self._own - 2 * self._crossed, 0.0)
        if not 1e-12 < share < 1 - 1e-12:
            return Estimate(share=share, variance=variance, low=None, high=None)
        spread = width * sqrt(variance) / (share * abs(log(share)))
        low, high = share ** exp(spread), share ** exp(-spread)
        return Estimate(share=share, variance=variance, low=low, high=high)
