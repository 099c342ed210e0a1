"""Effort that the company spends on its teams' markets, and what comes of it: the true response curves."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from salesnb.crm._generator_company import Team

__all__ = ["Effort", "EffortRow", "ResponseCurve", "spend_effort"]

Floats = npt.NDArray[np.float64]

# Share of new opportunities that would come without any effort.
_UNAIDED = 0.62
_CUT_MONTHS = 7


@dataclass(frozen=True, kw_only=True)
class ResponseCurve:
    """What a resource adds to a team's new opportunities, as a part of its usual number.

    The parts of a team's resources, and what comes without any, add up to 1 on average over the months.

    Attributes
    ----------
    segment
        The team.
    resource
        ``campaigns`` (money a month) or ``visits`` (hours a month).
    form
        ``saturation``: ceiling * (1 - exp(-x / scale)), or
        ``hill``: ceiling * x^slope / (x^slope + scale^slope).
    ceiling
        What no effort exceeds; 0.2 is a fifth of the usual number.
    scale
        In the resource's unit.
    slope
        Of the Hill form; 1 otherwise.
    """

    segment: str
    resource: str
    form: str
    ceiling: float
    scale: float
    slope: float = 1.0

    def response(self, amount: float) -> float:
        """Give the part that an amount a month adds.

        Examples
        --------
        >>> curve = ResponseCurve(
        ...     segment="Alps", resource="visits", form="hill", ceiling=0.3, scale=80, slope=2
        ... )
        >>> round(curve.response(80), 3)
        0.15
        """
        return float(self.responses(np.array([amount], dtype=np.float64))[0])

    def responses(self, amounts: Floats) -> Floats:
        """Give the part that each of many amounts a month adds."""
        if self.form == "saturation":
            part: Floats = -np.expm1(-amounts / self.scale)
        else:
            powered = amounts**self.slope
            part = powered / (powered + self.scale**self.slope)
        return self.ceiling * part


@dataclass(frozen=True, kw_only=True)
class EffortRow:
    """What was spent on a team in a month."""

    period: str
    segment: str
    resource: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Effort:
    """All effort, its curves, and ``lift`` (months, teams): the factor on new opportunities."""

    rows: tuple[EffortRow, ...]
    curves: tuple[ResponseCurve, ...]
    lift: Floats


def spend_effort(teams: tuple[Team, ...], origin: date, last_day: date, rng: np.random.Generator) -> Effort:
    """Spend on each team month by month, unevenly, so that the curves can be told from the data."""
    months = _months(origin, last_day)
    rows: list[EffortRow] = []
    curves: list[ResponseCurve] = []
    lift = np.empty((len(months), len(teams)))
    for place, team in enumerate(teams):
        spent = _spend(team, len(months), rng)
        own = _curves(team.name, rng)
        raw = _UNAIDED + np.sum([curve.responses(spent[curve.resource]) for curve in own], axis=0)
        lift[:, place] = raw / raw.mean()
        curves.extend(replace(curve, ceiling=curve.ceiling / float(raw.mean())) for curve in own)
        rows.extend(
            EffortRow(period=month, segment=team.name, resource=resource, amount=int(amount))
            for resource, amounts in spent.items()
            for month, amount in zip(months, amounts, strict=True)
        )
    return Effort(rows=tuple(rows), curves=tuple(curves), lift=lift)


def _spend(team: Team, months: int, rng: np.random.Generator) -> dict[str, Floats]:
    cut = np.where(
        np.arange(months) >= months - _CUT_MONTHS, team.recent_flow if team.recent_flow < 1 else 1.0, 1.0
    )
    campaigns = rng.uniform(9_000, 16_000) * np.exp(rng.normal(0, 0.45, months)) * cut
    visits = rng.uniform(70, 130) * np.exp(rng.normal(0, 0.4, months)) * cut
    return {"campaigns": np.round(campaigns, -2), "visits": np.round(visits)}


def _curves(team: str, rng: np.random.Generator) -> tuple[ResponseCurve, ResponseCurve]:
    return (
        ResponseCurve(
            segment=team,
            resource="campaigns",
            form="saturation",
            ceiling=float(rng.uniform(0.2, 0.4)),
            scale=float(rng.uniform(7_000, 18_000)),
        ),
        ResponseCurve(
            segment=team,
            resource="visits",
            form="hill",
            ceiling=float(rng.uniform(0.15, 0.35)),
            scale=float(rng.uniform(60, 140)),
            slope=float(rng.uniform(1.6, 2.6)),
        ),
    )


def _months(origin: date, last_day: date) -> tuple[str, ...]:
    count = (last_day.year - origin.year) * 12 + last_day.month - origin.month + 1
    first = origin.year * 12 + origin.month - 1
    return tuple(f"{(first + place) // 12}-{(first + place) % 12 + 1:02d}" for place in range(count))
