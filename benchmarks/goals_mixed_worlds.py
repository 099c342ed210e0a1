"""Whether probabilities hold in worlds whose truth is known: a thousand seeded samples of the generator.

Each world is one sample. A goal is set for the company, a region, a team or a rep, at the start of one of its last
months, as a multiple of what was won a month before; then the month comes. Node, month and multiple go round with
the seed.

Usage: python -m benchmarks.goals_mixed_worlds [--worlds 1000] [--quick] [--jobs 2]
"""

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.measuring import is_quick
from salesnb.crm.generator import LAST_DAY, write_sample
from salesnb.outlook.attain import attain
from salesnb.outlook.deals import NEVER, Deals, day_number
from salesnb.outlook.panel import Panel
from salesnb.outlook.pipeline import fit_pipeline, simulate
from salesnb.outlook.scoring import brier_score, reliability
from salesnb.outlook.top_down import top_down

__all__ = ["World", "main", "play", "read_world"]

_WORLDS, _QUICK_WORLDS = 1_000, 40
_LAST_MONTHS, _WHOLE_MONTHS, _RUN_RATE = 12, 35, 3
# What is required: of the mean, and of each tenth that holds so many.
_MEAN_OFF, _TENTH_OFF, _ENOUGH = 0.03, 0.07, 50
_MULTIPLES = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
_LEVELS = ("company", "region", "team", "rep")


@dataclass(frozen=True, kw_only=True)
class World:
    """One world: what was said of its goal by view, whether it was attained, and which 80 % ranges held."""

    seed: int
    level: str
    attained: bool
    said: Mapping[str, float]
    held: Mapping[str, bool]


def play(seed: int, opportunities: int = 3_000) -> World:
    """Make a world, forecast one of its months as of its start, and see what came."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), opportunities=opportunities, seed=seed)
        deals, regions = read_world(Path(folder))
    rng = np.random.default_rng(seed)
    starts = _month_starts()
    place = int(rng.integers(len(starts) - 1 - _LAST_MONTHS, len(starts) - 1))
    level = _LEVELS[seed % len(_LEVELS)]
    won = np.stack([deals.won_between(*ends) for ends in pairwise(starts)])
    nodes = _nodes(deals, regions, level)
    recent = [name for name, numbers in nodes.items() if won[place - _RUN_RATE : place, numbers].any()]
    name = recent[int(rng.integers(len(recent)))]
    own = won[:, nodes[name]].sum(axis=1)
    target = float(rng.choice(_MULTIPLES)) * float(own[place - _RUN_RATE : place].mean())
    window = {"as_of": starts[place] - 1, "start": starts[place], "end": starts[place + 1]}
    pipeline = fit_pipeline(deals, window["as_of"], window["end"] - window["start"])
    owners = [deals.owners[number] for number in nodes[name]]
    bottom = simulate(pipeline, deals, owners=owners, seed=seed, **window).outcome()
    series = {node: (0, won[:place, numbers].sum(axis=1).tolist()) for node, numbers in nodes.items()}
    top = top_down(Panel.from_series(series), 1).outcome(name)
    views = {"top_down": (top or bottom, None), "bottom_up": (None, bottom), "mix": (top, bottom)}
    goals = {
        view: attain(target, top_down=first, bottom_up=second, origins=place)
        for view, (first, second) in views.items()
    }
    return World(
        seed=seed,
        level=level,
        attained=bool(own[place] >= target),
        said={view: goal.chance.probability or 0.0 for view, goal in goals.items()},
        held={view: bool(goal.chance.low <= own[place] <= goal.chance.high) for view, goal in goals.items()},
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


def figures_of(worlds: Sequence[World], view: str) -> dict[str, float | int]:
    """How well the probabilities of a view held."""
    said, hits = (
        np.array([world.said[view] for world in worlds]),
        np.array([world.attained for world in worlds]),
    )
    tenths = [tenth for tenth in reliability(said, hits) if tenth.count >= _ENOUGH]
    off = [abs((tenth.predicted or 0.0) - (tenth.happened or 0.0)) for tenth in tenths]
    return {
        "worlds": len(worlds),
        "mean_probability": float(said.mean()),
        "share_of_hits": float(hits.mean()),
        "mean_off": float(abs(said.mean() - hits.mean())),
        "worst_tenth_off": max(off, default=0.0),
        "brier": brier_score(said, hits) or 0.0,
        "coverage80": float(np.mean([world.held[view] for world in worlds])),
    }


def main(arguments: Sequence[str]) -> int:
    """Play, print, and give the exit code: 1 when probabilities do not hold, unless it was a quick look."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few worlds")
    parser.add_argument("--worlds", type=int, default=_QUICK_WORLDS if quick else _WORLDS)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor(options.jobs) as pool:
        worlds = list(pool.map(play, range(options.worlds), chunksize=10))
    found = {view: figures_of(worlds, view) for view in ("top_down", "bottom_up", "mix")}
    _show(worlds, found)
    mix = found["mix"]
    wrong = mix["mean_off"] > _MEAN_OFF or mix["worst_tenth_off"] > _TENTH_OFF
    print(json.dumps({"benchmark": "goals_mixed_worlds", "ratios": {}, "figures": mix, "missing": []}))
    return int(wrong and not quick)


def _show(worlds: Sequence[World], found: Mapping[str, Mapping[str, float]]) -> None:
    print(f"{'view':12}{'mean P':>8}{'hits':>8}{'off':>8}{'worst tenth':>13}{'Brier':>8}{'80 % held':>11}")
    for view, figures in found.items():
        print(
            f"{view:12}{figures['mean_probability']:8.3f}{figures['share_of_hits']:8.3f}{figures['mean_off']:8.3f}"
            f"{figures['worst_tenth_off']:13.3f}{figures['brier']:8.3f}{figures['coverage80']:11.2f}"
        )
    for level in _LEVELS:
        figures = figures_of([world for world in worlds if world.level == level] or worlds, "mix")
        print(
            f"  mix, {level:8}{figures['mean_probability']:7.3f}{figures['share_of_hits']:8.3f}"
            f"{figures['mean_off']:8.3f}{'':13}{figures['brier']:8.3f}{figures['coverage80']:11.2f}"
        )
    said, hits = (
        np.array([world.said["mix"] for world in worlds]),
        np.array([world.attained for world in worlds]),
    )
    print("\nreliability of the mix: from, count, predicted, happened")
    for tenth in reliability(said, hits):
        if tenth.count:
            print(f"  {tenth.start:.1f}{tenth.count:6}{tenth.predicted:8.2f}{tenth.happened:8.2f}")


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
