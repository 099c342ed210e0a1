"""What a query gives back, and the two formats in which programs read it."""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesnb.errors import UnknownName, nearest
from salesnb.money import plain

__all__ = ["TOTAL", "Column", "Result", "sort_key"]

# The column that tells over what a row adds up.
TOTAL = "total_over"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: ``role`` is dimension, bucket, kpi, or beside for what stands beside a KPI; ``unit`` is a KPI's.

    ``blank`` is what people read where a row has nothing there.
    """

    name: str
    role: str
    unit: str = ""
    blank: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """Rows in the order that the contract promises: nothing first, then by code point.

    Attributes
    ----------
    rows
        Money in whole minor units (averages and medians may be between two), ratios unrounded, None for nothing.
    notices
        What the reader should know of the figures, a sentence each.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    notices: tuple[str, ...] = ()

    def column(self, name: str) -> tuple[Any, ...]:
        """Give the values of one column.

        Raises
        ------
        UnknownName
            When there is no such column.
        """
        names = [column.name for column in self.columns]
        if name not in names:
            raise UnknownName(f"The result has no column {name!r}.", hint=nearest(name, names))
        place = names.index(name)
        return tuple(row[place] for row in self.rows)

    def without(self, names: Collection[str]) -> "Result":
        """Leave out columns of some names."""
        places = [place for place, column in enumerate(self.columns) if column.name not in names]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in places),
            rows=tuple(tuple(row[place] for place in places) for row in self.rows),
        )

    def to_csv(self, digits: int) -> str:
        """Write CSV: money in major units with exactly the currency's decimals, ratios unrounded, nothing empty."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        for row in self.rows:
            cells = zip(self.columns, row, strict=True)
            writer.writerow([_csv_cell(value, column.unit, digits) for column, value in cells])
        return text.getvalue()

    def to_records(self, digits: int) -> list[dict[str, Any]]:
        """Give a dictionary a row, as JSON takes it; money is in major units."""
        return [
            {
                column.name: _json_cell(value, column.unit, digits)
                for column, value in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Iterate over the rows."""
        return iter(self.rows)


def sort_key(values: tuple[Any, ...]) -> tuple[tuple[bool, str], ...]:
    """Order nothing first, then text by code point."""
    return tuple((value is not None, "" if value is None else str(value)) for value in values)


def _csv_cell(value: Any, unit: str, digits: int) -> str:
    if value is None:
        return ""
    if unit.startswith("money"):
        return plain(_whole(value), digits)
    return value.isoformat() if isinstance(value, date) else str(value)


def _json_cell(value: Any, unit: str, digits: int) -> Any:
    if value is None:
        return None
    if unit.startswith("money"):
        amount = Decimal(_whole(value)).scaleb(-digits)
        return float(amount) if digits else int(amount)
    return value.isoformat() if isinstance(value, date) else value


def _whole(value: float) -> int:
    """Round to whole minor units, half-even."""
    return round(Fraction(value))
