"""The outlook of a goal: what its period will bring at every node, and how likely each quota is attained."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.actions.goal_deals import GoalDeals
from salesnb.actions.node_reps import NodeReps
from salesnb.actions.outlook_data import Monthly, first_open_month, monthly_totals, months_of, whole_months
from salesnb.actions.outlook_told import GoalOutlook, NodeOutlook, Simulated
from salesnb.actions.predicting import Lesson, lesson_of, predictions_of
from salesnb.actions.track_records import TrackRecords, Tried
from salesnb.counting import counted
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis.activity_data import NO_ACTIVITIES, lacks_activities
from salesnb.planning import Goal, Plan, Quota, whole_reps

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from salesnb.crm.dataset import Dataset
    from salesnb.outlook.attain import Attainment
    from salesnb.outlook.distribution import Outcome
    from salesnb.outlook.gauge import BaseRates, Gauge
    from salesnb.outlook.levers import Lever, Worth
    from salesnb.outlook.predictions import Prediction
    from salesnb.outlook.top_down import TopDown
    from salesnb.outlook.track_record import TrackRecord
    from salesnb.workspace import Workspace

__all__ = ["GoalOutlook", "NodeOutlook", "Outlook"]

# As in the backtest, what a quota is a multiple of.
_RUN_RATE_MONTHS = 3


class Outlook:
    """The outlook of one goal; the fits that it makes serve every node.

    Parameters
    ----------
    data
        Open for as long as it is asked.
    as_of
        The last day of which results are known.
    progress
        Called with how many past month ends are tried, and of how many, where that was not done before.
    chances
        With which commit, target and stretch are reached; by default those of the settings.
    records
        Gives track records when they have come, for who is not to wait for them; by default they are waited for.
    """

    def __init__(
        self,
        workspace: "Workspace",
        data: "Dataset",
        plan: Plan,
        goal: Goal,
        as_of: date,
        *,
        progress: Callable[[int, int], None] | None = None,
        chances: tuple[float, ...] = (),
        records: TrackRecords | None = None,
    ) -> None:
        if as_of > data.meta.as_of:
            raise BadInput(
                f"The data ends on {data.meta.as_of}, before {as_of}.", hint="Give an earlier --as-of."
            )
        if months_of(goal.period) != whole_months(goal.period):
            raise BadUsage(
                f"{goal.period.label} does not begin and end with a month, and the outlook is of months.",
                hint="Plan a month, a quarter or a year.",
            )
        if lacks_activities(data, workspace.catalogue(data), goal.kpi):
            raise BadUsage(f"There is no outlook of {goal.kpi}.", hint=NO_ACTIVITIES)
        self._workspace, self._data, self._plan, self._goal = workspace, data, plan, goal
        self._as_of, self._records = as_of, records or TrackRecords(told=progress)
        self._chances = chances or workspace.settings.chances
        # Deals of a rep who changes team within the period count where the rep is on the day.
        self._quotas = whole_reps(plan, as_of).quotas_of(goal)
        self._reps = NodeReps(plan, goal, self._quotas)
        self._told: dict[str, NodeOutlook] = {}
        self._told_with = 0
        self._totals: dict[str, Monthly] = {}

    def asked_of(self, plan: Plan, goal: Goal) -> "Outlook":
        """Ask the same of a plan in which amounts alone are others; what was fitted serves both."""
        if plan is self._plan and goal == self._goal:
            return self
        other = copy(self)
        quotas = whole_reps(plan, self._as_of).quotas_of(goal)
        vars(other).update({"_plan": plan, "_goal": goal, "_told": {}, "_quotas": quotas})
        return other

    def result(self) -> GoalOutlook:
        """Tell it of every node."""
        return GoalOutlook(
            goal=self._goal,
            as_of=self._as_of,
            nodes=tuple(self.node(quota) for quota in self._quotas),
            levers=self.levers(float(self._goal.target)),
            worth=self._worth(),
            views=self.views,
            notices=self._notices(),
        )

    def node(self, quota: Quota) -> NodeOutlook:
        """Tell it of one node."""
        if self._told_with != self._records.came:
            self._told, self._told_with = {}, self._records.came
        if quota.id not in self._told:
            self._told[quota.id] = NodeOutlook(
                node=quota.id,
                name=quota.name,
                level=quota.level,
                target=quota.amount,
                to_date=self._to_date(quota),
                attainment=self.attainment(quota),
            )
        return self._told[quota.id]

    @property
    def simulated(self) -> "Simulated | None":
        """What the second view is made from; None where no deals are simulated."""
        return self._deals.simulated

    @property
    def is_over(self) -> bool:
        """Whether nothing of the period is to come."""
        return self._as_of >= self._goal.period.last_day

    @property
    def is_simulated(self) -> bool:
        """Whether deals of the period are simulated, so that reps can be drawn jointly."""
        return self._deals.simulation is not None

    def draws(self, known: Mapping[str, float], whole: "Outcome") -> "npt.NDArray[np.float64]":
        """Draw what reps end with, jointly: shape (draws, reps); see :func:`salesnb.outlook.joint.jointly`."""
        from salesnb.outlook.joint import jointly

        simulation = self._deals.simulation
        assert simulation is not None  # noqa: S101 -- asked only where there is one
        return jointly(simulation, known, whole)

    def predictions(self) -> "tuple[Prediction, ...]":
        """List what was said so far of quotas; of an earlier day than that of the data nothing, which is hindsight."""
        if self._as_of != self._data.meta.as_of:
            return ()
        return predictions_of(self._plan, self._goal, self._as_of, self._told.values())

    @cached_property
    def _lesson(self) -> Lesson:
        levels = ("company", *self._data.meta.levels, "rep")
        return lesson_of(self._workspace, self._goal.kpi, self._as_of, levels, self._monthly)

    def _notices(self) -> tuple[str, ...]:
        count = self._lesson.unreadable
        if not count:
            return ()
        where = "plans/.history/predictions.jsonl"
        left = counted(count, "line that cannot be read is", "lines that cannot be read are")
        return (f"Of {where} {left} left out.",)

    def attainment(
        self, quota: Quota, effect: "npt.NDArray[np.float64] | None" = None
    ) -> "Attainment | None":
        """Tell the chance of a quota; None where nothing is known of its node.

        What is supposed, an ``effect`` of `salesnb.outlook.what_if`, is added to both views: one knows no drivers or deals.
        """
        from salesnb.outlook.attain import attain
        from salesnb.outlook.what_if import shifted

        top_down, bottom_up = self._from_above(quota), self._from_below(quota)
        if top_down is None and bottom_up is None:
            return None
        if effect is not None:
            least = self._to_date(quota)
            top_down, bottom_up = (view and shifted(view, effect, least) for view in (top_down, bottom_up))
        rates, unjudged = self._judged(quota) if self._to_date(quota) < quota.amount else (None, "")
        return attain(
            float(quota.amount),
            top_down=top_down,
            bottom_up=bottom_up,
            origins=self._origins(quota.level),
            recalibration=self._lesson.recalibration,
            beaten_by_base_rate=None if rates is None else rates.of(float(quota.amount)),
            unjudged=unjudged,
            chances=self._chances,
        )

    def gauge(self, quota: Quota) -> "Gauge | None":
        """Give what tells the chance of any target of a node; None where nothing is known of it."""
        from salesnb.outlook.gauge import Gauge

        found = self.node(quota)
        if found.attainment is None:
            return None
        rates, unjudged = self._judged(quota)
        return Gauge(
            outcome=found.attainment.outcome,
            origins=self._origins(quota.level),
            base_rates=rates,
            to_date=found.to_date,
            unjudged=unjudged,
        )

    def _judged(self, quota: Quota) -> "tuple[BaseRates | None, str]":
        """Give how often targets were attained, where on the past probabilities did not beat that, or why none knows."""
        # Asked first: the record may come meanwhile.
        unjudged = self.unjudged
        return None if unjudged else self._base_rates(quota), unjudged

    def _base_rates(self, quota: Quota) -> "BaseRates | None":
        from salesnb.outlook.gauge import BaseRates

        first, after = months_of(self._goal.period)
        level = self.track.levels.get(quota.level) if self.track is not None else None
        if level is None or not level.is_beaten:
            return None
        monthly, begun = self._monthly(quota.level), self._open_month
        rate = monthly.between(quota.id, begun - _RUN_RATE_MONTHS, begun) / _RUN_RATE_MONTHS
        return BaseRates(
            record=level,
            known=monthly.between(quota.id, first, begun),
            usual=rate * (after - max(first, begun)),
            to_date=self._to_date(quota),
        )

    @property
    def track(self) -> "TrackRecord | None":
        """How far such outlooks were right on the past, for windows as long as what is left.

        None of too short a past, and where `unjudged` says why it is not known.
        """
        return None if self._tried is None else self._tried.record

    @property
    def unjudged(self) -> str:
        """Why it is not known (yet) how far such outlooks were right on the past; empty where it is known."""
        return "" if self._tried is None else self._tried.unjudged

    @cached_property
    def _tried(self) -> "Tried | None":
        from salesnb.actions.outlook_backtest import Trials

        first, after = months_of(self._goal.period)
        left = after - max(first, self._open_month)
        if left <= 0:
            return None
        steps = 1 if left == 1 else 3
        trials = Trials(self._workspace, self._data, self._goal.kpi, self._as_of, totals=self._monthly)
        return self._records.of(trials, steps)

    @cached_property
    def _open_month(self) -> int:
        return first_open_month(self._as_of)

    def _to_date(self, quota: Quota) -> float:
        first, after = months_of(self._goal.period)
        return self._monthly(quota.level).between(quota.id, first, after)

    def _monthly(self, level: str) -> Monthly:
        if level not in self._totals:
            catalogue, calendar = self._workspace.catalogue(self._data), self._workspace.calendar
            self._totals[level] = monthly_totals(
                self._data, calendar, catalogue, self._goal.kpi, level, self._as_of
            )
        return self._totals[level]

    def _from_above(self, quota: Quota) -> "Outcome | None":
        """The first view: what is known of the period, and the months left, forecast as one total."""
        from salesnb.outlook.distribution import Outcome

        first, after = months_of(self._goal.period)
        known = self._monthly(quota.level).between(quota.id, first, min(self._open_month, after))
        if self._open_month >= after:
            return Outcome.certain(known)
        told = self._top_down.get(quota.level)
        if told is None or quota.id not in told.panel.ids:
            return None
        rest = told.outcome(quota.id)
        return None if rest is None else rest.plus(known).floored(self._to_date(quota))

    @cached_property
    def _top_down(self) -> "Mapping[str, TopDown]":
        from salesnb.outlook.ahead import top_down_ahead
        from salesnb.outlook.coherent import coherent_views
        from salesnb.outlook.panel import Panel

        first, after = months_of(self._goal.period)
        start = max(first, self._open_month)

        def ahead(panel: Panel) -> "TopDown":
            return top_down_ahead(panel, after - start, lead=start - self._open_month)

        found = {}
        for level in dict.fromkeys(quota.level for quota in self._quotas):
            series = self._monthly(level).series(self._open_month)
            if series and start < after:
                found[level] = ahead(Panel.from_series(series))
        if not found:
            return {}
        below: dict[str, list[str]] = {}
        for quota in self._quotas:
            below.setdefault(quota.parent or "", []).append(quota.id)
        told = coherent_views(tuple(found.values()), below, make=ahead)
        return dict(zip(found, told, strict=True))

    def _origins(self, level: str) -> int:
        from salesnb.outlook.chances import LEAST_ORIGINS

        if self._open_month >= months_of(self._goal.period)[1]:
            # What is over takes no history to tell.
            return LEAST_ORIGINS
        told = self._top_down.get(level)
        return int(told.spread.origins[-1]) if told is not None else 0

    def _from_below(self, quota: Quota) -> "Outcome | None":
        """The second view: won to date, open deals and those to come."""
        simulation, deals = self._deals.simulation, self._deals.deals
        if simulation is None or deals is None:
            return None
        reps = [owner for owner in self._reps.below(quota) if owner in simulation.owners]
        if not reps:
            return None
        return simulation.outcome(reps).plus(self._reps.sold_elsewhere(quota, reps, deals, self._as_of))

    @cached_property
    def _deals(self) -> GoalDeals:
        return GoalDeals(
            data=self._data,
            goal=self._goal,
            teams=self._reps.teams,
            as_of=self._as_of,
            quarter_start=self._workspace.calendar.year_start,
        )

    def levers(self, target: float) -> "tuple[Lever, ...]":
        """Tell what moves the probability of a target of the whole, the most first; nothing where no deals are simulated."""
        return self._deals.levers(target)

    def _worth(self) -> "tuple[Worth, ...]":
        from salesnb.outlook.levers import worth_knowing

        simulation = self._deals.simulation
        return () if simulation is None else worth_knowing(simulation, float(self._goal.target))

    @property
    def views(self) -> str:
        """What is mixed, in words."""
        said = "a forecast of the months left with the misses that such forecasts had"
        if self.is_simulated:
            said += ", and a simulation of open and coming deals, half each"
        known = self._lesson.resolved
        return said + (f", corrected by how {known} earlier predictions turned out" if known else "")
