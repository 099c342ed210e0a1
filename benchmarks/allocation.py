"""Allocations beside SLSQP as pymc-marketing calls it, and beside google-meridian's climb on a grid; same instances.

Usage: python -m benchmarks.allocation [--quick] [--turns N] [--seed N]
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import Report, Run, called, environment, in_turns, is_quick, measured, scratch
from benchmarks.peers import budgets_on_a_grid

__all__ = ["Instance", "instance", "main"]

_TURNS, _QUICK_TURNS, _SEED = 5, 1, 7
_SCIPY = "scipy>=1.14,<2"
_AGAIN = 20
_SLIDERS, _LINES, _MANY, _QUICK_MANY = 50, 100, 10_000, 500


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Curves as lists of numbers, so that any program can read them, with bounds and a total.

    ``groups`` are lists of lines with their least and most; ``step`` is 1 for whole heads, else 0.
    """

    form: list[str]
    height: list[float]
    scale: list[float]
    shape: list[float]
    low: list[float]
    high: list[float]
    total: float
    step: float
    groups: list[tuple[list[int], float, float]]


def instance(kind: str, lines: int, seed: int) -> Instance:
    """Invent one: ``concave`` (all four forms), ``sliders`` (with bounds, locks and groups) or ``heads`` (S-shaped)."""
    import numpy as np

    random = np.random.default_rng(seed)
    forms = ["hill"] if kind == "heads" else ["power", "exponential", "log", "hill"]
    form = [forms[k % len(forms)] for k in range(lines)]
    heads = kind == "heads"
    shape = [
        float(random.uniform(1.5, 4) if heads else random.uniform(0.3, 0.9))
        if name in ("power", "hill")
        else 1.0
        for name in form
    ]
    total = float(5 * lines if heads else 10_000 * lines)
    scale = [
        1.0 if name == "power" else float(random.uniform(3, 15) if heads else random.lognormal(9, 0.7))
        for name in form
    ]
    # A power curve has no scale: what it brings at the others' is alike.
    height = [
        float(random.lognormal(9, 0.7) / (8_000**s if name == "power" else 1))
        for name, s in zip(form, shape, strict=True)
    ]
    share = total / lines
    low, high, groups = [0.0] * lines, [total if not heads else 40.0] * lines, []
    if kind == "sliders":
        low = [0.2 * share if k % 3 else 0.0 for k in range(lines)]
        high = [3 * share] * lines
        for locked in range(0, lines, 10):
            low[locked] = high[locked] = 0.8 * share
        groups = [
            (list(range(k, lines, 5)), 0.15 * total if k % 2 else 0.0, 0.24 * total if k % 2 == 0 else total)
            for k in range(5)
        ]
    return Instance(
        form=form, height=height, scale=scale, shape=shape, low=low, high=high, total=total, step=float(heads), groups=groups
    )  # fmt: skip


def ours(asked: Instance, again: int) -> Mapping[str, Any]:
    """Allocate ``again`` times; give the median seconds, warm, the outcome, and how much better any could be."""
    from salesnb.allocation import Resource, allocate, between, group

    curves = _curves(asked)
    limits = [between(name, low=asked.low[k], high=asked.high[k]) for k, name in enumerate(curves)]
    limits += [
        group([f"s{k}" for k in lines], name=f"group {number}", low=low, high=high)
        for number, (lines, low, high) in enumerate(asked.groups)
    ]
    took = []
    for _ in range(again + 1):
        begun = time.perf_counter()
        best = allocate(curves, Resource(total=asked.total, step=asked.step), limits)
        took.append(time.perf_counter() - begun)
    return {"seconds": median(took[1:]), "outcome": best.outcome, "gap": best.gap, "bound": best.bound}


def grid(asked: Instance) -> Mapping[str, Any]:
    """Climb on the grid once."""
    curves = list(_curves(asked).values())
    begun = time.perf_counter()
    found = budgets_on_a_grid.climb(curves, asked.low, asked.high, asked.total, asked.step or None)
    return {**found, "seconds": time.perf_counter() - begun}


def _curves(asked: Instance) -> dict[str, Any]:
    from salesnb.allocation import Curve

    numbers = zip(asked.form, asked.height, asked.scale, asked.shape, strict=True)
    return {
        f"s{k}": Curve(form=form, height=height, scale=scale, shape=shape)
        for k, (form, height, scale, shape) in enumerate(numbers)
    }


def slsqp(python: Path, asked: Instance, folder: Path) -> Run | None:
    """Call SciPy in its own environment."""
    path = folder / "instance.json"
    path.write_text(json.dumps(vars(asked)), encoding="utf-8")
    done = called(
        [str(python), str(Path(budgets_on_a_grid.__file__).with_name("budgets_in_scipy.py")), str(path)]
    )
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    found = json.loads(done.stdout.splitlines()[-1])
    return Run(seconds=found["seconds"], cpu_seconds=found["seconds"], peak_bytes=0, found=found)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and give the exit code."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one turn")
    parser.add_argument("--turns", type=int, default=_QUICK_TURNS if quick else _TURNS)
    parser.add_argument("--seed", type=int, default=_SEED)
    options = parser.parse_args(arguments)
    report = Report(benchmark="allocation", quick=quick)
    report.figures["seed"] = options.seed
    python = environment("scipy", ["numpy>=2.1", _SCIPY])
    with scratch() as folder:
        for kind in ("concave", "heads"):
            lines = 20 if quick else _LINES
            _beside(kind, instance(kind, lines, options.seed), python, folder, options.turns, report)
    for kind, lines in (("sliders", _SLIDERS), ("concave", _QUICK_MANY if quick else _MANY)):
        run = measured(ours, instance(kind, lines, options.seed), 1 if lines > _LINES else _AGAIN)
        report.figures[f"{kind}_{lines}_ms"] = round(1e3 * run.found["seconds"], 2) if run else None
        report.figures[f"{kind}_{lines}_gap"] = run.found["gap"] if run else None
        if run is None or run.found["gap"] > 1e-6:
            report.wrong.append(f"{lines} {kind} curves were not solved to a millionth")
    return report.show({})


def _beside(
    kind: str, asked: Instance, python: Path | None, folder: Path, turns: int, report: Report
) -> None:
    """Solve one instance by all three, and print their outcomes beside our bound."""
    tasks = {
        "salesnb": partial(measured, ours, asked, _AGAIN),
        "grid": partial(measured, grid, asked),
        "slsqp": partial(slsqp, python, asked, folder) if python else lambda: None,
    }
    found = {name: _middle(runs) for name, runs in in_turns(tasks, turns).items()}
    mine = found.get("salesnb")
    print(f"{len(asked.form)} {kind} curves, total {asked.total:g}:")
    for name, one in found.items():
        print(f"  {name:10}{one['seconds'] * 1e3:12.2f} ms   outcome {one['outcome']:18.6f}")
        report.figures[f"{kind}_{name}_ms"] = round(1e3 * one["seconds"], 3)
        report.figures[f"{kind}_{name}_outcome"] = one["outcome"]
    if mine is None:
        report.wrong.append(f"{kind}: salesnb could not run")
        return
    report.figures |= {f"{kind}_bound": mine["bound"], f"{kind}_gap": mine["gap"]}
    end = "" if kind == "concave" else f"_{kind}"
    for name, key in (("slsqp", "vs_slsqp"), ("grid", "vs_meridian")):
        peer = found.get(name)
        report.ratios[key + end] = float(f"{mine['seconds'] / peer['seconds']:.3g}") if peer else None
        # SLSQP may leave heads in parts, which is easier; the bound holds for whole ones only.
        if (
            peer
            and (name == "grid" or not asked.step)
            and peer["outcome"] > mine["outcome"] * (1 + 1e-6) + 1e-9
        ):
            report.wrong.append(f"{kind}: {name} found more, {peer['outcome']} against {mine['outcome']}")
    if mine["gap"] > (1e-3 if asked.step else 1e-6):
        report.wrong.append(f"{kind}: the gap is {mine['gap']:g}")


def _middle(runs: Sequence[Run]) -> Mapping[str, Any]:
    found = [run.found for run in runs]
    return {**found[0], "seconds": median(one["seconds"] for one in found)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
