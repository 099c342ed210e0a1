"""What segments share with each other, and what none of them covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from salesnb.actions.deal_cells import DealCells, Figures
from salesnb.counting import counted

if TYPE_CHECKING:
    from salesnb.money import Formatter

__all__ = ["Coverage", "Gap", "Overlap", "cover", "coverage_words"]

Mask = NDArray[np.bool_]

# So many pairs, and values that nothing covers, are told one by one.
_PAIRS, _GAPS = 20, 6
# Rows of which pairs are counted at once, so that memory stays flat.
_CHUNK = 65_536
_MANY_VALUES = 200


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Deals that are in two segments, by their places in the list."""

    one: int
    other: int
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What no segment covers of a value of a dimension."""

    dimension: str
    code: int
    value: str | None
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How segments lie over the deals.

    Attributes
    ----------
    segments
        What each comes to.
    covered, uncovered
        Deals that are in one at least, each counted once, and the others.
    overlaps, pairs
        The largest pairs that share deals, and how many there are.
    gaps
        Of each dimension the value of which most is uncovered, the largest first.
    """

    segments: tuple[Figures, ...]
    covered: Figures
    uncovered: Figures
    overlaps: tuple[Overlap, ...]
    pairs: int
    gaps: tuple[Gap, ...]


def cover(cells: DealCells, masks: Sequence[Mask]) -> Coverage:
    """Lay segments, given by the rows that they have, over the deals."""
    any_ = np.zeros(len(cells.days), dtype=bool)
    for mask in masks:
        any_ |= mask
    shared = _pairs(cells, masks)
    ordered = sorted(shared, key=lambda pair: (-_size(shared[pair]), pair))
    overlaps = [
        Overlap(one=one, other=other, figures=cells.total(masks[one] & masks[other]))
        for one, other in ordered[:_PAIRS]
    ]
    uncovered = cells.total(~any_)
    return Coverage(
        segments=tuple(cells.total(mask) for mask in masks),
        covered=cells.total(any_),
        uncovered=uncovered,
        overlaps=tuple(overlaps),
        pairs=len(shared),
        gaps=_gaps(cells, ~any_) if _counts(uncovered) else (),
    )


def coverage_words(found: Coverage, fmt: "Formatter") -> str:
    """Say how much is covered, how much of it twice, and how much not at all."""
    covered, uncovered = found.covered, found.uncovered
    won = covered.won + uncovered.won
    count = counted(len(found.segments), "segment covers", "segments cover")
    share = f" ({fmt.ratio(covered.won / won, 0)})" if won else ""
    told = f"{count} {fmt.compact(covered.won)} of {fmt.compact(won)} won{share}"
    told += f" and {fmt.compact(covered.open)} of {fmt.compact(covered.open + uncovered.open)} open."
    twice = sum(one.won for one in found.segments) - covered.won
    if found.pairs:
        pairs = counted(found.pairs, "pair shares deals", "pairs share deals")
        told += f" {pairs}: added up, the segments come to {fmt.compact(twice)} more than was won."
    else:
        told += " No deal is in two of them."
    return f"{told} {_uncovered_words(uncovered, fmt)}"


def _uncovered_words(uncovered: Figures, fmt: "Formatter") -> str:
    if not _counts(uncovered):
        return "Nothing is left out."
    deals = counted(uncovered.deals, "deal", "deals")
    open_deals = counted(uncovered.open_deals, "open one", "open ones")
    return (
        f"In none of them: {deals} won ({fmt.compact(uncovered.won)}) and {open_deals}"
        f" ({fmt.compact(uncovered.open)})."
    )


def _pairs(cells: DealCells, masks: Sequence[Mask]) -> dict[tuple[int, int], Figures]:
    """Find pairs that share deals won in the last twelve months or open ones."""
    if len(masks) < 2:
        return {}
    weights = np.stack([cells.told(name) for name in ("won", "deals", "open", "open_deals")]).astype(float)
    sums = np.zeros((len(weights), len(masks), len(masks)))
    for start in range(0, len(cells.days), _CHUNK):
        part = np.stack([mask[start : start + _CHUNK] for mask in masks]).astype(float)
        for n, row in enumerate(weights[:, start : start + _CHUNK]):
            sums[n] += (part * row) @ part.T
    found = {}
    for one, other in combinations(range(len(masks)), 2):
        won, deals, open_, open_deals = (int(value) for value in sums[:, one, other])
        figures = Figures(won=won, deals=deals, open=open_, open_deals=open_deals)
        if _counts(figures):
            found[one, other] = figures
    return found


def _gaps(cells: DealCells, rows: Mask) -> tuple[Gap, ...]:
    found = []
    for name, figures in cells.by_value(rows).items():
        column = cells.columns[name]
        if len(column.names) > _MANY_VALUES:
            continue
        code = max(range(len(figures)), key=lambda n: (_size(figures[n]), -n))
        found.append(Gap(dimension=name, code=code, value=column.names[code], figures=figures[code]))
    found.sort(key=lambda gap: (-_size(gap.figures), gap.dimension))
    return tuple(gap for gap in found if _counts(gap.figures))[:_GAPS]


def _counts(figures: Figures) -> bool:
    return bool(figures.deals or figures.open_deals or figures.won or figures.open)


def _size(figures: Figures) -> int:
    return figures.won + figures.open
