"""Whether probabilities hold in worlds whose truth is known: a thousand seeded samples of the generator.

Each world is one sample. A goal is set for the company, a region, a team or a rep, at the start of one of its last
months, as a multiple of what was won a month before; then the month comes. Node, month and multiple go round with
the seed.

Usage: python -m benchmarks.goals_worlds [--worlds 1000] [--quick] [--jobs 2]
"""

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from salesnb.crm.generator import LAST_DAY, write_sample
from salesnb.outlook.deals import NEVER, Deals, day_number
from salesnb.outlook.pipeline import fit_pipeline, simulate

__all__ = ["World", "main", "play"]

_WORLDS, _QUICK_WORLDS = 1_000, 40
_MULTIPLES = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
_LEVELS = ("company", "region", "team", "rep")


@dataclass(frozen=True, kw_only=True)
class World:
    """One world: the probability given, whether the goal was attained, and whether the 80 % interval held."""

    seed: int
    level: str
    probability: float
    attained: bool
    held: bool


def play(seed: int, opportunities: int = 3_000) -> World:
    """Make a world, forecast one of its months as of its start, and see what came."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), opportunities=opportunities, seed=seed, last_day=LAST_DAY)
        deals, region = _read(Path(folder))
    rng = np.random.default_rng(seed)
    starts = _month_starts(13)
    place = int(rng.integers(len(starts) - 1))
    start, end = starts[place], starts[place + 1]
    level = _LEVELS[seed % len(_LEVELS)]
    owners = _node(deals, region, level, start, rng)
    rate = float(
        np.mean([_won(deals, owners, a, b) for a, b in zip(_back(start)[1:], _back(start)[:-1], strict=True)])
    )
    target = float(rng.choice(_MULTIPLES)) * rate
    pipeline = fit_pipeline(deals, start - 1, end - start)
    outcome = simulate(pipeline, deals, as_of=start - 1, start=start, end=end, owners=owners).outcome()
    low, high = outcome.interval(0.8)
    actual = _won(deals, owners, start, end)
    return World(
        seed=seed,
        level=level,
        probability=float(np.clip(outcome.probability_at_least(target), 0.01, 0.99)),
        attained=actual >= target,
        held=low <= actual <= high,
    )


def _month_starts(count: int) -> list[int]:
    """First days of the last months that the samples hold whole, and of the one after; rising."""
    months = LAST_DAY.year * 12 + LAST_DAY.month - 1
    return [day_number(date(m // 12, m % 12 + 1, 1)) for m in range(months - count + 1, months + 1)]


def _back(start: int) -> list[int]:
    day = date.fromordinal(start)
    months = day.year * 12 + day.month - 1
    return [day_number(date(m // 12, m % 12 + 1, 1)) for m in range(months, months - 4, -1)]


def _won(deals: Deals, owners: Sequence[str], start: int, end: int) -> float:
    numbers = [deals.owners.index(owner) for owner in owners]
    return float(deals.won_between(start, end)[numbers].sum())


def _node(
    deals: Deals, region: dict[str, str], level: str, start: int, rng: np.random.Generator
) -> tuple[str, ...]:
    """Reps of one node, drawn among those who won something lately."""
    recent = deals.won_between(start - 90, start) > 0
    chosen = deals.owners[int(rng.choice(np.flatnonzero(recent)))]
    team = deals.teams[deals.owners.index(chosen)]
    of = dict(zip(deals.owners, deals.teams, strict=True))
    if level == "rep":
        return (chosen,)
    if level == "team":
        return tuple(owner for owner in deals.owners if of[owner] == team)
    if level == "region":
        return tuple(owner for owner in deals.owners if region[of[owner]] == region[team])
    return deals.owners


def _read(folder: Path) -> tuple[Deals, dict[str, str]]:
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
