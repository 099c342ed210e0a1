"""Target segments: scored by what counts for a business, and what the ranking hinges on; strategies as limits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from salesnb.allocation.constraints import between, lock
from salesnb.allocation.limits import Key, Limit, line_of
from salesnb.errors import BadInput, UnknownName, nearest

__all__ = ["CRITERIA", "STRATEGIES", "Flip", "Scored", "flips", "score", "strategy"]

# What a segment is scored by, and whether more of it is better.
CRITERIA: Mapping[str, bool] = {
    "size": True,
    "growth": True,
    "win rate": True,
    "deal size": True,
    "cycle": False,
    "cost to serve": False,
    "potential": True,
}
STRATEGIES = ("enter", "grow", "hold", "leave")


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A segment's score.

    Attributes
    ----------
    segment
        Its name.
    score
        0 (worst in everything) to 1 (best in everything).
    parts
        What each criterion brings to it; they add up to the score.
    unknown
        Criteria without a value, which count for nothing either way.
    """

    segment: str
    score: float
    parts: Mapping[str, float]
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Flip:
    """Which weight, changed to what, puts a segment in front of the one above it.

    Attributes
    ----------
    above, below
        Neighbours in the ranking.
    criterion, weight
        The weight that has to change least, as a share (0..1) of all weights, and what it would have to be.
    now
        Its share today.
    """

    above: str
    below: str
    criterion: str
    now: float
    weight: float


def score(
    values: Mapping[str, Mapping[str, float | None]], weights: Mapping[str, float]
) -> tuple[Scored, ...]:
    """Score segments by criteria, best first; a criterion's values are put between 0 (worst) and 1 (best) of them.

    Parameters
    ----------
    values
        Of each segment by criterion, in any unit; None where it is not known.
    weights
        Of the criteria, 0 or more, in any unit.

    Raises
    ------
    UnknownName
        When a weight is of no criterion.
    BadInput
        When weights are negative, not finite, or all zero.
    """
    for name in weights:
        if name not in CRITERIA:
            raise UnknownName(f"Segments are not scored by {name!r}.", hint=nearest(name, CRITERIA))
    whole = sum(weights.values())
    if not (whole > 0 and math.isfinite(whole)) or min(weights.values()) < 0:
        raise BadInput(
            "The weights of the criteria must be 0 or more, and one above 0.", hint="Change the weights."
        )
    shares = {name: weight / whole for name, weight in weights.items() if weight}
    placed = {
        name: _placed({s: row.get(name) for s, row in values.items()}, better=CRITERIA[name])
        for name in shares
    }
    found = [_scored(segment, shares, placed) for segment in values]
    return tuple(sorted(found, key=lambda item: (-item.score, item.segment)))


def _placed(column: Mapping[str, float | None], *, better: bool) -> Mapping[str, float]:
    """Put the known values of a criterion between 0 and 1; all alike are a half."""
    known = {name: value for name, value in column.items() if value is not None and math.isfinite(value)}
    if not known:
        return {}
    least, most = min(known.values()), max(known.values())
    if least == most:
        return dict.fromkeys(known, 0.5)
    return {name: (v - least if better else most - v) / (most - least) for name, v in known.items()}


def _scored(segment: str, shares: Mapping[str, float], placed: Mapping[str, Mapping[str, float]]) -> Scored:
    known = {name: share for name, share in shares.items() if segment in placed[name]}
    whole = sum(known.values())
    parts = {name: share / whole * placed[name][segment] for name, share in known.items()} if whole else {}
    return Scored(
        segment=segment,
        score=sum(parts.values()),
        parts=parts,
        unknown=tuple(name for name in shares if name not in known),
    )


def flips(values: Mapping[str, Mapping[str, float | None]], weights: Mapping[str, float]) -> tuple[Flip, ...]:
    """Tell for each pair of neighbours which weight's smallest change turns them round, the others in proportion.

    Pairs that no single weight turns round are left out, and segments of which a criterion is not known.
    """
    ranked = [item for item in score(values, weights) if not item.unknown]
    whole = sum(weights.values())
    shares = {name: weight / whole for name, weight in weights.items() if weight}
    found = []
    for above, below in pairwise(ranked):
        tried = [flip for name in shares if (flip := _flip(above, below, name, shares)) is not None]
        if tried:
            found.append(min(tried, key=lambda flip: abs(flip.weight - flip.now)))
    return tuple(found)


def _flip(above: Scored, below: Scored, name: str, shares: Mapping[str, float]) -> Flip | None:
    """With the others in proportion, the lead is linear in the weight: it is 0 at one place at most."""
    now = shares[name]
    lead = {key: (above.parts[key] - below.parts[key]) / shares[key] for key in shares}
    mine, others = lead[name], sum(lead[key] * shares[key] for key in shares if key != name)
    if now == 1:
        return None
    rest = others / (1 - now)
    if mine == rest:
        return None
    weight = rest / (rest - mine)
    if not 0 <= weight <= 1:
        return None
    return Flip(above=above.segment, below=below.segment, criterion=name, now=now, weight=weight)


def strategy(key: Key, what: str, *, today: float, least: float = 0.0) -> Limit:
    """Say a strategy for a segment as a limit on its amount, in the unit of the resource.

    ``enter``: at least ``least``, which must be more than today's; ``grow``: at least today's; ``hold``: today's
    exactly; ``leave``: at most nothing.

    Raises
    ------
    UnknownName
        When it is no strategy.
    BadInput
        When a segment is entered with nothing, or with less than it has.
    """
    if what == "enter":
        if not least > today:
            raise BadInput(
                f"{line_of(key)} is entered with {least:g}, and has {today:g} today.", hint="Enter more."
            )
        return between(key, low=least)
    if what == "grow":
        return between(key, low=today)
    if what == "hold":
        return lock(key, today)
    if what == "leave":
        return lock(key, 0.0)
    raise UnknownName(f"{what!r} is no strategy.", hint=nearest(what, STRATEGIES))
