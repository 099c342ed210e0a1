"""Two cuts in pandas: scaled in turns, rounded by largest remainder, the rest moved to where it fits best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["Ready", "answer", "read"]

_ROUNDS, _ENOUGH = 300, 1e-6


@dataclass(frozen=True)
class Ready:
    """The question as frames: ``nodes`` (node, parent, top first) and ``sold`` (a row a rep, a column a segment)."""

    nodes: pd.DataFrame
    sold: pd.DataFrame


def read(parents: Mapping[str, str | None], sold: Mapping[str, Sequence[int]]) -> Ready:
    """Lay the question out; not part of what is measured."""
    nodes = pd.DataFrame({"node": list(parents), "parent": list(parents.values())})
    return Ready(nodes, pd.DataFrame.from_dict(sold, orient="index"))


def answer(ready: Ready, goal: int) -> dict[str, list[int]]:
    """Split the goal down the organisation and across the segments."""
    quotas = _down(ready, goal)
    rows = quotas.loc[ready.sold.index]
    columns = _largest_remainder(ready.sold.sum(), goal)
    whole = _rounded(_scaled(ready.sold.astype(float), rows, columns), rows, columns)
    return _added_up(ready, whole)


def _down(ready: Ready, goal: int) -> pd.Series:
    """Split among siblings by what was sold below them, level by level."""
    weight = _summed(ready, ready.sold.sum(axis=1).to_frame())[0]
    amounts = {"company": goal}
    for parent, children in ready.nodes.dropna().groupby("parent", sort=False)["node"]:
        amounts |= _largest_remainder(weight.loc[children], amounts[parent]).to_dict()
    return pd.Series(amounts)


def _largest_remainder(weights: pd.Series, total: int) -> pd.Series:
    exact = weights * (total / weights.sum())
    whole = np.floor(exact).astype("int64")
    short = total - whole.sum()
    whole.loc[(exact - whole).nlargest(short, keep="first").index] += 1
    return whole


def _scaled(real: pd.DataFrame, rows: pd.Series, columns: pd.Series) -> pd.DataFrame:
    for _ in range(_ROUNDS):
        real = real.mul((rows / real.sum(axis=1)).fillna(0), axis=0)
        sums = real.sum()
        if (sums - columns).abs().max() <= _ENOUGH:
            break
        real = real.mul(columns / sums, axis=1)
    return real


def _rounded(real: pd.DataFrame, rows: pd.Series, columns: pd.Series) -> pd.DataFrame:
    """Round rows by largest remainder, then move a unit at a time from a segment with too much to one with too little."""
    whole = np.floor(real).astype("int64")
    rank = (real - whole).rank(axis=1, method="first", ascending=False)
    whole += rank.le(rows - whole.sum(axis=1), axis=0).astype("int64")
    off = whole.sum() - columns
    while off.any():
        given, taken = off.idxmax(), off.idxmin()
        beyond = whole - real
        able = (whole[given] > 0) & (real[taken] > 0)
        row = (beyond[given] - beyond[taken])[able].idxmax()
        whole.loc[row, given] -= 1
        whole.loc[row, taken] += 1
        off = whole.sum() - columns
    return whole


def _summed(ready: Ready, of_reps: pd.DataFrame) -> pd.DataFrame:
    """Add up reps for teams, regions and the company."""
    parent = ready.nodes.set_index("node")["parent"]
    levels = [of_reps]
    while len(levels[-1]) > 1 or parent.loc[levels[-1].index[0]] is not None:
        levels.append(levels[-1].groupby(parent.loc[levels[-1].index].to_numpy(), sort=False).sum())
        if list(levels[-1].index) == ["company"]:
            break
    return pd.concat(levels)


def _added_up(ready: Ready, whole: pd.DataFrame) -> dict[str, list[int]]:
    summed: Any = _summed(ready, whole)
    return dict(zip(summed.index, summed.to_numpy().tolist(), strict=True))
