"""Figures that an author worked out by hand, as they are typed in a notebook."""

from collections.abc import Iterable, Mapping
from typing import Any

from salesnb.kpis.definition import Expected

__all__ = ["Given", "expected_figures"]

Given = Mapping[str, str] | Iterable[Mapping[str, Any] | Expected] | str


def expected_figures(given: Given) -> tuple[Expected, ...]:
    """Read figures worked out by hand as a notebook has them.

    Raises
    ------
    BadInput
        When one cannot be meant.

    Examples
    --------
    >>> expected_figures({"2026-Q2": "41 %"})[0].period
    '2026-Q2'
    """
    if isinstance(given, str):
        return (Expected(value=given),)
    if isinstance(given, Mapping):
        return tuple(Expected(value=str(value), period=period) for period, value in given.items())
    return tuple(one if isinstance(one, Expected) else _expected(one) for one in given)


def _expected(one: Mapping[str, Any]) -> Expected:
    parts = {**one, "value": str(one.get("value", ""))}
    pairs = parts.pop("where", {})
    return Expected(**parts, where=tuple(pairs.items()) if isinstance(pairs, Mapping) else tuple(pairs))
