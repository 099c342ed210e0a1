"""A deal as the report sees it, as salesnb sees it, or in between; and what it adds to a KPI when it is seen so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import AS_OF, AT_START, CLOSED, CREATED, Kpi
from salesnb.kpis.scan import FIRST_DAY, LAST_DAY, TOLD_ON

__all__ = ["View", "Yardstick"]

_STATUSES = ("won", "lost", "open")
_PROBE = {"amount": 3, "expected_amount": 5}


@dataclass(frozen=True, kw_only=True)
class View:
    """A deal, seen in one way.

    Attributes
    ----------
    facts
        Its row as the canonical table has it.
    inside
        Whether the filters take it.
    until
        The last day that is known to the one who sees it.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    inside: bool = True
    until: date = LAST_DAY

    def changed(self, *, inside: bool | None = None, until: date | None = None, **facts: Any) -> "View":
        """Give the same deal with something seen otherwise."""
        return View(
            facts={**self.facts, **facts},
            inside=self.inside if inside is None else inside,
            until=self.until if until is None else until,
        )


class Yardstick:
    """Measures what deals add to a KPI, by the KPI's own expression.

    Parameters
    ----------
    run
        The question, without dimensions and time grain.
    kpi
        A sum or count over opportunities.
    """

    def __init__(self, run: Run, kpi: Kpi) -> None:
        self._run = run
        self.kpi = kpi
        self.start, self.end = run.spans[0].start, run.spans[-1].end
        self._schema = run.data.table("opportunities").schema()

    @property
    def is_of_a_day(self) -> bool:
        """Whether what is open on a day counts, not what happened in a stretch of days."""
        return self.kpi.basis in {AS_OF, AT_START}

    @property
    def told_on(self) -> date:
        """The day on which open deals count."""
        return self._run.told_on(self.kpi.basis)

    @property
    def asked_until(self) -> date:
        """The last day that the question names, which holds for the report too; the end of days where it names none."""
        query = self._run.query
        if self.kpi.basis == AT_START:
            return self.told_on if query.start else LAST_DAY
        last = query.end - timedelta(days=1) if query.end and self.is_of_a_day else LAST_DAY
        return min(query.as_of or LAST_DAY, last)

    @property
    def known_until(self) -> date:
        """The last day that is known here."""
        return self.told_on if self.is_of_a_day else self._run.as_of

    @cached_property
    def amount(self) -> str:
        """Which amount it sums: ``amount``, ``expected_amount``, or empty where it counts something else."""
        values = set(self._probed)
        return next((name for name, value in _PROBE.items() if value in values), "")

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that count."""
        if self.is_of_a_day:
            return ("open",)
        return tuple(name for name, value in zip(_STATUSES, self._probed, strict=True) if value)

    @cached_property
    def _probed(self) -> list[int]:
        day = self.a_day_inside
        facts = {"opportunity_id": "?", "created_on": day - timedelta(days=1), **_PROBE}
        if self.kpi.basis == CREATED:
            facts["created_on"] = day
        views = [
            View(facts={**facts, "status": status, "closed_on": None if self.is_of_a_day else day})
            for status in _STATUSES
        ]
        return self.measure(views)

    @cached_property
    def a_day_inside(self) -> date:
        """A day that the question takes, the last one known where it can be."""
        return max(self.start, min(self._run.as_of, self.end - timedelta(days=1)))

    def takes(self, day: date | None) -> bool:
        """Tell whether a day is one of those asked for."""
        return day is not None and self.start <= day < self.end

    def measure(self, views: Sequence[View]) -> list[int]:
        """Tell what each adds to the KPI."""
        counted = {place: view for place, view in enumerate(views) if view.inside and self._is_counted(view)}
        found = self._summed(counted) if counted else {}
        return [found.get(place, 0) for place in range(len(views))]

    def _is_counted(self, view: View) -> bool:
        created, closed = view.facts.get("created_on"), view.facts.get("closed_on")
        if self.is_of_a_day:
            day = min(self.told_on, view.until) if view.until < LAST_DAY else view.until
            return (created or FIRST_DAY) <= day and (closed or LAST_DAY) >= day and closed != day
        happened: date | None = closed if self.kpi.basis == CLOSED else created
        return happened is not None and self.takes(happened) and happened <= view.until

    def _summed(self, views: Mapping[int, View]) -> dict[int, int]:
        import ibis
        import pyarrow as pa

        kinds = ibis.schema(
            {
                "view": "int64",
                **dict(self._schema),
                **dict.fromkeys((TOLD_ON, "period_start", "period_end"), "date"),
            }
        )
        more = {"period_start": self.start, "period_end": self.end}
        rows: Iterable[dict[str, Any]] = (
            {
                **{name: view.facts.get(name) for name in self._schema},
                "view": place,
                TOLD_ON: min(self.told_on, view.until),
                **more,
            }
            for place, view in views.items()
        )
        table = ibis.memtable(pa.Table.from_pylist(list(rows), schema=kinds.to_pyarrow()))
        grouped = table.group_by("view").aggregate(value=self.kpi.function(table))
        # A memtable is of no engine until one is named.
        answer = self._run.data.backend.to_pyarrow(grouped)
        return {int(row["view"]): int(row["value"] or 0) for row in answer.to_pylist()}
