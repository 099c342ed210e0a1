"""Whether goals of Maven's reps, managers and regions are attained, one or three months ahead: walk-forward.

Usage: python -m benchmarks.goals_maven [--months 1] [--data FOLDER]
"""

import argparse
import csv
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from salesnb.outlook.deals import NEVER, Deals, day_number

__all__ = ["Panel", "read_maven"]

_DATA = Path(os.environ.get("SALESNB_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Deals, and what is forecast: nodes by panel (region, manager, rep), each with the reps under it."""

    deals: Deals
    nodes: Mapping[str, Mapping[str, tuple[str, ...]]]


def read_maven(folder: Path) -> Panel:
    """Read the public CRM export as it is; the price list stands for the value of open deals."""
    prices = {row["product"]: float(row["sales_price"]) for row in _rows(folder / "products.csv")}
    teams = {row["sales_agent"]: row for row in _rows(folder / "sales_teams.csv")}
    rows = list(_rows(folder / "sales_pipeline.csv"))
    owners = tuple(sorted({row["sales_agent"] for row in rows}))
    number = {owner: place for place, owner in enumerate(owners)}
    nodes: dict[str, dict[str, list[str]]] = {"region": defaultdict(list), "manager": defaultdict(list)}
    for owner in owners:
        nodes["region"][teams[owner]["regional_office"]].append(owner)
        nodes["manager"][teams[owner]["manager"]].append(owner)
    frozen = {panel: {name: tuple(some) for name, some in of.items()} for panel, of in nodes.items()}
    return Panel(
        deals=Deals(
            owners=owners,
            teams=tuple(teams[owner]["manager"] for owner in owners),
            owner=np.array([number[row["sales_agent"]] for row in rows]),
            created=np.array([_day(row["engage_date"]) for row in rows]),
            closed=np.array([_day(row["close_date"]) for row in rows]),
            won=np.array([row["deal_stage"] == "Won" for row in rows]),
            amount=np.array([100 * float(row["close_value"] or 0) for row in rows]),
            expected=np.array([100 * prices[row["product"].replace("GTXPro", "GTX Pro")] for row in rows]),
        ),
        nodes=frozen | {"rep": {owner: (owner,) for owner in owners}},
    )


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _day(text: str) -> int:
    return day_number(date.fromisoformat(text)) if text else NEVER
