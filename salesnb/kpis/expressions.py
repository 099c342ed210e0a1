"""Building blocks of measures: Ibis expressions that give the same whole numbers on every engine."""

from typing import Any

__all__ = ["count_where", "days_between", "sum_where"]


def count_where(condition: Any) -> Any:
    """Count the rows that fulfil a condition; 0 where there is none."""
    return condition.fill_null(False).ifelse(1, 0).cast("int64").sum().fill_null(0)


def sum_where(value: Any, condition: Any) -> Any:
    """Sum whole numbers over the rows that fulfil a condition; 0 where there is none."""
    chosen = condition.fill_null(False).ifelse(value.fill_null(0), 0)
    return chosen.cast("int64").sum().fill_null(0)


def days_between(later: Any, earlier: Any) -> Any:
    """Whole days from one date to another; null where either is."""
    return later.delta(earlier, unit="day")
