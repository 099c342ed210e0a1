"""What a backtest found, as tables for people."""

from collections.abc import Sequence
from typing import Protocol

from salesnb.outlook import Score, Tenth

__all__ = ["averaged", "print_scores", "print_tenths"]

_HEADS = (
    "goals", "totals", "hidden", "Brier", "base rate", "calibr.", "50 %", "80 %", "MASE", "naive", "run rate"
)  # fmt: skip
_WIDTHS = (8, 8, 8, 8, 11, 9, 7, 7, 7, 7, 10)


class _WithTenths(Protocol):
    @property
    def tenths(self) -> tuple[Tenth, ...]: ...


def print_scores(scores: Sequence[Score]) -> None:
    """Print a line a panel, then where each falls short."""
    print(f"{'':26}" + "".join(f"{head:>{width}}" for head, width in zip(_HEADS, _WIDTHS, strict=True)))
    for score in scores:
        cells = (
            f"{score.predictions:,}",
            f"{score.windows:,}",
            f"{score.hidden:,}",
            _shown(score.brier, 3),
            _shown(score.base_rate_brier, 3),
            _shown(score.calibration_error, 3),
            _per_cent(score.coverage50),
            _per_cent(score.coverage80),
            _shown(score.mase, 2),
            _shown(score.mase_seasonal_naive, 2),
            _shown(score.mase_run_rate, 2),
        )
        print(
            f"{score.name:26}"
            + "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
        )
    print()
    for score in scores:
        for shortcoming in score.shortcomings():
            print(f"  {score.name}: {shortcoming}")


def print_tenths(found: _WithTenths) -> None:
    """Print what was predicted beside what happened, by tenths of probability."""
    print("\n  said         " + "".join(f"{f'{line.start:.0%}-':>8}" for line in found.tenths))
    for word, cells in (
        ("goals", [f"{line.count:,}" for line in found.tenths]),
        ("predicted", [_per_cent(line.predicted) for line in found.tenths]),
        ("attained", [_per_cent(line.happened) for line in found.tenths]),
    ):
        print(f"  {word:13}" + "".join(f"{cell:>8}" for cell in cells))
    print()


def averaged(scores: Sequence[Score], figure: str) -> float | None:
    """The mean of a figure over the panels that have it, each weighing the same."""
    found = [value for score in scores if (value := getattr(score, figure)) is not None]
    return round(sum(found) / len(found), 4) if found else None


def _shown(figure: float | None, digits: int) -> str:
    return "-" if figure is None else f"{figure:.{digits}f}"


def _per_cent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
