"""What the gate looks at: a definition, compiled on a dataset, and ways to ask it for figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import SalesnbError
from salesnb.kpis.cohorts import RETENTION
from salesnb.kpis.definition import Definition
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import TARGET_INPUTS, Kpi
from salesnb.kpis.query import Query
from salesnb.kpis.result import Result
from salesnb.kpis.saved import with_definition
from salesnb.money import Formatter
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis.language.tree import Expression

__all__ = ["CannotBeComputed", "Subject"]


class CannotBeComputed(SalesnbError):
    """The definition cannot be compiled, so that there is no figure to check."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A definition on a dataset.

    Attributes
    ----------
    definition
        What is checked.
    others
        All other KPIs, by which it may be defined.
    data, calendar
        On what it is checked, and how its time is cut.
    fmt
        How figures are written in sentences.
    """

    definition: Definition
    others: Registry[Kpi]
    data: "Dataset"
    calendar: FiscalCalendar
    fmt: Formatter

    @property
    def name(self) -> str:
        """Name of the KPI."""
        return self.definition.name

    @cached_property
    def known(self) -> Registry[Kpi]:
        """Every KPI, this one among them.

        Raises
        ------
        CannotBeComputed
            When the definition cannot be compiled, with the reason.
        """
        try:
            return with_definition(self.others, self.definition, self.data)
        except SalesnbError as error:
            raise CannotBeComputed(error.what, where=error.where, hint=error.hint) from error

    @cached_property
    def kpi(self) -> Kpi:
        """The KPI that the definition gives."""
        return self.known.get(self.name)

    @cached_property
    def tree(self) -> "Expression":
        """The expression, parsed."""
        self.known  # noqa: B018 -- what cannot be computed is told as that
        return self.definition.tree

    @cached_property
    def measures(self) -> tuple[Kpi, ...]:
        """What it is computed from, down to what the engine computes."""
        asked = Query(kpis=(self.name,))
        return tuple(self.known.get(found.name) for found in self.run(asked).measures_shown)

    @cached_property
    def quarter(self) -> Period | None:
        """The last quarter that was over on the as-of day, for what is told of a period only; None for all else."""
        if not any(kpi.kind == RETENTION for kpi in self.measures):
            return None
        as_of = self.data.meta.as_of
        found = self.calendar.containing(as_of, "quarter")
        return found if found.last_day == as_of else self.calendar.previous(found)

    @cached_property
    def needs_target(self) -> bool:
        """Whether it is about a goal, or about something that is."""
        return self._needs_target(self.kpi)

    def run(self, query: Query) -> Run:
        """Prepare a query."""
        return Run(query, self.data, self.calendar, self.known)

    def ask(self, *kpis: str, by: Sequence[str] = (), grain: str | None = None, **asked: Any) -> Result:
        """Compute KPIs; by default the one that is checked, over all days, or in its `quarter`."""
        if self.quarter and not grain and not asked.keys() & {"start", "end"}:
            asked |= {"start": self.quarter.start, "end": self.quarter.end}
        return self.run(Query(kpis=kpis or (self.name,), by=tuple(by), grain=grain, **asked)).result()

    def values(
        self, *, by: Sequence[str] = (), grain: str | None = None, **asked: Any
    ) -> dict[tuple[Any, ...], Any]:
        """Compute the KPI by group: a key a dimension, then the bucket. What was asked before is not asked again."""
        key = (tuple(by), grain, tuple(sorted(asked.items())))
        if key not in self._kept:
            self._kept[key] = {tuple(row[:-1]): row[-1] for row in self.ask(by=by, grain=grain, **asked)}
        return self._kept[key]

    @cached_property
    def _kept(self) -> dict[Any, dict[tuple[Any, ...], Any]]:
        return {}

    @cached_property
    def whole(self) -> Any:
        """The figure over all days up to the as-of day, or in its `quarter`."""
        return self.ask().rows[0][0]

    def months(self, count: int) -> tuple[Period, ...]:
        """List the last months that were over on the as-of day and have days in the data, at most so many."""
        run = self.run(Query(kpis=(self.name,)))
        first = run.first_day()
        found = self.calendar.buckets(first, run.as_of + timedelta(days=1), "month")
        return tuple(month for month in found if month.last_day <= run.as_of)[-count:]

    def computed_of(self, values: Mapping[str, Any]) -> Any:
        """Compute the KPI of given values of its measures."""
        return self._computed(self.kpi, dict(values))

    def on(self, data: "Dataset") -> "Subject":
        """Give the same definition on another dataset."""
        return replace(self, data=data)

    def say(self, value: float | Fraction | None) -> str:
        """Write a figure so that two that differ look different: money with cents, ratios with two decimals."""
        unit = self.definition.unit
        if value is None:
            return "nothing"
        number = value if isinstance(value, int) else float(value)
        if unit.startswith("money"):
            return self.fmt.money(number, cents=True)
        if unit == "ratio":
            return self.fmt.ratio(number, 2)
        return self.fmt.count(number) if float(number).is_integer() else self.fmt.number(number, 2)

    def place(self, dimensions: Sequence[str], group: Sequence[Any]) -> str:
        """Name a group: ``team North, 2017-02``."""
        named = [
            f"{name} {value if value is not None else '(none)'}"
            for name, value in zip(dimensions, group, strict=False)
        ]
        return ", ".join((*named, *(str(value) for value in group[len(dimensions) :]))) or "the whole"

    def _computed(self, kpi: Kpi, values: dict[str, Any]) -> Any:
        if kpi.name not in values:
            needed = {
                name: values[name] if name in values else self._computed(self.known.get(name), values)
                for name in kpi.needs
            }
            values[kpi.name] = kpi.function(**needed)
        return values[kpi.name]

    def _needs_target(self, kpi: Kpi) -> bool:
        return kpi.needs_target or any(
            self._needs_target(self.known.get(name)) for name in kpi.needs if name not in TARGET_INPUTS
        )
