"""What reps end with, drawn jointly, with totals that are spread as the whole outlook says."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from salesnb.outlook.distribution import Outcome
from salesnb.outlook.simulation import Simulation

__all__ = ["jointly"]


def jointly(simulation: Simulation, known: Mapping[str, float], whole: Outcome) -> npt.NDArray[np.float64]:
    """Draw what reps end with: shape (draws, reps), in the unit of the simulation.

    Each draw keeps the proportions in which the reps that were simulated bring the rest of the period, and that rest is
    scaled so that the total is the quantile of the whole that has its rank. So reps have good and bad periods together,
    and the total is spread as both views say. A draw in which nothing more comes stays one; a rep who was not simulated
    ends with what is known.

    Parameters
    ----------
    simulation
        Of the period.
    known
        By rep: what there is to date, which is in the whole and does not change.
    whole
        The distribution of their total.
    """
    there = np.array(list(known.values()), dtype=np.float64)
    number = {owner: place for place, owner in enumerate(simulation.owners)}
    rest = np.zeros((simulation.totals.shape[1], len(known)))
    for place, (rep, to_date) in enumerate(known.items()):
        if rep in number:
            rest[:, place] = np.maximum(simulation.totals[number[rep]] - to_date, 0.0)
    sums = rest.sum(axis=1)
    ranks = (np.argsort(np.argsort(sums, kind="stable"), kind="stable") + 0.5) / len(sums)
    wanted = np.array([whole.quantile(rank) for rank in ranks]) - there.sum()
    scale = np.divide(np.maximum(wanted, 0.0), sums, out=np.zeros_like(sums), where=sums > 0)
    return np.asarray(there + rest * scale[:, None])
