"""What salesnb knows of deals: as they were loaded, as they were known on the day, where they belong, what was set aside."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from salesnb.crm.expected import id_key
from salesnb.kpis.deals import Dimension
from salesnb.kpis.engine import Run
from salesnb.kpis.listing import rows_behind
from salesnb.kpis.query import OWNER
from salesnb.kpis.reconciling.matching import Known, folded_name
from salesnb.kpis.reconciling.views import Yardstick

__all__ = ["Deal", "Here", "SetAside", "converted"]

_TABLES = ("opportunities", "orders")
_DUPLICATE = "was there before"


@dataclass(frozen=True, kw_only=True)
class Deal:
    """A deal of the dataset.

    Attributes
    ----------
    loaded, known
        Its row as it was loaded, and as it was known on the as-of day.
    places
        Values of the dimensions that are filtered by.
    """

    loaded: Mapping[str, Any]
    known: Mapping[str, Any]
    places: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A row that the import set aside."""

    file: str
    row: int
    field: str
    reason: str
    value: str

    @property
    def is_duplicate(self) -> bool:
        """Whether another row of its id was loaded."""
        return self.reason.startswith(_DUPLICATE)

    def told(self) -> str:
        """Say which row it is and why, in words."""
        value = f" ({self.value})" if self.value and not self.is_duplicate else ""
        return f"row {self.row} of {self.file} was set aside: {f'{self.field} ' if self.field else ''}{self.reason}{value}"


class Here:
    """The dataset, as far as a report is compared with it."""

    def __init__(self, run: Run, yardstick: Yardstick) -> None:
        self.run = run
        self.yardstick = yardstick
        self._data = run.data

    @cached_property
    def added(self) -> dict[str, int]:
        """What each deal adds to the figure, as the rows behind it have it."""
        kpi = self.yardstick.kpi.name
        listed = rows_behind(kpi, self._data, self.run.calendar, self.run.query, self.run.catalogue)
        found: dict[str, int] = {}
        for identity, value in zip(listed.column("opportunity_id"), listed.column(kpi), strict=True):
            found[identity] = found.get(identity, 0) + value
        return found

    def known(self) -> list[Known]:
        """List every deal by what it can be found again by."""
        accounts = self.labels("account")
        names = (
            "opportunity_id",
            "name",
            "account_id",
            "amount",
            "expected_amount",
            "closed_on",
            "created_on",
        )
        return [
            Known(
                opportunity_id=row["opportunity_id"],
                name=row["name"] or "",
                accounts=frozenset(
                    folded_name(text) for text in (row["account_id"], accounts.get(row["account_id"])) if text
                ),
                amounts=frozenset(
                    row[name] for name in ("amount", "expected_amount") if row[name] is not None
                ),
                days=frozenset(row[name] for name in ("closed_on", "created_on") if row[name]),
            )
            for row in _records(self._data.table("opportunities").select(*names))
        ]

    def deals(self, ids: Iterable[str]) -> dict[str, Deal]:
        """Look deals up by their ids."""
        import ibis
        import pyarrow as pa

        wanted = ibis.memtable(pa.table({"wanted": pa.array(sorted(set(ids)), pa.string())}))
        dimensions = [found.dimension.name for found in self.run.filters]

        def chosen(table: Any) -> Any:
            return table.semi_join(wanted, table.opportunity_id == wanted.wanted)

        on = ibis.date(self.yardstick.told_on if self.yardstick.is_of_a_day else self.run.as_of)
        table = chosen(self.run.deals.known)
        late = self.yardstick.is_of_a_day or self.run.query.restated
        placed = table.mutate(place_on=on if late else table.closed_on.fill_null(on))
        known = _records(self.run.deals.with_dimensions(placed, dimensions, "place_on"))
        loaded = {row["opportunity_id"]: row for row in _records(chosen(self._data.table("opportunities")))}
        return {
            row["opportunity_id"]: Deal(
                loaded=loaded[row["opportunity_id"]],
                known={name: row[name] for name in loaded[row["opportunity_id"]]},
                places={name: row[f"dim_{name}"] for name in dimensions},
            )
            for row in known
        }

    def labels(self, dimension: str) -> dict[str, str]:
        """Map the ids of a dimension to names."""
        return self.run.deals.labels(self.run.deals.dimension(dimension))

    @cached_property
    def shared(self) -> frozenset[str]:
        """The deals that count by shares in the question asked."""
        credit = self.run.credit_of(self.yardstick.kpi)
        parts = None if credit == OWNER else self.run.deals.parts(credit)
        return frozenset() if parts is None else frozenset(row["opportunity_id"] for row in _records(parts))

    @cached_property
    def rates(self) -> dict[str, tuple[list[date], list[float]]]:
        """Rates by currency, with the days from which they hold."""
        found: dict[str, tuple[list[date], list[float]]] = {}
        if not self._data.has("rates"):
            return found
        rows = _records(self._data.table("rates"))
        for row in sorted(rows, key=lambda row: row["valid_from"]):
            days, rates = found.setdefault(row["currency"].upper(), ([], []))
            days.append(row["valid_from"])
            rates.append(row["rate"])
        return found

    def rate(self, currency: str, day: date | None) -> float | None:
        """Give the rate of a day; None where there is none."""
        days, rates = self.rates.get(currency.upper(), ([], []))
        place = bisect_right(days, day) - 1 if day else -1
        return rates[place] if place >= 0 else None

    @cached_property
    def _rejected(self) -> list[dict[str, Any]]:
        if not self._data.has("rejected"):
            return []
        table = self._data.table("rejected")
        return _records(table.filter(table.table_name.isin(_TABLES)))

    @cached_property
    def set_aside(self) -> dict[str, list[SetAside]]:
        """Rows that were set aside, by the id of their deal; a row that does not fit its file by every text in it."""
        found: dict[str, list[SetAside]] = {}
        for row in self._rejected:
            # Data of an earlier import does not say which deal a row was.
            key = row.get("row_key")
            keys = [key] if key else [] if row["field"] else re.split(r"[,;|\t]", row["value"] or "")
            item = SetAside(
                file=row["file"],
                row=int(row["source_row"]),
                field=row["field"] or "",
                reason=row["reason"],
                value=row["value"] or "",
            )
            for text in dict.fromkeys(id_key(key) for key in keys):
                found.setdefault(text, []).append(item)
        return found

    @property
    def filters(self) -> tuple[tuple[Dimension, tuple[str | None, ...]], ...]:
        """The filters: a dimension and the values that it takes."""
        return tuple((found.dimension, found.values) for found in self.run.filters)


def converted(minor: int, rate: float) -> int:
    """Convert an amount as the import does: rounded half-even."""
    return round(minor * rate)


def _records(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows
