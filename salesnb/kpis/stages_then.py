"""Deals whose stage on an earlier day is not known: how their rows are labelled, and why there are some."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from salesnb.kpis.result import Column

__all__ = ["STAGE", "blank_stage", "told_of_stages"]

STAGE = "stage"
_NOT_KNOWN = "Not known then"


def blank_stage(dimension: str, as_of: date, latest: date) -> str:
    """Say in words what no value of a dimension means on a day; empty where it just has none.

    Parameters
    ----------
    latest
        The as-of day of the data.

    Examples
    --------
    >>> blank_stage("stage", date(2026, 6, 30), date(2026, 9, 30)), blank_stage("team", date(2026, 6, 30), date(2026, 9, 30))
    ('Not known then', '')
    """
    return _NOT_KNOWN if dimension == STAGE and as_of < latest else ""


def told_of_stages(columns: Sequence[Column], rows: Iterable[Sequence[Any]], as_of: date) -> tuple[str, ...]:
    """Say why rows have no stage, where one with figures has none and it would be labelled; else nothing."""
    place = next((at for at, column in enumerate(columns) if column.name == STAGE and column.blank), None)
    figures = [at for at, column in enumerate(columns) if column.role == "kpi"]
    if place is None or not any(row[place] is None and any(row[at] for at in figures) for row in rows):
        return ()
    why = (
        f"Deals that have closed since {as_of.isoformat()} have their last stage in their row, not that of the day: where no"
        f" history of stages tells it, they stand without one ({_NOT_KNOWN.lower()})."
    )
    return (why,)
