"""Where every node stands against the goals of a plan that are not split."""

from collections.abc import Mapping, Sequence
from typing import Any

from salesnb.charts import Chart, Indented, table
from salesnb.planning import Goal
from salesnb.workbooks.findings_words import join
from salesnb.workbooks.plan_view_read import PlanExtract
from salesnb.workbooks.review_text import Text

__all__ = ["held_table"]

_ASKED = {"at_least": "at least", "at_most": "at most"}
_HOLDS = {True: "yes", False: "no", None: None}


def held_table(extract: PlanExtract) -> Chart | Text:
    """Show what each node has of a KPI that does not add up, and what is asked there; empty without such a goal."""
    goals = [goal for goal in extract.plan.goals if extract.held.get(goal.id)]
    if not goals:
        return Text(plain="", html="")
    several = len(goals) > 1
    columns = [
        *([("Goal",)] if several else []), ("",), ("Level",), ("Asked", "figure"), (extract.period, "figure"), ("Holds",),
    ]  # fmt: skip
    rows = [
        [*([extract.label(goal.kpi)] if several else []), *_row(extract, goal, one)]
        for goal in goals
        for one in extract.held[goal.id]
    ]
    findings = (_finding(extract, goal, extract.held[goal.id]) for goal in goals)
    note = "These do not add up over teams; each node is told by what the KPI is there. What is open counts on the last day."
    return table(" ".join(findings), columns, rows, fmt=extract.fmt, note=note)


def _row(extract: PlanExtract, goal: Goal, one: Mapping[str, Any]) -> list[Any]:
    def shown(value: float) -> str:
        return extract.fmt.value(value, goal.unit)

    return [
        Indented(one["name"], one["depth"]),
        one["level"].capitalize(),
        f"{_ASKED[goal.direction]} {shown(one['target'])}",
        None if one["value"] is None else shown(one["value"]),
        _HOLDS[one["holds"]],
    ]


def _finding(extract: PlanExtract, goal: Goal, nodes: Sequence[Mapping[str, Any]]) -> str:
    """Say at how many nodes and reps it holds."""
    say, label = extract.say, extract.label(goal.kpi)
    told = []
    for noun, mine in (("node", False), ("rep", True)):
        known = [one for one in nodes if (one["level"] == "rep") is mine and one["holds"] is not None]
        if known:
            kept = sum(one["holds"] for one in known)
            told.append(f"{say.fmt.count(kept) if kept else 'none'} of {say.count(len(known), noun)}")
    return f"{label} holds at {join(told)}." if told else f"Nothing is known yet of {label.lower()}."
