"""What the plan's own workbook knows: the plan, its organisation, and the history behind it."""

from typing import TYPE_CHECKING, Any

from salesnb import __version__
from salesnb.actions.extracts import EXTRACT_FORMAT, Extract, described_workspace, with_fingerprint
from salesnb.actions.organisation import org_tree, rep_node_id
from salesnb.actions.plan_allocation import allocation_of_plan
from salesnb.actions.plan_chances import chances_of_plan
from salesnb.actions.prospects import SharedOutlooks
from salesnb.calendar import years_before
from salesnb.kpis import Query, run
from salesnb.kpis.query import CREDIT
from salesnb.planning import Plan, plan_to_document

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.workspace import Workspace

__all__ = ["plan_extract"]

_YEARS = 2


def plan_extract(
    workspace: "Workspace", plan: Plan, facts: "Facts", outlooks: SharedOutlooks | None = None
) -> Extract:
    """Cut the extract of the plan's workbook.

    Parameters
    ----------
    outlooks
        Those that other pages of the run share; by default its own.
    """
    shared = outlooks or SharedOutlooks(workspace=workspace, plan=plan, facts=facts)
    content = {
        "format": EXTRACT_FORMAT,
        "kind": "plan",
        "workspace": described_workspace(workspace),
        "provenance": {
            "as_of": facts.as_of.isoformat(),
            "plan": plan.name,
            "plan_revision": plan.revision,
            "package": __version__,
            "template": "plan",
            "caution": facts.caution,
            "set_aside": facts.set_aside(),
        },
        "plan": plan_to_document(plan),
        "tree": _tree(workspace, plan, facts),
        "history": _history(plan, facts),
        "segments": _segments(facts),
        "segment_dimension": facts.segment_dimension,
        **chances_of_plan(workspace, plan, facts, shared),
        **allocation_of_plan(workspace, plan),
        "revisions": [
            {"revision": entry.revision, "at": str(entry.at), "author": entry.author, "reason": entry.reason}
            for entry in workspace.plans().history(plan.name)
        ],
    }
    return Extract(id="plan", name=plan.name, group="", content=with_fingerprint(content))


def _tree(workspace: "Workspace", plan: Plan, facts: "Facts") -> list[dict[str, Any]]:
    period = plan.period
    tree = org_tree(facts.data, workspace.settings.company, period.start, until=period.end)
    return [
        {
            "id": node.id,
            "name": node.name,
            "parent": node.parent,
            "level": node.level,
            "manager": node.manager,
        }
        for node in tree.walk()
    ]


def _history(plan: Plan, facts: "Facts") -> dict[str, Any]:
    """Sum what each node won by month, from two years before the plan to its start."""
    first = years_before(plan.period.start, _YEARS)
    rows: list[list[Any]] = []
    for dimension in ("company", *facts.data.meta.levels, "rep"):
        by = () if dimension == "company" else (dimension,)
        query = Query(
            kpis=("won_amount",),
            by=by,
            grain="month",
            start=first,
            end=plan.period.start,
            labels=False,
            credit=CREDIT,
            restated=facts.restated,
        )
        for row in run(query, facts.data, facts.calendar, facts.known).rows:
            node, month, amount = ("company", *row) if not by else row
            if node is not None and amount:
                rows.append([rep_node_id(node) if dimension == "rep" else node, month, amount])
    return {"columns": ["node", "month", "won_amount"], "rows": rows}


def _segments(facts: "Facts") -> dict[str, Any]:
    """Describe the values of the dimension that segments the business, over the twelve months to the as-of date."""
    end = facts.calendar.containing(facts.as_of, "month").end
    query = Query(
        kpis=("open_amount", "won_amount", "win_rate", "average_deal"),
        by=(facts.segment_dimension,),
        start=years_before(end, 1),
        end=end,
        as_of=facts.as_of,
    )
    rows = [list(row) for row in run(query, facts.data, facts.calendar, facts.known).rows if row[1] or row[2]]
    return {
        "columns": ["segment", "open_amount", "won_amount_last_12_months", "win_rate", "average_deal"],
        "rows": rows,
    }
