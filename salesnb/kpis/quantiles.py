"""Quantiles of the same values asked for together: an engine then sorts once for all of them."""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Places", "apart", "together"]

Places = Mapping[str, tuple[str, int]]


def together(measures: Mapping[str, Any]) -> tuple[dict[str, Any], Places]:
    """Ask once for quantiles of the same values over the same rows.

    Parameters
    ----------
    measures
        Aggregations of one table by their names.

    Returns
    -------
    dict, dict
        What is to be asked, by column; and for each measure that is in a list the column and its place there.
    """
    import ibis.expr.operations as ops

    alike: dict[tuple[Any, Any], list[str]] = {}
    for name, measure in measures.items():
        found = measure.op()
        if type(found) is ops.Quantile and isinstance(found.quantile, ops.Literal):
            alike.setdefault((found.arg, found.where), []).append(name)
    asked: dict[str, Any] = dict(measures)
    places: dict[str, tuple[str, int]] = {}
    for (value, where), names in alike.items():
        if len(names) > 1:
            shares = [measures[name].op().quantile.value for name in names]
            column = f"quantiles {len(asked)}"
            asked = {name: one for name, one in asked.items() if name not in names}
            asked[column] = value.to_expr().quantile(shares, where=where.to_expr() if where else None)
            places |= {name: (column, place) for place, name in enumerate(names)}
    return asked, places


def apart(rows: Iterable[Mapping[str, Any]], places: Places) -> list[dict[str, Any]]:
    """Give each measure a value of its own again, in every row."""
    return [
        dict(row) | {name: row[column] and row[column][place] for name, (column, place) in places.items()}
        for row in rows
    ]
