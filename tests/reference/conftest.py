"""What the independent computations share: a way to each other, and comparison."""

import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

# Tests are imported one by one, without their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))


def _same(actual: float | None, expected: Fraction | float | None) -> bool:
    """Nulls and whole numbers equal, others within 1e-12 of each other."""
    if actual is None or expected is None:
        return actual is expected
    if isinstance(expected, int):
        return actual == expected
    return abs(Fraction(actual) - Fraction(expected)) <= Fraction(1, 10**12) * max(1, abs(Fraction(expected)))


@pytest.fixture
def same() -> Callable[[float | None, Fraction | float | None], bool]:
    """Tell whether a figure is what it should be."""
    return _same


def _by_key(result: Any) -> dict[tuple[str, tuple[str | None, ...]], Mapping[str, Any]]:
    roles = [column.role for column in result.columns]
    names = [column.name for column in result.columns]
    found = {}
    for row in result.rows:
        bucket = next((value for value, role in zip(row, roles, strict=True) if role == "bucket"), "")
        key = tuple(value for value, role in zip(row, roles, strict=True) if role == "dimension")
        found[bucket, key] = dict(zip(names, row, strict=True))
    return found


@pytest.fixture
def by_key() -> Callable[[Any], dict[tuple[str, tuple[str | None, ...]], Mapping[str, Any]]]:
    """Turn a result into {(bucket, dimension values): {KPI: value}}."""
    return _by_key
