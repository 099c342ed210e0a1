"""Goals of invented companies, each with fortunes of its own: how often does what is probable happen."""

import multiprocessing
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from salesnb.outlook import Backtest, Panel, Tenth, Trial, backtest, reliability, seasonal_naive

__all__ = ["Worlds", "try_worlds"]

Floats = npt.NDArray[np.float64]

# Three years of eight teams and their company; the goals are for the quarter after the first thirty whole months.
_OPPORTUNITIES, _FIRST_SEED = 3_000, 1_000
_FIRST_MONTH, _LAST_MONTH, _ORIGIN = 12 * 2023 + 9, 12 * 2026 + 6, 12 * 2026 + 3
_QUARTER, _MULTIPLES = 3, (0.8, 0.9, 1.0, 1.1, 1.2)


@dataclass(frozen=True, kw_only=True)
class Worlds:
    """What came of all of them: mean probability, share of hits, and the table by tenths."""

    worlds: int
    predictions: int
    predicted: float
    happened: float
    tenths: tuple[Tenth, ...]

    def farthest_tenth(self, *, least: int = 50) -> float:
        """The most that predicted and happened are apart in a tenth of at least so many predictions (0..1)."""
        return max(
            abs((line.predicted or 0.0) - (line.happened or 0.0))
            for line in self.tenths
            if line.count >= least
        )


def try_worlds(count: int) -> Worlds:
    """Make so many samples, each from a seed of its own, and ask for goals of .8 to 1.2 times the year before."""
    # A fresh interpreter each: the samples' maker uses threads, which do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        tried = pool.map(_tried, range(_FIRST_SEED, _FIRST_SEED + count), chunksize=5)
    said = np.concatenate([one.predictions.probabilities for one in tried])
    hits = np.concatenate([one.predictions.hits for one in tried])
    return Worlds(
        worlds=count,
        predictions=hits.size,
        predicted=float(said.mean()),
        happened=float(hits.mean()),
        tenths=reliability(said, hits),
    )


def _tried(seed: int) -> Backtest:
    panel = _panel(_won(seed))
    reference = seasonal_naive(panel, _QUARTER)
    reference[:, np.arange(reference.shape[1]) != _ORIGIN - _FIRST_MONTH] = np.nan
    trial = Trial(
        name="worlds", panel=panel, steps=_QUARTER, reference=reference, multiples=_MULTIPLES, least_known=12
    )
    return backtest(trial)


def _won(seed: int) -> Sequence[tuple[str, int, float]]:
    """Won amounts by team and month of one sample."""
    import duckdb

    from salesnb.crm.generator import write_sample

    with tempfile.TemporaryDirectory(prefix="salesnb-world-") as folder:
        write_sample(Path(folder), opportunities=_OPPORTUNITIES, seed=seed)
        with duckdb.connect(config={"threads": 1}) as connection:
            return connection.execute(
                """SELECT r.team, 12 * year(o.closed_on) + month(o.closed_on) - 1, sum(o.amount)
                FROM read_csv($deals) o JOIN read_csv($reps) r USING (rep_id) WHERE o.stage = 'Won' GROUP BY 1, 2""",
                {"deals": f"{folder}/opportunities.csv", "reps": f"{folder}/reps.csv"},
            ).fetchall()


def _panel(won: Sequence[tuple[str, int, float]]) -> Panel:
    months = _LAST_MONTH - _FIRST_MONTH
    totals: dict[str, Floats] = defaultdict(lambda: np.zeros(months))
    for team, month, amount in sorted(won):
        if _FIRST_MONTH <= month < _LAST_MONTH:
            totals[team][month - _FIRST_MONTH] += amount
            totals["company"][month - _FIRST_MONTH] += amount
    return Panel.from_series({name: (_FIRST_MONTH, found.tolist()) for name, found in totals.items()})
