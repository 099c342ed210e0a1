"""A goal cascaded down 10,000 nodes and across 12 segments at once, beside the same in pandas.

Usage: python -m benchmarks.cascade [--quick] [--nodes N] [--segments N] [--turns N]
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.measuring import Report, Run, in_turns, is_quick, measured, typical
from benchmarks.peers import two_cuts_in_pandas

__all__ = ["main", "ours", "peer", "question"]

_NODES, _QUICK_NODES, _SEGMENTS = 10_000, 300, 12
_TURNS, _QUICK_TURNS = 5, 1
_REPS_A_TEAM, _TEAMS_A_REGION = 10, 9
_SEED = 20170901
# A goal in money, in minor units, and one in deals, where a unit counts.
_GOALS = {"money": 100_000_000_00, "deals": 20_000}


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and give the exit code."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, one turn")
    parser.add_argument("--nodes", type=int, default=_QUICK_NODES if quick else _NODES)
    parser.add_argument("--segments", type=int, default=_SEGMENTS)
    parser.add_argument("--turns", type=int, default=_QUICK_TURNS if quick else _TURNS)
    options = parser.parse_args(arguments)
    report = Report(benchmark="cascade", quick=quick)
    runs: dict[str, Run] = {}
    for name, goal in _GOALS.items():
        asked = (options.nodes, options.segments, goal)
        tasks = {
            f"{name}: salesnb": partial(measured, ours, *asked),
            f"{name}: pandas": partial(measured, peer, *asked),
        }
        found = {task: _asked_alone(typical(got)) for task, got in in_turns(tasks, options.turns).items()}
        mine, theirs = (found.get(task) for task in tasks)
        report.ratios[f"vs_pandas_{name}"] = (
            round(mine.seconds / theirs.seconds, 3) if mine and theirs else None
        )
        report.figures[f"seconds_{name}"] = round(mine.seconds, 3) if mine else None
        for task, run in found.items():
            report.wrong += [f"{task}: {sentence}" for sentence in run.found["wrong"]]
            report.figures[f"furthest_{task.replace(': ', '_')}"] = run.found["furthest"]
        runs |= found
    return report.show(runs)


def question(nodes: int, segments: int) -> dict[str, Any]:
    """Make up an organisation of three levels below the top, and what its reps sold by segment; a fifth sold none.

    Returns
    -------
    dict
        ``parents`` by node, parents first; ``sold`` by rep, a number a segment.
    """
    import numpy as np

    parents: dict[str, str | None] = {"company": None}
    for rep in range(nodes * 90 // 101):
        team, region = rep // _REPS_A_TEAM, rep // (_REPS_A_TEAM * _TEAMS_A_REGION)
        parents.setdefault(f"region {region:04d}", "company")
        parents.setdefault(f"team {team:05d}", f"region {region:04d}")
        parents[f"rep {rep:06d}"] = f"team {team:05d}"
    reps = [name for name in parents if name.startswith("rep")]
    random = np.random.default_rng(_SEED)
    amounts = random.gamma(1.5, 60_000_00, (len(reps), segments)) * (
        random.random((len(reps), segments)) < 0.8
    )
    return {"parents": parents, "sold": dict(zip(reps, amounts.astype(int).tolist(), strict=True))}


def ours(nodes: int, segments: int, goal: int) -> dict[str, Any]:
    """Cascade with salesnb: the goal down the tree, then across the segments."""
    from salesnb.money import split
    from salesnb.planning import OrgNode, OrgTree, TwoCutsQuery, cascade, two_cuts

    asked = question(nodes, segments)
    names = [f"segment {place:02d}" for place in range(segments)]
    weights = {rep: dict(zip(names, sold, strict=True)) for rep, sold in asked["sold"].items()}
    tree_nodes = tuple(
        OrgNode(id=node, name=node, parent=parent, level=node.partition(" ")[0])
        for node, parent in asked["parents"].items()
    )

    def answer() -> Mapping[str, Sequence[int]]:
        tree = OrgTree(tree_nodes)
        of_rows = {rep: sum(sold) for rep, sold in asked["sold"].items()}
        quotas = cascade(tree, "won_amount", "2017", goal, of_rows)
        of_columns = [sum(column) for column in zip(*asked["sold"].values(), strict=True)]
        return two_cuts(
            TwoCutsQuery(
                tree=tree,
                rows={quota.id: quota.amount for quota in quotas if quota.id in weights},
                columns=dict(zip(names, split(goal, of_columns, names), strict=True)),
                weights=weights,
            )
        ).cells

    return _timed(answer, asked, goal)


def peer(nodes: int, segments: int, goal: int) -> dict[str, Any]:
    """Cascade with pandas."""
    asked = question(nodes, segments)
    ready = two_cuts_in_pandas.read(asked["parents"], asked["sold"])
    return _timed(lambda: two_cuts_in_pandas.answer(ready, goal), asked, goal)


def _timed(
    answer: Callable[[], Mapping[str, Sequence[int]]], asked: Mapping[str, Any], goal: int
) -> dict[str, Any]:
    """Ask, and look at what comes out: sums that must hold, and how far a cell is from its share of its node."""
    wall, cpu = time.perf_counter(), time.process_time()
    cells = answer()
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    sums: dict[str, list[int]] = {}
    for node, parent in asked["parents"].items():
        if parent:
            before = sums.get(parent, [0] * len(cells[node]))
            sums[parent] = [one + other for one, other in zip(before, cells[node], strict=True)]
    wrong = [f"{node} is not the sum of what is below it" for node in sums if list(cells[node]) != sums[node]]
    wrong += [] if sum(cells["company"]) == goal else ["the whole is not the goal"]
    wrong += ["something is negative"] if any(min(row) < 0 for row in cells.values()) else []
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "wrong": wrong[:3],
        "furthest": _furthest(asked, cells),
    }


def _furthest(asked: Mapping[str, Any], cells: Mapping[str, Sequence[int]]) -> float:
    """Tell how many units a region's cell is at most from where the fitted, unrounded matrix has it."""
    import numpy as np

    reps = list(asked["sold"])
    rows = np.array([sum(cells[rep]) for rep in reps])
    real = np.array([asked["sold"][rep] for rep in reps], dtype=float)
    columns = np.array(cells["company"])
    for _ in range(300):
        real *= (columns / real.sum(axis=0))[None]
        real *= np.divide(rows, real.sum(axis=1), out=np.zeros(len(rows)), where=real.sum(axis=1) > 0)[
            :, None
        ]
    far = 0.0
    regions = sorted({node for node, parent in asked["parents"].items() if parent == "company"})
    for region in regions:
        mine = [asked["parents"][asked["parents"][rep]] == region for rep in reps]
        far = max(far, float(np.abs(real[mine].sum(axis=0) - np.array(cells[region])).max()))
    return round(far, 2)


def _asked_alone(run: Run) -> Run:
    """Leave out the time of making the question up."""
    return replace(run, seconds=run.found["seconds"], cpu_seconds=run.found["cpu_seconds"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
