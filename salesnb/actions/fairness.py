"""Fairness of a plan's quotas: who attains them, whether territories decide it, and whether beating one raised the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.capacities import cascaded_goal
from salesnb.actions.markets import market_of
from salesnb.actions.plans import node_id
from salesnb.actions.staffing import Presence, Stays, credited, memberships_of, presences, stays_of
from salesnb.actions.weighing import WORKED, Past
from salesnb.calendar import Period
from salesnb.counting import counted
from salesnb.errors import BadInput, SalesnbError
from salesnb.planning import Band, Goal, Healthy, Plan, Quota, RepResult, Rise, Slope
from salesnb.planning.check_cascade import tree_of

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = ["FairnessFound", "find_fairness", "read_potential"]


@dataclass(frozen=True, kw_only=True)
class FairnessFound:
    """What was found of a plan's fairness.

    Attributes
    ----------
    plan, goal
        Whose quotas.
    as_of
        Of the data.
    basis
        What the results are, a sentence: those of the period so far, or of a year before.
    names, full
        By rep: the name and the full quota.
    results
        By rep: what is credited, and the effective quota of the days that are over.
    bands
        Reps by attainment.
    healthy
        What share at quota is taken to be healthy.
    potential
        Attainment on potential.
    potential_source
        Where the potential is from; empty where none is known.
    ratchet
        Growth of quota on the attainment before: all, who attained, who missed; None without an earlier plan.
    earlier
        Name of that plan.
    rises
        What each rep attained of it, and how the quota went on.
    unread
        Names of plans that cannot be read, so that none of them can be the earlier one.
    """

    plan: Plan
    goal: Goal
    as_of: date
    basis: str
    names: Mapping[str, str]
    full: Mapping[str, int]
    results: tuple[RepResult, ...]
    bands: tuple[Band, ...]
    healthy: Healthy
    potential: Slope
    potential_source: str
    ratchet: tuple[Slope, Slope, Slope] | None
    earlier: str
    rises: tuple[Rise, ...] = ()
    unread: tuple[str, ...] = ()


def find_fairness(
    workspace: "Workspace", name: str, *, kpi: str | None = None, potential: Path | None = None
) -> FairnessFound:
    """Hold a plan's quotas to what its reps attain.

    Results are those of the period up to the as-of date against the effective quotas of those days; of a period that
    has not begun, what the same reps brought in the same period of the latest year that is over, so that quotas can be
    looked at before they go out.

    Parameters
    ----------
    potential
        A CSV file with the columns ``rep`` (id or name) and ``potential``; by default the market's segments that are
        reps, else the revenue of the accounts that each worked, as for a cascade by potential.

    Raises
    ------
    BadInput
        When the file cannot be read, or the period is not made of months.
    """
    plan = planning.whole_reps(workspace.plans().load(name))
    goal = cascaded_goal(plan, kpi)
    quotas = [q for q in plan.quotas_of(goal) if q.level == "rep" and q.basis != planning.NOT_GIVEN]
    given = read_potential(plan, potential) if potential else {}, str(potential or "")
    with workspace.dataset() as data:
        finder = _Finder(workspace=workspace, data=data, there=presences(data), members=memberships_of(data))
        known, source = given if potential else finder.potential(plan, goal, quotas)
        results, basis = finder.results(plan, goal, quotas, known)
        earlier, unread = _earlier(workspace, plan, goal)
        rises = finder.rises(earlier, goal, quotas) if earlier else []
        as_of = data.meta.as_of
    settings = workspace.settings
    healthy = planning.HEALTHY
    if settings.healthy:
        healthy = Healthy(low=settings.healthy[0], high=settings.healthy[1], source="salesnb.toml")
    return FairnessFound(
        plan=plan,
        goal=goal,
        as_of=as_of,
        basis=basis,
        names={quota.id: quota.name for quota in quotas},
        full={quota.id: quota.amount for quota in quotas},
        results=results,
        bands=planning.attainment_bands(results, settings.bands),
        healthy=healthy,
        potential=planning.potential_slope(results),
        potential_source=source,
        ratchet=planning.ratchet(rises) if earlier else None,
        earlier=earlier.name if earlier else "",
        rises=tuple(rises),
        unread=unread,
    )


def read_potential(plan: Plan, path: Path) -> dict[str, float]:
    """Read the potential of reps, by the id of the rep's node.

    Raises
    ------
    BadInput
        When columns are missing, a rep is there twice, or a potential is not a number of zero or more.
    UnknownName
        When the plan has no such rep.
    """
    import csv

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            "The file cannot be read as text.", where=str(path), hint="Give a CSV file in UTF-8."
        ) from None
    reader = csv.DictReader(text.splitlines())
    if not {"rep", "potential"} <= set(reader.fieldnames or ()):
        raise BadInput("It should have the columns rep and potential.", where=str(path))
    found: dict[str, float] = {}
    for row in reader:
        where = f"{path}, row {reader.line_num}"
        node = node_id(plan, str(row["rep"]).strip())
        if node in found:
            raise BadInput(f"{row['rep']!r} is there twice.", where=where, hint="Give each rep once.")
        found[node] = _positive(row["potential"], where)
    return found


def _positive(text: str | None, where: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise BadInput(
            f"The potential {text!r} is not a number of zero or more.", where=where, hint="Write digits."
        )
    return value


@dataclass(frozen=True, kw_only=True)
class _Finder:
    """The data, and when reps were there."""

    workspace: "Workspace"
    data: "Dataset"
    there: Mapping[str, Presence]
    members: Stays

    def potential(self, plan: Plan, goal: Goal, quotas: Sequence[Quota]) -> tuple[dict[str, float], str]:
        """Find the potential of reps as the market has it, else by the accounts worked; and where it is from."""
        calendar, reps = self.workspace.calendar, {quota.id for quota in quotas}
        market, of = market_of(self.data, tree_of(plan.quotas_of(goal)), calendar, goal.period)
        known = {node: float(value) for node, value in market.items() if node in reps}
        if known:
            return known, f"the market's of {of}"
        catalogue = self.workspace.catalogue(self.data)
        past = Past(data=self.data, calendar=calendar, known=catalogue, period=goal.period)
        worked = {node: value for node, value in past.worked().items() if node in reps and value}
        return worked, WORKED if worked else ""

    def results(
        self, plan: Plan, goal: Goal, quotas: Sequence[Quota], potential: Mapping[str, float]
    ) -> tuple[tuple[RepResult, ...], str]:
        """Take the results of the period so far, or of a year before where it has not begun."""
        begun = goal.period.start <= self.data.meta.as_of
        if begun:
            brought = self._brought(goal, goal.period)
            last = min(goal.period.last_day, self.data.meta.as_of)
            basis = f"Results of {goal.period.label} to {last} against the effective quotas of those days."
            carried = quotas
        else:
            before = self._latest_whole(goal.period)
            brought = self._brought(goal, before)
            carried = [quota for quota in quotas if self._was_there(quota.id, before.start)]
            basis = (
                f"{goal.period.label} has not begun: what reps brought in {before.label} is held against its quotas;"
                f" {len(quotas) - len(carried)} of {counted(len(quotas), 'rep', 'reps')} left out: not there all of that time."
            )
        effective = self._effective(plan, goal, carried, to_date=begun)
        return tuple(
            RepResult(
                rep=quota.id,
                credited=brought.get(quota.id, 0),
                quota=effective[quota.id],
                potential=potential.get(quota.id),
            )
            for quota in carried
        ), basis

    def _latest_whole(self, period: Period) -> Period:
        """Find the same period of the latest year that is over."""
        while period.end > self.data.meta.as_of + timedelta(days=1):
            period = self.workspace.calendar.year_before(period)
        return period

    def rises(self, earlier: Plan, goal: Goal, quotas: Sequence[Quota]) -> list[Rise]:
        """Tell of each rep with a quota in both plans what was attained of the earlier and how the quota went on."""
        before = earlier.goal(goal.kpi)
        old = {
            q.id: q for q in earlier.quotas_of(before) if q.level == "rep" and q.basis != planning.NOT_GIVEN
        }
        brought = self._brought(before, before.period)
        effective = self._effective(earlier, before, list(old.values()), to_date=True)
        return [
            Rise(
                rep=quota.id,
                attained=brought.get(quota.id, 0) / effective[quota.id],
                growth=quota.amount / old[quota.id].amount - 1,
                before=old[quota.id].amount,
            )
            for quota in quotas
            if quota.id in old and old[quota.id].amount and effective[quota.id]
        ]

    def _brought(self, goal: Goal, period: Period) -> dict[str, int]:
        end = min(period.end, self.data.meta.as_of + timedelta(days=1))
        known = self.workspace.catalogue(self.data)
        return credited(self.data, self.workspace.calendar, known, goal.kpi, period.start, end)

    def _effective(self, plan: Plan, goal: Goal, quotas: Sequence[Quota], *, to_date: bool) -> dict[str, int]:
        """Pro-rate full quotas by ramp, season and the days on which each rep was there."""
        months = self.workspace.calendar.months(goal.period)
        if (months[0].start, months[-1].end) != (goal.period.start, goal.period.end):
            raise BadInput(
                f"{goal.period.label} is not made of whole months.", hint="Ask for a month, quarter or year."
            )
        weights = planning.month_weights_of(plan, goal)
        season = [weights[month.label] for month in months] if all(m.label in weights for m in months) else []
        staffing = planning.staffing_of(plan)
        until = self.data.meta.as_of + timedelta(days=1) if to_date else None
        found = {}
        for quota in quotas:
            hired = self.there.get(quota.id, Presence()).hired
            ramp = [
                Fraction(str(staffing.productivity(max(planning.months_since(hired, month.start), 0))))
                if hired
                else 1
                for month in months
            ]
            own = {month.label: month.amount for month in quota.months}
            stays = stays_of(quota.id, self.there, self.members, until)
            shape = [own.get(month.label, 0) for month in months] if any(own.values()) else season
            found[quota.id] = planning.effective_quota(
                quota.amount, months, stays, season=shape, ramp=ramp
            ).effective
        return found

    def _was_there(self, node: str, day: date) -> bool:
        begins = self.there.get(node, Presence()).begins
        return begins is not None and begins <= day


def _earlier(workspace: "Workspace", plan: Plan, goal: Goal) -> tuple[Plan | None, tuple[str, ...]]:
    """Find the plan with quotas of the same KPI for the latest period that ended before this one began.

    Plans that cannot be read are no obstacle; their names come along.
    """
    store, found, unread = workspace.plans(), [], []
    for name in store.names():
        if name == plan.name:
            continue
        try:
            other = planning.whole_reps(store.load(name))
        except SalesnbError:
            unread.append(name)
            continue
        goals = [one for one in other.goals if one.kpi == goal.kpi]
        if len(goals) == 1 and other.quotas_of(goals[0]) and goals[0].period.end <= goal.period.start:
            months = len(workspace.calendar.months(goals[0].period))
            if months == len(workspace.calendar.months(goal.period)):
                found.append((goals[0].period.end, name, other))
    return max(found, key=lambda item: item[:2])[2] if found else None, tuple(unread)
