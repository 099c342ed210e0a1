"""Finding out why: which decomposition fits what is asked, and its two ends."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from salesnb.actions.explained_tree import TreeRequest, explained_tree, find_tree
from salesnb.actions.history import history_start
from salesnb.actions.planned_ends import (
    check_level,
    default_level,
    is_second_cut,
    planned_drivers,
    planned_parts,
)
from salesnb.actions.targets import quota_targets
from salesnb.actions.weighing import SEGMENT
from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis import Kpi, Query, Target
from salesnb.kpis.drivers import explain_drivers
from salesnb.kpis.effects import Change
from salesnb.kpis.order_sales import ORDERED
from salesnb.kpis.price_mix import explain_prices
from salesnb.kpis.query import CREDIT
from salesnb.kpis.tree_effects import TreeChange
from salesnb.kpis.trees import KpiTree
from salesnb.kpis.why import WhyQuery, WhyReader
from salesnb.registry import Registry
from salesnb.workbooks.findings_words import period_name

if TYPE_CHECKING:
    from salesnb.planning import Plan
    from salesnb.workspace import Settings, Workspace

__all__ = ["ExplainRequest", "Explained", "explained"]

_WON = "won_amount"
_PLAN = "plan:"
_CUT = (
    "The plan has amounts by {by}, and deals and win rates by team alone: how many deals these amounts take is told by each"
    " one's own deal size and win rate in the twelve months before the plan, scaled to the plan's deals and wins."
)


@dataclass(frozen=True, kw_only=True)
class ExplainRequest:
    """What is asked; see `salesnb.actions.explaining.explain`. ``by`` None means what is usual."""

    kpi: str
    period: str
    against: str
    by: tuple[str, ...] | None = None
    tree: str | None = None
    method: str = "shapley"
    where: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None


@dataclass(frozen=True, kw_only=True)
class Explained:
    """An explanation as it was computed.

    Attributes
    ----------
    label, unit
        Of the KPI.
    before, after
        What both ends are called.
    by, change
        The dimensions of the lines, and the lines with their effects.
    names
        By line: its values as people read them.
    labels
        Of effects that have a name of their own.
    planned
        Whether the earlier end is a plan.
    tree, units
        What changed in the tree as a whole, where one was used without dimensions, and the units of its nodes.
    """

    label: str
    unit: str
    before: str
    after: str
    by: tuple[str, ...]
    change: Change
    names: Mapping[Hashable, tuple[str | None, ...]]
    notices: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    planned: bool = False
    tree: TreeChange | None = None
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def explained(workspace: "Workspace", request: ExplainRequest) -> Explained:
    """Explain a difference; see `salesnb.actions.explaining.explain`."""
    period = workspace.calendar.period(request.period)
    tree = find_tree(workspace.kpis_dir, request.kpi, request.tree, workspace.catalogue())
    if request.against.startswith(_PLAN):
        if tree:
            raise BadUsage(
                "A plan has drivers of won amount, and no values of a tree.",
                hint="Compare with a period, or leave out --tree.",
            )
        return _against_plan(workspace, request, period)
    against = workspace.calendar.period(request.against)
    if against == period:
        raise BadUsage(f"{period.label} is compared with itself.", hint="Name another period with --against.")
    with workspace.dataset() as data:
        by = request.by if request.by is not None else () if tree else ("product",)
        known = workspace.catalogue(data)
        reader = WhyReader(data, workspace.calendar, _asked(workspace, request, by, tree, known), known)
        notices = _not_over(workspace.settings, reader.as_of, against, period)
        if tree:
            if request.method != "shapley":
                raise BadUsage("A tree is shared out by Shapley's value.", hint="Leave out --method.")
            found = explained_tree(reader, TreeRequest(tree=tree, before=against, after=period))
            parts = Explained(
                label=found.label,
                unit=found.unit,
                before="",
                after="",
                by=by,
                change=found.change,
                names={line.key: reader.shown(line.key) for line in found.change.lines},  # type: ignore[arg-type]
                notices=notices,
                labels=found.labels,
                tree=found.whole,
                units=found.units,
            )
        else:
            parts = _by_drivers(reader, request, against, period)
            parts = replace(parts, notices=(*notices, *parts.notices))
        name = _namer(workspace.settings)
        return replace(parts, before=name(against), after=name(period))


def _asked(
    workspace: "Workspace",
    request: ExplainRequest,
    by: tuple[str, ...],
    tree: KpiTree | None,
    known: Registry[Kpi],
) -> WhyQuery:
    targets: tuple[Target, ...] = ()
    if tree:
        kpis = dict.fromkeys((tree.kpi, *(tree.leaves[name].kpi for name in tree.leaf_names)))
        targets = quota_targets(workspace, Query(kpis=tuple(kpis)), known)
    return WhyQuery(by=by, where=request.where, as_of=request.as_of, targets=targets)


def _by_drivers(reader: WhyReader, request: ExplainRequest, against: Period, period: Period) -> Explained:
    kind = _kind(reader, request.kpi)
    if kind == "prices":
        change = explain_prices(reader.items(against), reader.items(period), method=request.method)
    else:
        change = explain_drivers(reader.drivers(against), reader.drivers(period), method=request.method)
    notices: tuple[str, ...] = ()
    if kind == "drivers" and reader.is_orders_only:
        notices = (
            "The orders do not say how many units were sold, so price cannot be told apart; map their quantity.",
        )
    label = "Ordered amount" if request.kpi == ORDERED else reader.known.get(_WON).label
    return _explained(reader, change, label, notices)


def _kind(reader: WhyReader, kpi: str) -> str:
    if kpi not in {_WON, ORDERED}:
        known = reader.known.get(kpi)
        raise BadUsage(
            f"{known.label} ({kpi}) has no drivers of its own.",
            hint=f"Declare a tree in kpis/{kpi}.tree.toml, or explain {_WON}.",
        )
    if kpi == ORDERED and not reader.has_quantities:
        raise BadInput(
            "No order says how many units were sold.",
            hint="Map the column quantity of orders, or explain won_amount.",
        )
    return "prices" if kpi == ORDERED or (reader.is_orders_only and reader.has_quantities) else "drivers"


def _explained(reader: WhyReader, change: Change, label: str, notices: tuple[str, ...] = ()) -> Explained:
    lines = tuple(sorted(change.lines, key=lambda line: reader.sort(line.key)))  # type: ignore[arg-type]
    return Explained(
        label=label,
        unit="money",
        before="",
        after="",
        by=reader.asked.by,
        change=replace(change, lines=lines),
        names={line.key: reader.shown(line.key) for line in lines},  # type: ignore[arg-type]
        notices=notices,
    )


def _against_plan(workspace: "Workspace", request: ExplainRequest, period: Period) -> Explained:
    if request.kpi != _WON:
        raise BadUsage(f"A plan has drivers of {_WON}, not of {request.kpi}.", hint=f"Explain {_WON}.")
    if request.where:
        raise BadUsage("A plan is compared whole, without --where.", hint="Ask --by a level instead.")
    plan = workspace.plans().load(request.against.removeprefix(_PLAN))
    by = default_level(plan) if request.by is None else request.by
    check_level(plan, by)
    if by == (SEGMENT,):
        raise BadUsage(
            f"The segments of the plan {plan.name} are no dimension, so that deals cannot be told by them here.",
            hint=f"Ask by a level, or cut it by a dimension: salesnb plan cascade {plan.name} --across product.",
        )
    with workspace.dataset() as data:
        # Quotas count shared deals by credit, so what is compared with them does as well.
        asked = WhyQuery(by=by, as_of=request.as_of, credit=CREDIT)
        reader = WhyReader(data, workspace.calendar, asked, workspace.catalogue(data))
        second = is_second_cut(plan, by)
        level = () if second else by
        before = planned_drivers(plan, level, period, reader.as_of, workspace.calendar)
        if second and before:
            past = replace(plan.period, start=history_start(plan.period), end=plan.period.start)
            before = planned_parts(plan, before[()], reader.drivers(past))
        change = explain_drivers(before, reader.drivers(period), method=request.method)
        notices = _due_notice(workspace, plan, period, reader.as_of)
        if second:
            notices += (_CUT.format(by=by[0]),)
        found = _explained(reader, change, reader.known.get(_WON).label, notices)
    name = _namer(workspace.settings)(period)
    return replace(found, before=f"plan {plan.name}", after=name, planned=True)


def _due_notice(workspace: "Workspace", plan: "Plan", period: Period, as_of: date) -> tuple[str, ...]:
    """Say so where less than the whole plan is compared."""
    if period.start > as_of:
        raise BadUsage(f"Nothing is known of {period.label} yet.", hint=f"The data is as of {as_of}.")
    day = workspace.settings.formatter.date(as_of)
    if period.last_day > as_of:
        return (f"Of the plan counts what is due by {day}, by the season of its goal.",)
    if (period.start, period.end) != (plan.goal(_WON).period.start, plan.goal(_WON).period.end):
        return (f"Of the plan counts what is due in {period.label}, by the season of its goal.",)
    return ()


def _not_over(settings: "Settings", as_of: date, against: Period, period: Period) -> tuple[str, ...]:
    name, said = _namer(settings), []
    for one in (against, period):
        if one.start > as_of:
            raise BadUsage(f"Nothing is known of {one.label} yet.", hint=f"The data is as of {as_of}.")
        if one.last_day > as_of:
            day = settings.formatter.date(as_of)
            said.append(f"{name(one)} is not over on {day}: it is compared as far as it is known.")
    return tuple(said)


def _namer(settings: "Settings") -> Callable[[Period], str]:
    return lambda period: period_name(period.label, settings.formatter, settings.fiscal_year_start)
