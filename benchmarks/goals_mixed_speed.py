"""How long a probability takes: for one goal in a session that has its fits, and for a thousand reps.

Times are of the processor, on one core, so that what else the machine does has little part in them.

Usage: python -m benchmarks.goals_mixed_speed [--quick] [--turns 5]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np

from benchmarks.measuring import is_quick
from salesnb.outlook.attain import attain
from salesnb.outlook.deals import NEVER, Deals
from salesnb.outlook.levers import tornado
from salesnb.outlook.panel import Panel
from salesnb.outlook.pipeline import Pipeline, fit_pipeline, simulate
from salesnb.outlook.top_down import TopDown, top_down

__all__ = ["figures", "invent", "main"]

_REPS, _QUICK_REPS, _TEAM = 1_000, 50, 8
_DAYS, _A_DAY, _HORIZON = 1_095, 0.3, 91
_FIRST = 739_000
# What is required, in seconds.
_ONE_GOAL, _ALL_REPS = 0.050, 5.0


def invent(reps: int, seed: int = 1) -> Deals:
    """Three years of deals, about 330 a rep, a fifth of which never close, the others within 180 days."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(_A_DAY, (reps, _DAYS))
    owner = np.repeat(np.repeat(np.arange(reps), _DAYS), count.ravel())
    created = _FIRST + np.repeat(np.tile(np.arange(_DAYS), reps), count.ravel())
    closed = created + rng.geometric(0.02, len(owner)) % 180
    is_open = (closed >= _FIRST + _DAYS) | (rng.random(len(owner)) < 0.2)
    won = ~is_open & (rng.random(len(owner)) < 0.6)
    expected = rng.lognormal(12, 0.8, len(owner)).round()
    return Deals(
        owners=tuple(f"rep {number:05}" for number in range(reps)),
        teams=tuple(f"team {number // _TEAM:04}" for number in range(reps)),
        owner=owner,
        created=created,
        closed=np.where(is_open, NEVER, closed),
        won=won,
        amount=np.where(won, expected, 0.0),
        expected=expected,
    )


def _series(deals: Deals) -> Panel:
    """Thirty-day months of every rep."""
    months = [deals.won_between(start, start + 30) for start in range(_FIRST, _FIRST + _DAYS - 30, 30)]
    totals = np.stack(months, axis=1)
    return Panel.from_series(
        {owner: (0, row.tolist()) for owner, row in zip(deals.owners, totals, strict=True)}
    )


def figures(reps: int, turns: int) -> dict[str, float]:
    """Measure; seconds, the median of the turns."""
    deals = invent(reps)
    as_of = _FIRST + _DAYS - 1
    pipeline, fitting = _timed(lambda: fit_pipeline(deals, as_of, _HORIZON), 1)
    panel = _series(deals)
    top, forecasting = _timed(lambda: top_down(panel, _HORIZON // 30), 1)
    team = [owner for owner, name in zip(deals.owners, deals.teams, strict=True) if name == deals.teams[0]]
    one = simulate(pipeline, deals, owners=team, **_period(as_of)).outcome()
    asked = (pipeline, deals, top, as_of)
    return {
        "reps": reps,
        "opportunities": len(deals.owner),
        "pooled_fit_seconds": fitting,
        "top_down_fit_seconds": forecasting,
        "one_goal_seconds": _timed(lambda: _goal(*asked, team, one.mean), turns)[1],
        "tornado_seconds": _timed(
            lambda: tornado(pipeline, deals, one.mean, owners=team, **_period(as_of)), turns
        )[1],
        "all_reps_seconds": _timed(lambda: _all(*asked), min(turns, 3))[1],
    }


def _period(as_of: int) -> dict[str, int]:
    return {"as_of": as_of, "start": as_of + 1, "end": as_of + 1 + _HORIZON}


def _goal(
    pipeline: Pipeline, deals: Deals, top: TopDown, as_of: int, team: Sequence[str], target: float
) -> None:
    outcome = simulate(pipeline, deals, owners=team, **_period(as_of)).outcome()
    attain(target, top_down=top.outcome(team[0]), bottom_up=outcome, origins=24)


def _all(pipeline: Pipeline, deals: Deals, top: TopDown, as_of: int) -> None:
    simulation = simulate(pipeline, deals, **_period(as_of))
    for owner in deals.owners:
        outcome = simulation.outcome((owner,))
        attain(outcome.mean, top_down=top.outcome(owner), bottom_up=outcome, origins=24)


def _timed(task: Callable[[], Any], turns: int) -> tuple[Any, float]:
    seconds = []
    for _ in range(turns):
        start = time.process_time()
        found = task()
        seconds.append(time.process_time() - start)
    return found, median(seconds)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and give the exit code: 1 when it takes too long, unless it was a quick look."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few reps")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args(arguments)
    found = figures(_QUICK_REPS if quick else _REPS, options.turns)
    for name, value in found.items():
        print(f"{name:24}{value:12,.4g}")
    slow = found["one_goal_seconds"] > _ONE_GOAL or found["all_reps_seconds"] > _ALL_REPS
    print(json.dumps({"benchmark": "goals_mixed_speed", "ratios": {}, "figures": found, "missing": []}))
    return int(slow and not quick)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
