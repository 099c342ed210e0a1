"""How good the outlook would have been on the workspace's own past."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX, org_tree
from salesnb.actions.outlook_data import SIMULATED, Monthly, deals_of, first_open_month, monthly_totals
from salesnb.counting import counted
from salesnb.errors import BadInput

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.outlook.backtest import Backtest
    from salesnb.outlook.panel import Panel
    from salesnb.outlook.scores import Score
    from salesnb.outlook.walking import Past
    from salesnb.planning import OrgTree
    from salesnb.workspace import Workspace

__all__ = ["MULTIPLES", "OutlookBacktest", "Trials", "backtest_outlook"]

# Goals as people set them: far below, about and far above what was sold of late.
MULTIPLES = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
_WINDOWS = (1, 3)
_COMPANY, _REP = "company", "rep"


@dataclass(frozen=True, kw_only=True)
class OutlookBacktest:
    """What the outlook would have said at past month ends, scored.

    Attributes
    ----------
    kpi, as_of
        Of what, and the day up to which results are known.
    scores
        One for each level and length of window, then one of all together; levels without enough history have none.
    notes
        What to know of it, in sentences.
    """

    kpi: str
    as_of: date
    scores: "tuple[Score, ...]"
    notes: tuple[str, ...]


def backtest_outlook(
    workspace: "Workspace",
    kpi: str,
    *,
    as_of: date | None = None,
    told: Callable[[int, int], None] | None = None,
) -> OutlookBacktest:
    """Walk forward over the workspace's past, for windows of one month and of three.

    Goals are multiples (`MULTIPLES`) of the run rate of the three months before, fixed before each window. Deals have
    the status and amount that they have now, told as of each past month end.

    Parameters
    ----------
    told
        Called with how many origins are done, and of how many, for each length of window.

    Raises
    ------
    BadInput
        When there is too little history for a single window.
    """
    from salesnb.outlook.scores import scored

    with workspace.dataset() as data:
        trials = Trials(workspace, data, kpi, as_of or data.meta.as_of)
        every = [part for steps in _WINDOWS for part in trials.walked(steps, told).values()]
    parts = [part for part in every if part.windows.totals.size]
    if not parts:
        raise BadInput(
            f"There is too little history of {kpi} to try the outlook on.",
            hint="It takes at least four months with a known result.",
        )
    scores = tuple(scored(part.name, [part]) for part in parts)
    return OutlookBacktest(
        kpi=kpi,
        as_of=trials.as_of,
        scores=(*scores, scored("all together", parts)),
        notes=_notes(kpi),
    )


class Trials:
    """What an outlook of a KPI is tried on: its totals in the months that are over, and the deals known by then.

    Parameters
    ----------
    data
        Open for as long as it is asked.
    as_of
        The last day of which results are known.
    totals
        Gives the KPI by month of the places of a level; read here by default.
    """

    def __init__(
        self,
        workspace: "Workspace",
        data: "Dataset",
        kpi: str,
        as_of: date,
        *,
        totals: Callable[[str], Monthly] | None = None,
    ) -> None:
        self.as_of, self.workspace = as_of, workspace
        self._totals = totals or self._read
        self._data, self._kpi = data, kpi
        self._tree: OrgTree = org_tree(data, "Company", as_of)

    def walked(self, steps: int, told: Callable[[int, int], None] | None = None) -> "Mapping[str, Backtest]":
        """Walk over the past with windows of so many months, by level from the top."""
        from salesnb.outlook.backtest import Trial, backtest
        from salesnb.outlook.comparators import run_rate
        from salesnb.outlook.walking import walked

        months = counted(steps, "month", "months")
        trials = [
            Trial(
                name=f"{level}, {months}",
                panel=panel,
                steps=steps,
                reference=run_rate(panel, steps),
                multiples=MULTIPLES,
            )
            for level, panel in self._panels.items()
        ]
        past = self._past
        parts = walked(trials, past, told=told) if past else [backtest(trial) for trial in trials]
        return dict(zip(self._panels, parts, strict=True))

    def digest(self, steps: int, method: str) -> str:
        """SHA-256 of all that a walk depends on; ``method`` stands for how it is done."""
        past = self._past
        about = [self._kpi, steps, method, MULTIPLES, [*self._panels], past and past.described()]
        found = sha256(json.dumps(about, sort_keys=True).encode())
        for panel in self._panels.values():
            found.update(json.dumps([panel.first, panel.ids]).encode())
            found.update(panel.totals.tobytes())
        return found.hexdigest()

    @cached_property
    def _panels(self) -> "Mapping[str, Panel]":
        from salesnb.outlook.panel import Panel

        found = {}
        for level in (_COMPANY, *self._data.meta.levels, _REP):
            series = self._totals(level).series(first_open_month(self.as_of))
            if series:
                found[level] = Panel.from_series(series)
        return found

    def _read(self, level: str) -> Monthly:
        calendar, catalogue = self.workspace.calendar, self.workspace.catalogue(self._data)
        return monthly_totals(self._data, calendar, catalogue, self._kpi, level, self.as_of)

    @cached_property
    def _past(self) -> "Past | None":
        from salesnb.outlook.deals import day_number
        from salesnb.outlook.walking import Past

        panels = self._panels
        if self._kpi not in SIMULATED or not panels:
            return None
        teams = {leaf.id.removeprefix(REP_PREFIX): leaf.parent or "" for leaf in self._tree.leaves()}
        over = first_open_month(self.as_of)
        # What happened since the last month that is over is in no window.
        last = day_number(date(over // 12, over % 12 + 1, 1)) - 1
        deals = deals_of(self._data, self._kpi, teams, self.as_of).known(last)
        first = min(panel.first for panel in panels.values())
        if not deals.won.any() or any(panel.first != first for panel in panels.values()):
            return None
        steps = next(iter(panels.values())).totals.shape[1]
        return Past(
            deals=deals,
            owners=self._owners(deals.owners),
            starts=[
                day_number(date((first + step) // 12, (first + step) % 12 + 1, 1))
                for step in range(steps + 1)
            ],
            quarter_start=self.workspace.calendar.year_start,
            children={
                node.id: [child.id for child in self._tree.children(node.id)] for node in self._tree.walk()
            },
        )

    def _owners(self, known: tuple[str, ...]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {_COMPANY: list(known)}
        for leaf in self._tree.leaves():
            rep = leaf.id.removeprefix(REP_PREFIX)
            if leaf.level == _REP and rep in known:
                for step in self._tree.path(leaf.id):
                    if step.id != _COMPANY:
                        found.setdefault(step.id, []).append(rep)
        return found


def _notes(kpi: str) -> tuple[str, ...]:
    notes = ["Deals have the status and amount that they have now, as of each past month end."]
    if kpi not in SIMULATED:
        notes.append(f"Deals are not simulated for {kpi}; the forecast of totals stands alone.")
    return tuple(notes)
