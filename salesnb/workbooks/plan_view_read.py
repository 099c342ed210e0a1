"""The extract of a plan's workbook: the plan, its organisation, and the history behind it.

Besides the parts that every extract has (see `salesnb.workbooks.extract`): ``plan`` (the plan's document), ``tree``
(``id``, ``name``, ``parent``, ``level``, ``manager`` a node), ``history`` (``node``, ``month``, ``won_amount``),
``segments`` (``segment``, ``open_amount``, ``won_amount_last_12_months``, ``win_rate``, ``average_deal``), and, where
known, ``segment_dimension``, ``revisions`` (``revision``, ``at``, ``author``, ``reason``), ``kpis`` and ``likely`` (by
goal: ``low`` and ``high``, the chances between which it is attained, ``why`` there are none, ``attained``); and, of the first
goal that is cascaded, ``outlook`` (see `salesnb.workbooks.findings_outlook`; the nodes above the reps stand below the
whole), ``levers``, ``roadmap`` (see `salesnb.workbooks.findings_roadmap`), ``capacity`` (``nodes``, ``lines``) and
``fairness`` (``basis``, ``bands``, ``lines``); and ``allocation``, as `salesnb.actions.plan_allocation` gives it, where the
plan's was found and proved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from salesnb.calendar import FiscalCalendar
from salesnb.errors import Damaged, UnknownName
from salesnb.money import Formatter
from salesnb.planning import Goal, Likely, Plan, ProbabilityBand, Quota
from salesnb.planning.codec import decode
from salesnb.workbooks.extract import Origin, figures_of, formatter_of, origin_of, read_document
from salesnb.workbooks.findings_activities import ActivityNote, activities_from
from salesnb.workbooks.findings_outlook import Prospect, prospect_from
from salesnb.workbooks.findings_roadmap import RoadmapNote, roadmap_from
from salesnb.workbooks.findings_words import Wording, period_name

__all__ = ["PlanExtract", "plan_from_extract", "read_plan"]

_HINT = "Run the review again: salesnb review."


@dataclass(frozen=True, kw_only=True)
class PlanExtract:
    """Everything that a plan's workbook knows.

    Attributes
    ----------
    managers
        By node id, where known.
    history
        Won amount by node and month.
    likely
        By goal id: how likely it is attained, where the outlook was asked.
    held
        By the id of a goal that is not split: where each node stands against it, parents first.
    allocation
        How the resources were allocated and how good that is; empty where it is not known.
    outlook, levers, roadmap, capacity, fairness
        Of the first goal that is cascaded; None or empty where nothing is known.
    """

    company: str
    fmt: Formatter
    fiscal_year_start: int
    origin: Origin
    plan: Plan
    managers: Mapping[str, str]
    history: Mapping[str, Mapping[str, int]]
    segments: tuple[dict[str, Any], ...]
    segment_dimension: str
    revisions: tuple[dict[str, Any], ...]
    labels: Mapping[str, str]
    likely: Mapping[str, Likely] = field(default_factory=dict)
    held: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    outlook: Prospect | None = None
    levers: tuple[dict[str, Any], ...] = ()
    roadmap: RoadmapNote | None = None
    activities: ActivityNote | None = None
    capacity: Mapping[str, Any] = field(default_factory=dict)
    fairness: Mapping[str, Any] = field(default_factory=dict)
    allocation: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def likely_goals(self) -> Mapping[str, Likely]:
        """What the outlook says of how likely each goal is attained; goals of which it says nothing are left out."""
        return {
            goal.id: found
            for goal in self.plan.goals
            if (found := self.likely.get(goal.id)) and (found.band or found.why)
        }

    @cached_property
    def say(self) -> Wording:
        """How figures are worded."""
        return Wording(self.fmt)

    @cached_property
    def period(self) -> str:
        """The plan's period as people say it."""
        return self.named(self.plan.period.label)

    def named(self, label: str) -> str:
        """Name a period as people say it."""
        return period_name(label, self.fmt, self.fiscal_year_start) if label else ""

    def label(self, kpi: str) -> str:
        """Name a KPI."""
        return self.labels.get(kpi) or kpi.replace("_", " ").capitalize()

    @cached_property
    def cascaded(self) -> Goal | None:
        """The first goal that was cascaded to nodes and reps."""
        return next((goal for goal in self.plan.goals if self.plan.quotas_of(goal)), None)

    @cached_property
    def quotas(self) -> tuple[Quota, ...]:
        """The quotas of that goal, parents before their children."""
        return self.plan.quotas_of(self.cascaded) if self.cascaded else ()

    @cached_property
    def year_before(self) -> tuple[str, tuple[str, ...]]:
        """The name and the months of the same period a year before; empty where the calendar does not know it."""
        calendar = FiscalCalendar(self.fiscal_year_start)
        try:
            before = calendar.year_before(calendar.period(self.plan.period.label))
        except UnknownName:
            return "", ()
        return self.named(before.label), tuple(month.label for month in calendar.months(before))

    def last_year(self, node: str, month: str | None = None) -> int | None:
        """Give what a node won in the same period, or month of it, a year before; None where nothing is known."""
        goal = self.cascaded
        known = self.history.get(node)
        months = self.year_before[1]
        if known is None or goal is None or goal.kpi != "won_amount" or not months:
            return None
        wanted = [f"{int(month[:4]) - 1:04d}{month[4:]}"] if month else months
        return sum(known.get(label, 0) for label in wanted) or None


def read_plan(path: str | Path) -> PlanExtract:
    """Read the extract of a plan's workbook.

    Raises
    ------
    MissingFile
        When there is no such file.
    Damaged
        When it is not the extract of a plan, or something in it is not what it should be.
    """
    return plan_from_extract(read_document(path, "plan"), where=Path(path).name)


def plan_from_extract(document: Mapping[str, Any], *, where: str = "extract") -> PlanExtract:
    """Read the extract of a plan's workbook from JSON values; raises as `read_plan`."""
    try:
        return _extract(document)
    except Damaged:
        raise
    except KeyError as error:
        raise Damaged(f"The extract has no {error.args[0]!r}.", where=where, hint=_HINT) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Damaged(f"The extract holds something unexpected: {error}.", where=where, hint=_HINT) from None


def _extract(document: Mapping[str, Any]) -> PlanExtract:
    workspace, origin = document["workspace"], origin_of(document["provenance"])
    return PlanExtract(
        company=str(workspace.get("company") or ""),
        fmt=formatter_of(document),
        fiscal_year_start=int(workspace.get("fiscal_year_start", 1)),
        origin=origin,
        # The store has checked the document against its schema; loading the validator would take a second.
        plan=decode(Plan, document["plan"], "plan"),
        managers={node["id"]: str(node.get("manager") or "") for node in document["tree"]},
        history=_history(document["history"]),
        segments=figures_of("segments", document["segments"]).records(),
        segment_dimension=str(document.get("segment_dimension") or "segment"),
        revisions=tuple(dict(entry) for entry in document.get("revisions") or ()),
        labels={name: str(kpi["label"]) for name, kpi in (document.get("kpis") or {}).items()},
        likely={goal: _likely(part, origin) for goal, part in (document.get("likely") or {}).items()},
        held=document.get("held") or {},
        outlook=prospect_from(document.get("outlook")),
        levers=tuple(dict(lever) for lever in document.get("levers") or ()),
        roadmap=roadmap_from(document.get("roadmap")),
        activities=activities_from(document.get("activities")),
        capacity=document.get("capacity") or {},
        fairness=document.get("fairness") or {},
        allocation=document.get("allocation") or {},
    )


def _likely(part: Mapping[str, Any], origin: Origin) -> Likely:
    band = None
    if part.get("low") is not None:
        band = ProbabilityBand(low=part["low"], high=part["high"], as_of=origin.as_of, method="outlook")
    return Likely(band=band, why=str(part.get("why") or ""), attained=part.get("attained"))


def _history(part: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in figures_of("history", part).records():
        found.setdefault(str(row["node"]), {})[str(row["month"])] = int(row["won_amount"] or 0)
    return found
