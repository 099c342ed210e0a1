"""Scores of segments as people and programs read them."""

from typing import Any

from salesnb.actions.segment_scores import SegmentScores
from salesnb.money import Formatter, to_major

__all__ = ["UNITS", "flip_lines", "score_document", "score_records"]

UNITS = {
    "size": "money",
    "growth": "ratio",
    "win rate": "ratio",
    "deal size": "money",
    "cycle": "days",
    "cost to serve": "money",
    "potential": "money",
}


def score_records(found: SegmentScores, fmt: Formatter) -> list[dict[str, object]]:
    """Give a row a segment, best first, with the figures that it is scored by."""
    return [
        {
            "segment": item.segment,
            "score": fmt.number(item.score, 2),
            **{name: fmt.value(found.values[item.segment].get(name), UNITS[name]) for name in found.weights},
        }
        for item in found.scored
    ]


def flip_lines(found: SegmentScores, fmt: Formatter) -> tuple[str, ...]:
    """Say by which other weight neighbours would change places."""
    return tuple(
        f"{flip.below} would come before {flip.above} if {flip.criterion} weighed {fmt.ratio(flip.weight, 0)} instead of"
        f" {fmt.ratio(flip.now, 0)}."
        for flip in found.flips
    )


def score_document(found: SegmentScores, digits: int) -> list[dict[str, Any]]:
    """Give everything as JSON has it: money in major units as text, what is not known as null."""
    return [
        {
            "segment": item.segment,
            "score": item.score,
            "parts": dict(item.parts),
            "values": {
                name: _plain(value, UNITS[name], digits)
                for name, value in found.values[item.segment].items()
                if name in found.weights
            },
            "unknown": list(item.unknown),
        }
        for item in found.scored
    ]


def _plain(value: float | None, unit: str, digits: int) -> object:
    if value is None or unit != "money":
        return value
    return f"{to_major(round(value), digits):.{digits}f}"
