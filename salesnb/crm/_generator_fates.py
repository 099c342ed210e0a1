"""What becomes of opportunities: who makes them, of what, how and when they end."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesnb.crm._generator_company import Company
from salesnb.crm._generator_model import Model
from salesnb.crm._generator_names import REGIONS
from salesnb.crm.calibration import CALIBRATION

__all__ = ["LOST", "STALLED", "WON", "Choice", "FateMaker", "Fates"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WON, LOST, STALLED = 0, 1, 2


class Choice:
    """Draws from many discrete distributions at once, one a row of ``weights``."""

    def __init__(self, weights: npt.ArrayLike) -> None:
        table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        cumulative = np.cumsum(table, axis=1)
        cumulative /= cumulative[:, -1:]
        self._width = table.shape[1]
        # Each row is lifted by its number: one sorted search then serves every row.
        self._lifted = (cumulative + np.arange(len(table))[:, None]).ravel()

    def draw(self, uniform: Floats, row: Ints | int = 0) -> Ints:
        """Give the column that each uniform number falls into, in its row."""
        found: Ints = (
            np.searchsorted(self._lifted, uniform + row, side="right") - np.asarray(row) * self._width
        )
        capped: Ints = np.minimum(found, self._width - 1)
        return capped


@dataclass(frozen=True, kw_only=True)
class Fates:
    """A chunk of opportunities; all (rows,); days count from the model's origin.

    Attributes
    ----------
    created, closing
        The day it was created, and on which it closes or would.
    team
        Of the rep who created it.
    owner
        Who has it when it closes, or on the last day.
    prospecting
        Not worked on yet; such rows have no created date.
    fate
        ``WON``, ``LOST`` or ``STALLED``, known to nobody before ``closing``.
    closed
        Whether that has happened by the last day.
    """

    created: Ints
    closing: Ints
    team: Ints
    owner: Ints
    product: Ints
    account: Ints
    prospecting: Flags
    fate: Ints
    closed: Flags


class FateMaker:
    """Draws fates from a model's rates."""

    def __init__(self, model: Model, company: Company, rng: np.random.Generator) -> None:
        self._model = model
        self._last = model.days - 1
        self._reps = Choice(model.flow)
        self._products = Choice(model.product_mix)
        self._cycles = (Choice(model.won_ends), Choice(model.lost_ends))
        self._accounts = Choice(_account_weights(company, rng))
        regions = [region.name for region in REGIONS]
        self._team = np.array([rep.team for rep in company.reps])
        self._region = np.array([regions.index(company.teams[rep.team].region) for rep in company.reps])
        self._successor = np.array([rep.successor for rep in company.reps])
        self._leaves = np.array(
            [
                (rep.end_on - model.origin).days if rep.end_on else np.iinfo(np.int64).max
                for rep in company.reps
            ]
        )

    def draw(self, created: Ints, rng: np.random.Generator) -> Fates:
        """Draw what becomes of opportunities created on the days given."""
        count = len(created)
        rep = self._reps.draw(rng.random(count), created)
        product = self._products.draw(rng.random(count), self._model.month[created])
        fate = self._fate(created, rep, product, rng)
        cycle = 1 + np.where(
            fate == WON,
            self._cycles[0].draw(rng.random(count), created),
            self._cycles[1].draw(rng.random(count), created),
        )
        prospecting = rng.random(count) < CALIBRATION.prospecting_share
        closed = ~prospecting & (fate != STALLED) & (created + cycle <= self._last)
        until = np.where(closed, created + cycle, self._last)
        return Fates(
            created=created,
            closing=created + cycle,
            team=self._team[rep],
            owner=np.where(until >= self._leaves[rep], self._successor[rep], rep),
            product=product,
            account=self._accounts.draw(rng.random(count), self._region[rep]),
            prospecting=prospecting,
            fate=fate,
            closed=closed,
        )

    def _fate(self, created: Ints, rep: Ints, product: Ints, rng: np.random.Generator) -> Ints:
        model = self._model
        wins = model.win_odds[model.month[created], rep, product]
        won, lost = wins * model.won_seen[created], (1 - wins) * model.lost_seen[created]
        # Nothing that was created before the first day is known unless it closes after it.
        stall = np.where(created < CALIBRATION.longest_cycle_days, 0.0, model.stall)
        uniform = rng.random(len(created))
        closing = np.where((uniform - stall) / (1 - stall) < won / (won + lost), WON, LOST)
        return np.where(uniform < stall, STALLED, closing)


def _account_weights(company: Company, rng: np.random.Generator) -> Floats:
    """(regions, accounts): customers buy from the teams of their own region, some more than others."""
    weight = np.exp(rng.normal(0, 0.33, len(company.accounts)))
    region = np.array([account.region for account in company.accounts])
    return np.stack([np.where(region == place, weight, 0.0) for place in range(len(REGIONS))])
