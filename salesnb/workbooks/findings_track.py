"""How far outlooks were right on the past: as extracts hold it, and in words.

``track`` of an extract's outlook has ``steps`` (length of the windows that were tried, in months) and ``rows``, one a level
of the organisation and one of all together: ``level``, ``origins``, ``totals``, ``is_judged``, ``is_beaten``,
``coverage80``, ``brier``, ``base_rate_brier``, ``mase``, ``mase_seasonal_naive``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from salesnb.money import Formatter

__all__ = ["ALL_LEVELS", "Track", "TrackRow", "track_from", "track_sentences"]

ALL_LEVELS = "all together"


@dataclass(frozen=True, kw_only=True)
class TrackRow:
    """How outlooks of one level did; scores are None where there is nothing to score.

    Attributes
    ----------
    level
        Its name, or ``all together``.
    origins, totals
        How many past month ends, and totals of a place.
    is_judged, is_beaten
        Whether those are enough to judge by, and probabilities were then no better than the base rate.
    coverage80
        Share of totals within the ranges that should hold 80 per cent.
    brier, base_rate_brier
        Brier scores (0 best).
    mase, mase_seasonal_naive
        Mean absolute scaled errors of the forecast, and of the same months a year before.
    """

    level: str
    origins: int
    totals: int
    is_judged: bool
    is_beaten: bool
    coverage80: float | None = None
    brier: float | None = None
    base_rate_brier: float | None = None
    mase: float | None = None
    mase_seasonal_naive: float | None = None


@dataclass(frozen=True, kw_only=True)
class Track:
    """What was tried, and what came of it; ``steps`` is the length of the windows in months."""

    steps: int
    rows: tuple[TrackRow, ...]


def track_from(part: Mapping[str, Any] | None) -> Track | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    known = {field.name for field in fields(TrackRow)}
    rows = (TrackRow(**{key: row[key] for key in known & row.keys()}) for row in part["rows"])
    return Track(steps=int(part["steps"]), rows=tuple(rows))


def track_sentences(track: Track, level: str, fmt: Formatter) -> tuple[str, ...]:
    """Say how far outlooks of a level were right; of all together, where the level is not told of."""
    row = next((one for one in track.rows if one.level == level), track.rows[-1])
    of = {ALL_LEVELS: "", "company": " of the company"}.get(row.level, f" of a {row.level}")
    tried = f"Such outlooks{of} were tried on {fmt.count(row.origins)} past month {'end' if row.origins == 1 else 'ends'}"
    if not row.is_judged or row.coverage80 is None or row.brier is None or row.base_rate_brier is None:
        return (f"{tried}: too few to say how far they are right.",)
    scores = f"Brier score {row.brier:.3f} against {row.base_rate_brier:.3f}, and lower is better"
    held = f"{tried}: {round(100 * row.coverage80)} of 100 ranges held where 80 should"
    if row.is_beaten:
        return (
            f"{held}, but probabilities were no better than the base rate ({scores}).",
            "So the base rate stands in their place.",
        )
    return (f"{held}, and probabilities beat the base rate ({scores}).", *_naive(row, fmt))


def _naive(row: TrackRow, fmt: Formatter) -> tuple[str, ...]:
    if row.mase is None or not row.mase_seasonal_naive:
        return ()
    less = 1 - row.mase / row.mase_seasonal_naive
    before = "the same months a year before would have"
    if less <= 0:
        return (f"The forecast missed no less than {before}.",)
    return (f"The forecast missed by {fmt.ratio(less, 0)} less than {before}.",)
