"""Reading the two ends of an explanation from a dataset: by segment what was closed, won and sold, or any KPI."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.calendar import GRAINS, FiscalCalendar, Period
from salesnb.errors import BadUsage
from salesnb.kpis import Kpi, Target, catalogue, run
from salesnb.kpis.deals import Deals
from salesnb.kpis.drivers import Drivers
from salesnb.kpis.order_lines import Values, has_quantities, items
from salesnb.kpis.price_mix import Item
from salesnb.kpis.query import Query
from salesnb.kpis.result import sort_key
from salesnb.kpis.scan import filters
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["DRIVER_KPIS", "WhyQuery", "WhyReader"]

DRIVER_KPIS = ("closed_count", "won_count", "won_amount")
Number = int | float | None
# By segment, what each KPI was.
Figures = dict[Values, dict[str, Number]]


@dataclass(frozen=True, kw_only=True)
class WhyQuery:
    """What is asked of an explanation.

    Attributes
    ----------
    by
        Dimensions that make a segment; none means the whole.
    where
        Pairs of a dimension and a value, all of which must hold.
    as_of
        The day as of which both ends are told; None means the latest in the data.
    credit, restated, targets
        As in ``Query``.
    """

    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None
    credit: str | None = None
    restated: bool = False
    targets: tuple[Target, ...] = ()


class WhyReader:
    """What a dataset says of the segments asked for.

    Parameters
    ----------
    known
        The KPIs that may be asked for; by default the catalogue.

    Raises
    ------
    BadUsage
        When it is asked by a time grain.
    """

    def __init__(
        self,
        data: "Dataset",
        calendar: FiscalCalendar,
        asked: WhyQuery,
        known: Registry[Kpi] | None = None,
    ) -> None:
        grain = next((name for name in asked.by if name in GRAINS), None)
        if grain:
            raise BadUsage(
                f"A difference of two periods cannot be told by {grain}.",
                hint="Ask by dimensions, such as product.",
            )
        self.asked = asked
        self.as_of = asked.as_of or data.meta.as_of
        self.known = known or catalogue()
        self._data = data
        self._calendar = calendar
        self._deals = Deals(data, self.as_of)

    def drivers(self, period: Period) -> dict[Values, Drivers]:
        """Give what each segment closed and won in a period; one that closed nothing is left out."""
        figures = self.figures(DRIVER_KPIS, period)
        return {
            values: Drivers(
                closed=int(row["closed_count"] or 0),
                won=int(row["won_count"] or 0),
                amount=int(row["won_amount"] or 0),
            )
            for values, row in figures.items()
            if row["closed_count"]
        }

    def figures(
        self, kpis: tuple[str, ...], period: Period, where: tuple[tuple[str, str], ...] = ()
    ) -> Figures:
        """Give KPIs by segment in a period, in no particular order; ``where`` narrows what is asked for."""
        query = Query(
            kpis=kpis,
            by=self.asked.by,
            start=period.start,
            end=period.end,
            as_of=self.asked.as_of,
            where=(*self.asked.where, *where),
            labels=False,
            targets=self.asked.targets,
            credit=self.asked.credit,
            restated=self.asked.restated,
        )
        width = len(self.asked.by)
        rows = run(query, self._data, self._calendar, self.known).rows
        return {row[:width]: dict(zip(kpis, row[width:], strict=True)) for row in rows}

    @property
    def is_orders_only(self) -> bool:
        """Whether won deals are orders, because no pipeline is loaded."""
        return self._deals.book.is_of_orders

    @property
    def has_quantities(self) -> bool:
        """Whether there are orders that say how many units were sold."""
        return has_quantities(self._data.table("orders"))

    def items(self, period: Period) -> dict[Values, Item]:
        """Give what each item sold in a period by the orders, as far as they are known.

        Raises
        ------
        BadInput
            When a dimension is one that only opportunities have.
        """
        found = filters(self._deals, self.asked.where)
        within = period.start, min(period.end, self.as_of + timedelta(days=1))
        return items(self._data.table("orders"), self._deals, self.asked.by, found, within)

    def sort(self, values: Values) -> tuple[tuple[bool, str], ...]:
        """Order segments as tables do: none first, then by name."""
        return sort_key(self.shown(values))

    def shown(self, values: Values) -> Values:
        """Name a segment as people read it."""
        return tuple(
            names.get(value, value) if value is not None else None
            for value, names in zip(values, self._labels, strict=True)
        )

    @cached_property
    def _labels(self) -> tuple[Mapping[str, str], ...]:
        return tuple(self._deals.labels(self._deals.dimension(name)) for name in self.asked.by)
