"""A definition on the workspace's data, which stays open between questions."""

import weakref
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from salesnb.actions.sessions import KpiSession
from salesnb.calendar import Period
from salesnb.kpis import Kpi, Query, Result, rows, with_definition
from salesnb.kpis.engine import Run

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
    session
        Whose open data serves; by default one of its own.
    """

    def __init__(
        self, workspace: "Workspace", definition: "Definition", session: KpiSession | None = None
    ) -> None:
        self.workspace = workspace
        self.definition = definition
        self._session = session or KpiSession(workspace)
        self._known: tuple[Registry[Kpi], Registry[Kpi]] | None = None
        if session is None:
            weakref.finalize(self, self._session.close)

    @property
    def data(self) -> "Dataset":
        """The data that was imported last."""
        return self._session.data

    @property
    def known(self) -> "Registry[Kpi]":
        """Every KPI, the definition among them."""
        others = self._session.known
        if self._known is None or self._known[0] is not others:
            self._known = (others, with_definition(others, self.definition, self.data))
        return self._known[1]

    @property
    def kpi(self) -> Kpi:
        """The KPI that the definition gives."""
        return self.known.get(self.definition.name)

    @property
    def as_of(self) -> date:
        """The day as of which it is told."""
        return self._session.as_of

    def ask(self, query: Query) -> Result:
        """Compute KPIs, with the targets of plans where they are wanted."""
        return self._session.query(query, self.known)

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
        return tuple(
            replace(one, label=name)
            for name, one in found.items()
            if name == "now" or one.start >= self.first_month
        )

    @property
    def first_month(self) -> date:
        """The start of the first month of the data: before it nothing is known, which is not zero."""
        asked = Query(kpis=(self.definition.name,))
        first = Run(asked, self.data, self.workspace.calendar, self.known).first_day()
        return self.workspace.calendar.containing(first, "month").start

    def last_complete(self, grain: str = "quarter") -> Period:
        """Give the last period that was over on the as-of day."""
        calendar = self.workspace.calendar
        now = calendar.containing(self.as_of, grain)
        return now if now.last_day == self.as_of else calendar.previous(now)
