"""Whether probabilities hold in worlds whose truth is known: a thousand seeded samples of the generator.

Each world is one sample. Goals are set for the company, a region, a team and a rep, at the start of one of its last
months, as multiples of what was won a month in the three before; then the month comes. Month and nodes hang on the
seed. Goals of one world share its fortune: it is the worlds that are independent.

Usage: python -m benchmarks.goals_mixed_worlds [--worlds 1000] [--quick] [--jobs 2]
"""

import argparse
import csv
import json
import multiprocessing
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.measuring import is_quick
from salesnb.crm.generator import LAST_DAY, write_sample
from salesnb.outlook.attain import attain
from salesnb.outlook.coherent import coherent_views
from salesnb.outlook.deals import NEVER, Deals, day_number
from salesnb.outlook.distribution import Outcome, shown_probability
from salesnb.outlook.panel import Panel
from salesnb.outlook.pipeline import fit_pipeline, simulate
from salesnb.outlook.scoring import brier_score, reliability
from salesnb.outlook.top_down import TopDown, top_down

__all__ = ["Goal", "figures_of", "main", "play", "read_world", "show", "try_worlds"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_WORLDS, _QUICK_WORLDS = 1_000, 40
_FIRST_STEP = 12 * 2023 + 9
_LAST_MONTHS, _WHOLE_MONTHS, _RUN_RATE = 12, 35, 3
# What is required: of the mean, and of each tenth that holds so many.
_MEAN_OFF, _TENTH_OFF, _ENOUGH = 0.03, 0.07, 50
_MULTIPLES = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
_LEVELS = ("company", "region", "team", "rep")


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal: what was said of it by view, whether it was attained, and which 80 % ranges held."""

    level: str
    attained: bool
    said: Mapping[str, float]
    held: Mapping[str, bool]


def play(seed: int, opportunities: int = 3_000) -> list[Goal]:
    """Make a world, forecast one of its months as of its start, and see what came."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), opportunities=opportunities, seed=seed)
        deals, regions = read_world(Path(folder))
    rng = np.random.default_rng(seed)
    starts = _month_starts()
    place = int(rng.integers(len(starts) - 1 - _LAST_MONTHS, len(starts) - 1))
    won = np.stack([deals.won_between(*ends) for ends in pairwise(starts)])
    window = {"as_of": starts[place] - 1, "start": starts[place], "end": starts[place + 1]}
    pipeline = fit_pipeline(deals, window["as_of"], window["end"] - window["start"])
    simulation = simulate(pipeline, deals, seed=seed, **window)
    nodes = {level: _nodes(deals, regions, level) for level in _LEVELS}
    views = _top_down(nodes, won[:place])
    found: list[Goal] = []
    for level in _LEVELS:
        recent = [name for name, reps in nodes[level].items() if won[place - _RUN_RATE : place, reps].any()]
        name = recent[int(rng.integers(len(recent)))]
        reps = nodes[level][name]
        bottom = simulation.outcome([deals.owners[rep] for rep in reps])
        found += _asked(level, won[:, reps].sum(axis=1), place, views[level].outcome(name), bottom)
    return found


def _top_down(nodes: Mapping[str, Mapping[str, Sequence[int]]], won: Floats) -> dict[str, TopDown]:
    """Forecast the month that follows, of every node; forecasts add up over the tree."""
    views = [
        top_down(
            Panel.from_series(
                {name: (_FIRST_STEP, won[:, reps].sum(axis=1).tolist()) for name, reps in of.items()}
            ),
            1,
        )
        for of in nodes.values()
    ]
    children = {
        name: [child for child, some in nodes[below].items() if set(some) <= set(reps)]
        for level, below in pairwise(_LEVELS)
        for name, reps in nodes[level].items()
    }
    return dict(zip(nodes, coherent_views(views, children), strict=True))


def _asked(level: str, own: Floats, place: int, top: Outcome | None, bottom: Outcome) -> Iterator[Goal]:
    """Ask for each multiple of the run rate."""
    rate, actual = float(own[place - _RUN_RATE : place].mean()), float(own[place])
    mixed = attain(rate, top_down=top, bottom_up=bottom, origins=place).outcome
    outcomes = {"top_down": top or bottom, "bottom_up": bottom, "mix": mixed}
    ranges = {view: outcome.interval(0.8) for view, outcome in outcomes.items()}
    for multiple in _MULTIPLES:
        yield Goal(
            level=level,
            attained=actual >= multiple * rate,
            said={
                view: shown_probability(outcome.probability_at_least(multiple * rate))
                for view, outcome in outcomes.items()
            },
            held={view: bool(low <= actual <= high) for view, (low, high) in ranges.items()},
        )


def _month_starts() -> list[int]:
    """First days of the whole months in which anything closes in a sample, and of the one after; rising."""
    last = LAST_DAY.year * 12 + LAST_DAY.month - 1
    return [day_number(date(m // 12, m % 12 + 1, 1)) for m in range(last - _WHOLE_MONTHS, last + 1)]


def _nodes(deals: Deals, regions: Mapping[str, str], level: str) -> dict[str, list[int]]:
    """Numbers of the reps under each node of a level."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, (owner, team) in enumerate(zip(deals.owners, deals.teams, strict=True)):
        named = {"company": "company", "region": regions[team], "team": team, "rep": owner}
        found[named[level]].append(number)
    return found


def figures_of(goals: Sequence[Goal], view: str) -> dict[str, float | int]:
    """How well the probabilities of a view held."""
    said, hits = _columns(goals, view)
    tenths = [tenth for tenth in reliability(said, hits) if tenth.count >= _ENOUGH]
    off = [abs((tenth.predicted or 0.0) - (tenth.happened or 0.0)) for tenth in tenths]
    return {
        "predictions": len(goals),
        "mean_probability": float(said.mean()),
        "share_of_hits": float(hits.mean()),
        "mean_off": float(abs(said.mean() - hits.mean())),
        "worst_tenth_off": max(off, default=0.0),
        "brier": brier_score(said, hits) or 0.0,
        "coverage80": float(np.mean([goal.held[view] for goal in goals])),
    }


def _columns(goals: Sequence[Goal], view: str) -> tuple[Floats, Flags]:
    return np.array([goal.said[view] for goal in goals]), np.array([goal.attained for goal in goals])


def try_worlds(count: int, jobs: int) -> list[Goal]:
    """Play so many worlds, on so many processes."""
    # A fresh interpreter each: the samples' maker uses threads, which do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        return [goal for goals in pool.imap(play, range(count), chunksize=10) for goal in goals]


def main(arguments: Sequence[str]) -> int:
    """Play, print, and give the exit code: 1 when probabilities do not hold, unless it was a quick look."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few worlds")
    parser.add_argument("--worlds", type=int, default=_QUICK_WORLDS if quick else _WORLDS)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args(arguments)
    goals = try_worlds(options.worlds, options.jobs)
    show(goals)
    mix = figures_of(goals, "mix")
    wrong = mix["mean_off"] > _MEAN_OFF or mix["worst_tenth_off"] > _TENTH_OFF
    figures = {"worlds": options.worlds} | mix
    print(json.dumps({"benchmark": "goals_mixed_worlds", "ratios": {}, "figures": figures, "missing": []}))
    return int(wrong and not quick)


def show(goals: Sequence[Goal]) -> None:
    """Print a line a view and level, and the reliability of the mix."""
    heads = f"{'mean P':>8}{'hits':>8}{'off':>8}{'worst tenth':>13}{'Brier':>8}{'80 % held':>11}"
    print(f"{'view':12}{'level':9}{heads}")
    for view in ("top_down", "bottom_up", "mix"):
        for level in ("all", *_LEVELS):
            found = figures_of([goal for goal in goals if level in {"all", goal.level}], view)
            print(
                f"{view:12}{level:9}{found['mean_probability']:8.3f}{found['share_of_hits']:8.3f}{found['mean_off']:8.3f}"
                f"{found['worst_tenth_off']:13.3f}{found['brier']:8.3f}{found['coverage80']:11.2f}"
            )
    print("\nreliability of the mix: from, count, predicted, happened")
    for tenth in reliability(*_columns(goals, "mix")):
        if tenth.count:
            print(f"  {tenth.start:.1f}{tenth.count:7}{tenth.predicted:8.2f}{tenth.happened:8.2f}")


def read_world(folder: Path) -> tuple[Deals, dict[str, str]]:
    """Read a sample: its deals, and the region of each team."""
    with (folder / "reps.csv").open(encoding="utf-8", newline="") as lines:
        reps = list(csv.DictReader(lines))
    with (folder / "opportunities.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    owners = tuple(row["rep_id"] for row in reps)
    number = {owner: place for place, owner in enumerate(owners)}
    deals = Deals(
        owners=owners,
        teams=tuple(row["team"] for row in reps),
        owner=np.array([number[row["rep_id"]] for row in rows]),
        created=np.array([_day(row["created_on"]) for row in rows]),
        closed=np.array([_day(row["closed_on"]) for row in rows]),
        won=np.array([row["stage"] == "Won" for row in rows]),
        amount=np.array([100 * float(row["amount"] or 0) for row in rows]),
        expected=np.array([100 * float(row["expected_amount"] or 0) for row in rows]),
    )
    return deals, {row["team"]: row["region"] for row in reps}


def _day(text: str) -> int:
    return day_number(date.fromisoformat(text)) if text else NEVER


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
