"""Series and deals that several tests share."""

import numpy as np
import pytest

from salesnb.outlook import Panel
from salesnb.outlook.deals import NEVER, Deals


@pytest.fixture
def peers():
    """Twelve teams over five years: a season that all share, a trend, noise, and one that began late."""
    rng = np.random.default_rng(5)
    months = np.arange(60)
    season = 1 + 0.4 * np.sin(2 * np.pi * months / 12)
    totals = 1000 * (1 + months / 100) * season * rng.gamma(25, 1 / 25, (12, 60))
    totals[3, :20] = np.nan
    return Panel(ids=tuple(f"T{number}" for number in range(12)), totals=totals, first=24_000)


def _deals(*rows, teams=None):
    """Rows (rep, created, closed, status, amount, expected); None for a day that is not known or not yet."""
    teams = teams or {rep: "team" for rep, *_ in rows}
    owners = tuple(sorted(teams))
    return Deals(
        owners=owners,
        teams=tuple(teams[owner] for owner in owners),
        owner=np.array([owners.index(row[0]) for row in rows], dtype=np.int64),
        created=np.array([NEVER if row[1] is None else row[1] for row in rows], dtype=np.int64),
        closed=np.array([NEVER if row[2] is None else row[2] for row in rows], dtype=np.int64),
        won=np.array([row[3] == "won" for row in rows], dtype=bool),
        amount=np.array([row[4] for row in rows], dtype=np.float64),
        expected=np.array([row[5] for row in rows], dtype=np.float64),
    )


@pytest.fixture(scope="session")
def deals_of():
    return _deals


@pytest.fixture(scope="session")
def invented():
    """Deals of an invented company: reps' own rates, two causes of ending, and years of days.

    A deal is won on day a of its age with the hazard ``won``, lost with ``lost``; each rep creates some a day.
    """

    def make(*, days=900, reps=12, teams=3, a_day=0.25, won=0.012, lost=0.008, first=730_000, seed=1):
        rng = np.random.default_rng(seed)
        count = rng.poisson(a_day, (reps, days))
        owner = np.repeat(np.repeat(np.arange(reps), days), count.ravel())
        created = first + np.repeat(np.tile(np.arange(days), reps), count.ravel())
        age = rng.geometric(won + lost, len(owner)) - 1
        wins = rng.random(len(owner)) < won / (won + lost)
        closed = created + age
        expected = rng.lognormal(12, 0.6, len(owner)).round()
        return Deals(
            owners=tuple(f"rep {number:03}" for number in range(reps)),
            teams=tuple(f"team {number % teams}" for number in range(reps)),
            owner=owner,
            created=created,
            closed=closed,
            won=wins,
            amount=np.where(wins, (expected * rng.normal(1, 0.1, len(owner))).round(), 0.0),
            expected=expected,
        )

    return make
