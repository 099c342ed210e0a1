"""Whether goals of Maven's reps, managers and regions are attained, one or three months ahead: walk-forward.

Usage: python -m benchmarks.goals_mixed_maven [--months 1] [--data FOLDER]
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
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from salesnb.outlook.attain import attain
from salesnb.outlook.coherent import coherent_views
from salesnb.outlook.deals import NEVER, Deals, day_number
from salesnb.outlook.distribution import Outcome, shown_probability
from salesnb.outlook.panel import Panel
from salesnb.outlook.pipeline import fit_pipeline, simulate
from salesnb.outlook.recalibration import Recalibration, recalibrate
from salesnb.outlook.scoring import base_rates, brier_score, calibration_error, reliability
from salesnb.outlook.top_down import TopDown, top_down

__all__ = ["Crm", "Row", "figures_of", "main", "read_maven", "show", "walk_forward"]

Floats = npt.NDArray[np.float64]

_MULTIPLES = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
_MONTHS = [*(date(2017, month, 1).toordinal() for month in range(3, 13)), date(2018, 1, 1).toordinal()]
_LEAST_KNOWN = 3

_DATA = Path(os.environ.get("SALESNB_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


@dataclass(frozen=True, kw_only=True)
class Crm:
    """Deals, and what is forecast: nodes by panel (region, manager, rep), each with the reps under it."""

    deals: Deals
    nodes: Mapping[str, Mapping[str, tuple[str, ...]]]


def read_maven(folder: Path) -> Crm:
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
    return Crm(
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


@dataclass(frozen=True, kw_only=True)
class Row:
    """One prediction: what each view and the mix said of a goal, and what came.

    Attributes
    ----------
    origin, resolved
        Months known when it was made, and when what came was known.
    said
        P(attain) by ``top_down``, ``bottom_up``, ``half`` (the mix as it starts) and ``mix`` (recalibrated).
    held
        Whether the 80 % range of each held what came.
    """

    panel: str
    node: str
    multiple: float
    origin: int
    resolved: int
    attained: bool
    said: Mapping[str, float]
    held: Mapping[str, bool]


def walk_forward(crm: Crm, months: int) -> list[Row]:
    """Forecast from each month on, with what was known then; goals are multiples of the run rate of three months."""
    won = np.array([crm.deals.won_between(*ends) for ends in pairwise(_MONTHS)])
    views = [_top_down(crm, nodes, won, months) for nodes in crm.nodes.values()]
    forecasts = dict(zip(crm.nodes, coherent_views(views, _children(crm)), strict=True))
    rows: list[Row] = []
    for origin in range(_LEAST_KNOWN, len(won) - months + 1):
        start, end = _MONTHS[origin], _MONTHS[origin + months]
        pipeline = fit_pipeline(crm.deals, start - 1, end - start)
        simulation = simulate(pipeline, crm.deals, as_of=start - 1, start=start, end=end)
        learned = _learned([row for row in rows if row.resolved <= origin])
        for panel, nodes in crm.nodes.items():
            for node, owners in nodes.items():
                views = (forecasts[panel].outcome(node, origin=origin), simulation.outcome(owners))
                own = won[:, [crm.deals.owners.index(owner) for owner in owners]].sum(axis=1)
                rows += _asked(panel, node, origin, months, own, views, learned)
    return rows


def _top_down(crm: Crm, nodes: Mapping[str, Sequence[str]], won: Floats, months: int) -> TopDown:
    number = {owner: place for place, owner in enumerate(crm.deals.owners)}
    series = {
        node: (2017 * 12 + 2, won[:, [number[owner] for owner in owners]].sum(axis=1).tolist())
        for node, owners in nodes.items()
    }
    return top_down(Panel.from_series(series), months)


def _children(crm: Crm) -> dict[str, list[str]]:
    """The managers right below each region, and the reps right below each manager."""
    found = {manager: list(reps) for manager, reps in crm.nodes["manager"].items()}
    for region, reps in crm.nodes["region"].items():
        found[region] = [name for name, own in crm.nodes["manager"].items() if set(own) <= set(reps)]
    return found


def _learned(past: Sequence[Row]) -> Recalibration:
    """Recalibrate by what is resolved; the goals of one result share a weight of 1."""
    said = [row.said["half"] for row in past]
    return recalibrate(said, [row.attained for row in past], weights=np.full(len(past), 1 / len(_MULTIPLES)))


def _asked(
    panel: str,
    node: str,
    origin: int,
    months: int,
    own: Floats,
    views: tuple[Outcome | None, Outcome],
    learned: Recalibration,
) -> Iterator[Row]:
    rate = float(own[origin - _LEAST_KNOWN : origin].mean()) * months
    actual = float(own[origin : origin + months].sum())
    if rate <= 0:
        return
    top, bottom = views
    named = {"target": rate, "origins": origin}
    outcomes = {
        "top_down": attain(top_down=top, bottom_up=None if top else bottom, **named).outcome,
        "bottom_up": bottom,
        "half": attain(top_down=top, bottom_up=bottom, **named).outcome,
        "mix": attain(top_down=top, bottom_up=bottom, recalibration=learned, **named).outcome,
    }
    ranges = {view: outcome.interval(0.8) for view, outcome in outcomes.items()}
    for multiple in _MULTIPLES:
        yield Row(
            panel=panel,
            node=node,
            multiple=multiple,
            origin=origin,
            resolved=origin + months,
            attained=actual >= multiple * rate,
            said={
                view: shown_probability(outcome.probability_at_least(multiple * rate))
                for view, outcome in outcomes.items()
            },
            held={view: bool(low <= actual <= high) for view, (low, high) in ranges.items()},
        )


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=1, help="how many months are forecast")
    parser.add_argument("--data", type=Path, default=_DATA / "maven_crm", help="the folder of the export")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"There is no folder {options.data}.", file=sys.stderr)
        return 1
    rows = walk_forward(read_maven(options.data), options.months)
    figures = figures_of(rows)
    show(rows, options.months)
    print(json.dumps({"benchmark": "goals_mixed_maven", "ratios": {}, "figures": figures, "missing": []}))
    return 0


def base_rate_of(rows: Sequence[Row]) -> Floats:
    """(rows,): share of past hits of the same panel and multiple, as known at each origin."""
    found = np.empty(len(rows))
    for key in {(row.panel, row.multiple) for row in rows}:
        places = [place for place, row in enumerate(rows) if (row.panel, row.multiple) == key]
        same = [rows[place] for place in places]
        found[places] = base_rates(
            np.array([row.attained for row in same]),
            np.array([row.origin for row in same]),
            np.array([row.resolved for row in same]),
        )
    return found


def figures_of(rows: Sequence[Row]) -> dict[str, float | int | None]:
    """The figures that are asked for, of the recalibrated mix."""
    said, hits = _columns(rows, "mix")
    return {
        "predictions": len(rows),
        "brier_maven": brier_score(said, hits),
        "base_rate_maven": brier_score(base_rate_of(rows), hits),
        "calibration_error": calibration_error(said, hits),
        "coverage80": float(np.mean([row.held["mix"] for row in rows])),
    }


def _columns(rows: Sequence[Row], view: str) -> tuple[Floats, npt.NDArray[np.bool_]]:
    return np.array([row.said[view] for row in rows]), np.array([row.attained for row in rows])


def show(rows: Sequence[Row], months: int) -> None:
    """Print how each view and the mix did, by panel, and the reliability of the mix."""
    print(f"Maven, {months} month(s) ahead, goals {_MULTIPLES} times the run rate; final statuses used")
    print(f"{'panel':10}{'view':12}{'n':>6}{'Brier':>8}{'base':>8}{'cal. error':>12}{'80 % held':>11}")
    base = base_rate_of(rows)
    for panel in ("region", "manager", "rep", "all"):
        places = [place for place, row in enumerate(rows) if panel in {"all", row.panel}]
        some = [rows[place] for place in places]
        for view in ("top_down", "bottom_up", "half", "mix"):
            said, hits = _columns(some, view)
            held = np.mean([row.held[view] for row in some])
            print(
                f"{panel:10}{view:12}{len(some):6}{brier_score(said, hits):8.3f}{brier_score(base[places], hits):8.3f}"
                f"{calibration_error(said, hits):12.3f}{held:11.2f}"
            )
    print("\nreliability of the mix: from, count, predicted, happened")
    for tenth in reliability(*_columns(rows, "mix")):
        if tenth.count:
            print(f"  {tenth.start:.1f}{tenth.count:6}{tenth.predicted:8.2f}{tenth.happened:8.2f}")


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _day(text: str) -> int:
    return day_number(date.fromisoformat(text)) if text else NEVER


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
