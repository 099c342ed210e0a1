"""The tables of a review, made of the figures that are there for every unit."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from salesnb.actions.carried import Carried
from salesnb.actions.facts import BREAKDOWN, LAST_YEAR, NOW, PREVIOUS, Breakdown, Facts, Row
from salesnb.actions.pipeline import deal_rows, stage_rows
from salesnb.kpis.drivers import FACTORS, Drivers, decompose

if TYPE_CHECKING:
    pass

__all__ = ["FactTables"]

_MONTHLY = ("value", "month", "won_amount")
_STAGE_COLUMNS = ("stage", "open_count", "open_amount", "weighted_amount", "median_age_days")
_DEAL_COLUMNS = (
    "opportunity_id", "name", "account", "rep", "stage", "expected_amount", "created_on", "age_days",
    "expected_close_on", "url",
)  # fmt: skip


class FactTables:
    """Tables of single units."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def all(self, unit: str, carried: Carried) -> dict[str, Any]:
        """Give every table of one unit."""
        deals = self._facts.deals.get(unit, ())
        return {
            "headline": _table(("window", *self._facts.kpis), self._headline(unit)),
            "by_month": _table(("month", *self._facts.kpis), self._facts.months.get(unit, [])),
            "by_rep": _table(("rep_id", "rep", "quota", "moved", *BREAKDOWN), self._reps_of(unit, carried)),
            "by_product": self._compared(self._facts.by_product, unit),
            "by_segment": self._compared(self._facts.by_segment, unit),
            "by_product_month": _table(_MONTHLY, self._facts.product_months.get(unit, [])),
            "by_segment_month": _table(_MONTHLY, self._facts.segment_months.get(unit, [])),
            "stages": _table(_STAGE_COLUMNS, stage_rows(deals, self._facts, unit)),
            "open_deals": _table(_DEAL_COLUMNS, deal_rows(deals, self._facts.as_of)),
            "drivers_previous_period": self._drivers(unit, PREVIOUS),
            "drivers_last_year": self._drivers(unit, LAST_YEAR),
        }

    def brief(self, unit: str) -> dict[str, Any]:
        """Give the headline and the months of a unit; the other tables are there, and empty."""
        return {
            "headline": _table(("window", *self._facts.kpis), self._headline(unit)),
            "by_month": _table(("month", *self._facts.kpis), self._facts.months.get(unit, [])),
            "by_rep": _table(("rep",), ()),
            "by_product": _table(("value",), ()),
            "by_segment": _table(("value",), ()),
            "stages": _table(("stage",), ()),
            "open_deals": _table(("opportunity_id",), ()),
            "drivers_previous_period": _table(("effect",), ()),
            "drivers_last_year": _table(("effect",), ()),
        }

    def _headline(self, unit: str) -> list[Row]:
        """Give a row a window; of one that begins before anything is known of closing, nothing is told."""
        nothing = (None,) * len(self._facts.kpis)
        return [
            (
                window.label,
                *(
                    nothing
                    if window.start < self._facts.first_known
                    else self._facts.headlines.get((unit, window.label), nothing)
                ),
            )
            for window in self._facts.windows
        ]

    def _reps_of(self, unit: str, carried: Carried) -> list[Row]:
        """List the reps with figures in the unit, and those who carry quota in it and sold nothing."""
        rows = {
            rep: values for rep, values in self._facts.by_rep.get((unit, NOW), {}).items() if rep is not None
        }
        amounts, below = carried.amounts(unit), carried.right_at(unit)
        name, nothing = self._facts.names.rep, (None,) * len(BREAKDOWN)
        found = [
            (rep, name(rep), amounts.get(rep), carried.moves(rep, unit), *rows.get(rep, nothing))
            for rep in {*rows, *below}
            if rep in below or _has_figures(rows[rep])
        ]
        return sorted(found, key=lambda row: (row[1], row[0]))

    def _compared(self, breakdown: Breakdown, unit: str) -> dict[str, Any]:
        """Give a dimension's values in the period so far, with what each won in as many days a year before."""
        won = BREAKDOWN.index("won_amount")
        rows = breakdown.get((unit, NOW), {})
        before = {value: row[won] for value, row in breakdown.get((unit, LAST_YEAR), {}).items()}
        nothing = tuple(0 if kpi.endswith(("_count", "_amount")) else None for kpi in BREAKDOWN)
        found = [
            (value, *rows.get(value, nothing), before.get(value))
            for value in sorted({*rows, *before}, key=lambda value: (value is not None, value or ""))
            if (value in rows and _has_figures(rows[value])) or before.get(value)
        ]
        return _table(("value", *BREAKDOWN, "last_year_won_amount"), found)

    def _drivers(self, unit: str, window: str) -> dict[str, Any]:
        """Say why won amount changed from a window to the period so far, by product."""
        before, after = self._driver_values(unit, window), self._driver_values(unit, NOW)
        effects = decompose(before, after) if before else ()
        told = [effect for effect in effects if effect.amount or effect.name in FACTORS]
        return _table(("effect", "amount"), [(effect.name, effect.amount) for effect in told])

    def _driver_values(self, unit: str, window: str) -> dict[str, Drivers]:
        closed, won, amount = (BREAKDOWN.index(name) for name in ("closed_count", "won_count", "won_amount"))
        return {
            str(value): Drivers(closed=row[closed], won=row[won], amount=row[amount])
            for value, row in self._facts.by_product.get((unit, window), {}).items()
            if row[closed]
        }


def _has_figures(values: Row) -> bool:
    return any(values[BREAKDOWN.index(name)] for name in ("closed_count", "open_count"))


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    return {"columns": list(columns), "rows": [list(row) for row in rows]}
