"""The deals that an outlook simulates: what history says of them, and what they and those to come will bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.actions.outlook_data import SIMULATED, deals_with_ids, first_open_month
from salesnb.actions.outlook_told import Simulated
from salesnb.planning import Goal

if TYPE_CHECKING:
    import pyarrow as pa

    from salesnb.crm.dataset import Dataset
    from salesnb.outlook.deals import Deals
    from salesnb.outlook.levers import Lever
    from salesnb.outlook.pipeline import Pipeline
    from salesnb.outlook.simulation import Simulation

__all__ = ["GoalDeals"]


@dataclass(frozen=True, kw_only=True)
class GoalDeals:
    """The deals of a goal's KPI, read and fitted once.

    Attributes
    ----------
    data
        Open for as long as it is asked.
    teams
        The node right above each rep of the plan, by the rep's id.
    as_of
        The last day of which results are known.
    quarter_start
        The first month of a fiscal quarter, 1 to 12.
    """

    data: "Dataset"
    goal: Goal
    teams: Mapping[str, str]
    as_of: date
    quarter_start: int

    @cached_property
    def deals(self) -> "Deals | None":
        """All of them, of everybody; None where there are none to learn from, or the KPI does not follow single deals."""
        return self._read[0] if self._read else None

    @cached_property
    def simulated(self) -> Simulated | None:
        """What a simulation is made from; None where no deals are simulated."""
        if self._read is None or self._pipeline is None:
            return None
        deals, ids = self._read
        return Simulated(
            pipeline=self._pipeline,
            deals=deals,
            ids=tuple(ids.to_pylist()),
            owners=self._owners,
            days=self._days,
        )

    @cached_property
    def simulation(self) -> "Simulation | None":
        """What they and those to come bring; None where no deals are simulated."""
        from salesnb.outlook.pipeline import simulate

        if self.deals is None or self._pipeline is None:
            return None
        return simulate(self._pipeline, self.deals, owners=self._owners, **self._days)

    def levers(self, target: float) -> "tuple[Lever, ...]":
        """Tell what moves the probability of a target of the whole, the most first; nothing where no deals are simulated."""
        from salesnb.outlook.levers import DRIVERS, tornado

        if self.deals is None or self._pipeline is None:
            return ()
        drivers = [one for one in DRIVERS if one != "deal size" or self.goal.unit == "money"]
        return tornado(self._pipeline, self.deals, target, owners=self._owners, drivers=drivers, **self._days)

    @cached_property
    def _read(self) -> "tuple[Deals, pa.ChunkedArray] | None":
        if self.goal.kpi not in SIMULATED:
            return None
        found, ids = deals_with_ids(self.data, self.goal.kpi, self.teams, self.as_of)
        return (found, ids) if len(found.owner) and found.won.any() else None

    @property
    def _owners(self) -> tuple[str, ...]:
        known = () if self.deals is None else self.deals.owners
        return tuple(owner for owner in known if owner in self.teams)

    @cached_property
    def _days(self) -> dict[str, int]:
        from salesnb.outlook.deals import day_number

        period = self.goal.period
        return {
            "as_of": day_number(self.as_of),
            "start": day_number(period.start),
            "end": day_number(period.end),
        }

    @cached_property
    def _pipeline(self) -> "Pipeline | None":
        """What history says, fitted to all reps as of the last month that is over: until then no deal moves a fit."""
        from salesnb.outlook.deals import day_number
        from salesnb.outlook.pipeline import fit_pipeline

        if self.deals is None or self._days["end"] <= self._days["as_of"] + 1:
            return None
        open_month = first_open_month(self.as_of)
        over = day_number(date(open_month // 12, open_month % 12 + 1, 1)) - 1
        return fit_pipeline(
            self.deals,
            over if self.deals.known(over).won.any() else self._days["as_of"],
            self._days["end"] - self._days["as_of"],
            quarter_start=self.quarter_start,
        )
