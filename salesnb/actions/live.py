"""A definition on the workspace's data, which stays open between questions."""

import weakref
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.actions.targets import quota_targets
from salesnb.calendar import Period
from salesnb.crm.snapshots import current_database
from salesnb.kpis import Kpi, Query, Result, rows, run, with_definition

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis.definition import Definition
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["Live"]


class Live:
    """Answers questions about a definition; the data is opened once, and again when another import took its place.

    Parameters
    ----------
    workspace
        Whose data and other KPIs.
    definition
        What is asked about, beside any other KPI.
    """

    def __init__(self, workspace: "Workspace", definition: "Definition") -> None:
        self.workspace = workspace
        self.definition = definition
        self._opened: tuple[Any, Dataset, Registry[Kpi]] | None = None

    @property
    def data(self) -> "Dataset":
        """The data that was imported last."""
        return self._open()[0]

    @property
    def known(self) -> "Registry[Kpi]":
        """Every KPI, the definition among them."""
        return self._open()[1]

    @property
    def kpi(self) -> Kpi:
        """The KPI that the definition gives."""
        return self.known.get(self.definition.name)

    @property
    def as_of(self) -> date:
        """The day as of which it is told."""
        return self.data.meta.as_of

    def ask(self, query: Query) -> Result:
        """Compute KPIs, with the targets of plans where they are wanted."""
        asked = query.with_targets(quota_targets(self.workspace, query, self.known))
        return run(asked, self.data, self.workspace.calendar, self.known)

    def deals(self, query: Query) -> Result:
        """List the opportunities behind the figure."""
        return rows(self.definition.name, self.data, self.workspace.calendar, query, self.known)

    def windows(self, period: Period) -> tuple[Period, ...]:
        """Give a period, the one before, and the same a year before, named so; those before all data are left out."""
        calendar = self.workspace.calendar
        found = {
            "now": period,
            "previous": calendar.previous(period),
            "last_year": calendar.year_before(period),
        }
        return tuple(replace(one, label=name) for name, one in found.items())

    def last_complete(self, grain: str = "quarter") -> Period:
        """Give the last period that was over on the as-of day."""
        calendar = self.workspace.calendar
        now = calendar.containing(self.as_of, grain)
        return now if now.last_day == self.as_of else calendar.previous(now)

    def _open(self) -> "tuple[Dataset, Registry[Kpi]]":
        place = current_database(self.workspace.data_dir)
        if self._opened is None or self._opened[0] != place:
            data = self.workspace.dataset()
            weakref.finalize(self, data.close)
            known = with_definition(self.workspace.catalogue(data), self.definition, data)
            self._opened = (place, data, known)
        return self._opened[1:]
