"""What the sample was made with, for tests to hold estimates against."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from salesnb.crm._generator_company import RAMP_DAYS, Company
from salesnb.crm._generator_effort import Effort, ResponseCurve
from salesnb.crm._generator_model import CREATED_SEASON, Model
from salesnb.crm._generator_names import PRODUCTS
from salesnb.crm.calibration import CALIBRATION
from salesnb.errors import UnknownName, nearest

__all__ = ["TeamTruth", "Truth", "WinRate", "tell_truth"]


@dataclass(frozen=True, kw_only=True)
class WinRate:
    """Probability that what a team created in a month, of a product, is won, given that it closes.

    ``weight`` is the number of such opportunities that was expected.
    """

    team: str
    product: str
    month: str
    rate: float
    weight: float


@dataclass(frozen=True, kw_only=True)
class TeamTruth:
    """A team's growth a year (0.1 is ten percent) and its story, empty when nothing happens to it."""

    team: str
    region: str
    growth: float
    story: str


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What was put in.

    Attributes
    ----------
    seed, opportunities
        As asked for.
    first_day, last_day
        The first on which anything closes, and the last that the sample knows.
    teams
        Growth and stories.
    win_rates
        By team, product and month of creation.
    stall
        Probability that an opportunity never closes (of those created in ``first_day`` or later).
    won_cycle, lost_cycle
        Probability of 1, 2, … days from created to closed, given how it ends.
    created_season
        Factor on new opportunities, January to December.
    close_season
        Wins in the first, second and third month of a quarter, as a multiple of their mean.
    ramp_days
        Days until a new rep has the pace of the others.
    responses
        What effort adds to a team's new opportunities.
    """

    seed: int
    opportunities: int
    first_day: date
    last_day: date
    teams: tuple[TeamTruth, ...]
    win_rates: tuple[WinRate, ...]
    stall: float
    won_cycle: tuple[float, ...]
    lost_cycle: tuple[float, ...]
    created_season: tuple[float, ...]
    close_season: tuple[float, float, float]
    ramp_days: int
    responses: tuple[ResponseCurve, ...]

    def win_rate(self, *, team: str | None = None, product: str | None = None, since: str = "") -> float:
        """Give the expected win rate of a team, of a product, of what was created ``since`` a month.

        Raises
        ------
        UnknownName
            When nothing is known of them.
        """
        chosen = [
            entry
            for entry in self.win_rates
            if team in {None, entry.team} and product in {None, entry.product} and entry.month >= since
        ]
        if not chosen:
            known = [entry.team for entry in self.win_rates] + [entry.product for entry in self.win_rates]
            raise UnknownName(
                f"The sample has no team {team!r} with product {product!r}.",
                hint=nearest(team or product or "", known),
            )
        return sum(entry.rate * entry.weight for entry in chosen) / sum(entry.weight for entry in chosen)

    def hazards(self, win_rate: float | None = None) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Probability of being won, and of being lost, on each day of age, given that it was open until then.

        Parameters
        ----------
        win_rate
            Of the segment; the whole sample's by default.
        """
        rate = self.win_rate() if win_rate is None else win_rate
        won = (1 - self.stall) * rate * np.array(self.won_cycle)
        lost = (1 - self.stall) * (1 - rate) * np.array(self.lost_cycle)
        still_open = 1 - np.concatenate([[0.0], np.cumsum(won + lost)[:-1]])
        return tuple((won / still_open).tolist()), tuple((lost / still_open).tolist())


def tell_truth(model: Model, company: Company, effort: Effort, *, count: int, seed: int) -> Truth:
    """Sum the model up."""
    weight = model.flow.sum(axis=1) * (np.arange(model.days) >= CALIBRATION.longest_cycle_days)
    return Truth(
        seed=seed,
        opportunities=count,
        first_day=model.first_day,
        last_day=model.last_day,
        teams=tuple(
            TeamTruth(team=team.name, region=team.region, growth=team.growth, story=team.story)
            for team in company.teams
        ),
        win_rates=_win_rates(model, company, count),
        stall=model.stall,
        won_cycle=tuple((weight @ model.won_ends / weight.sum()).tolist()),
        lost_cycle=tuple((weight @ model.lost_ends / weight.sum()).tolist()),
        created_season=CREATED_SEASON,
        close_season=CALIBRATION.month_of_quarter_wins,
        ramp_days=RAMP_DAYS,
        responses=effort.curves,
    )


def _win_rates(model: Model, company: Company, count: int) -> tuple[WinRate, ...]:
    months = len(model.product_mix)
    of_rep = np.stack(
        [np.bincount(model.month, weights=flow, minlength=months) for flow in model.flow.T], axis=1
    )
    of_rep *= count / of_rep.sum()
    labels = _labels(model.origin, months)
    rates: list[WinRate] = []
    for place, team in enumerate(company.teams):
        reps = [number for number, rep in enumerate(company.reps) if rep.team == place]
        weight = of_rep[:, reps, None] * model.product_mix[:, None, :]
        total = weight.sum(axis=1)
        rate = (weight * model.win_odds[:, reps, :]).sum(axis=1) / np.where(total > 0, total, 1.0)
        rates.extend(
            WinRate(
                team=team.name,
                product=product.name,
                month=labels[month],
                rate=float(rate[month, number]),
                weight=float(total[month, number]),
            )
            for month in range(months)
            for number, product in enumerate(PRODUCTS)
        )
    return tuple(rates)


def _labels(origin: date, months: int) -> tuple[str, ...]:
    first = origin.replace(day=1)
    labels = [first]
    while len(labels) < months:
        labels.append((labels[-1] + timedelta(days=32)).replace(day=1))
    return tuple(f"{day:%Y-%m}" for day in labels)
