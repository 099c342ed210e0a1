"""The roadmap of a plan as people and programs read it."""

from typing import Any

from salesnb.actions.roadmapping import GoalRoadmap
from salesnb.actions.roadmaps import LeadBasis, Step, UnitRoadmap
from salesnb.money import Formatter

__all__ = ["roadmap_document", "roadmap_lines", "roadmap_table"]


def roadmap_lines(found: GoalRoadmap, formatter: Formatter) -> tuple[str, ...]:
    """Say where the shape comes from and what the deals to create rest on."""
    season = found.season
    said = [f"{found.goal.kpi} in {found.goal.period.label}, as of {formatter.date(found.as_of)}."]
    if season is None:
        said.append("Season: the quotas given by month.")
    else:
        said.append(f"Season: {season.basis}.")
        if season.past:
            said.append(f"The spread holds what eight in ten of {season.past} had reached by then.")
    if len(found.units) == 1:
        said += _of_unit(found.units[0], formatter, found.goal.unit)
    return tuple(said)


def _of_unit(unit: UnitRoadmap, formatter: Formatter, unit_of_goal: str) -> list[str]:
    basis = unit.basis
    if basis is None:
        return ["No deals are worked back: too few wins are known, or the goal is not one of won deals."]
    said = [_basis_words(basis, formatter, unit_of_goal)]
    if unit.create_by_now is not None and unit.created_by_now is not None:
        first = next(step for step in unit.steps if step.create is not None)
        said.append(
            f"Deals to create for it from {first.label} to the as-of day:"
            f" {formatter.count(round(unit.create_by_now))}; created: {formatter.count(unit.created_by_now)}."
        )
    return said


def _basis_words(basis: LeadBasis, formatter: Formatter, unit: str) -> str:
    whose = "" if basis.whose == "own" else ", the whole company's,"
    size = f" A won deal brings {formatter.money(round(basis.size))}." if unit == "money" else ""
    return (
        f"Worked back by {formatter.count(basis.wins)} wins of the last two years{whose}:"
        f" {formatter.ratio(basis.win_rate)} of the deals created are won, and the median cycle of those in days is"
        f" {formatter.count(basis.cycle_days)}.{size}"
    )


def roadmap_table(found: GoalRoadmap, formatter: Formatter) -> tuple[list[str], list[dict[str, object]]]:
    """Give the columns and a row a month or week; with several nodes, each under its name.

    What is not known of any row has no column.
    """
    rows = [
        {"node": unit.unit.name} | _row(step, formatter, found.goal.unit)
        for unit in found.units
        for step in unit.steps
    ]
    columns = [
        column
        for column in rows[0]
        if (column != "node" or len(found.units) > 1) and any(row[column] is not None for row in rows)
    ]
    return columns, rows


def _row(step: Step, formatter: Formatter, unit: str) -> dict[str, object]:
    def shown(value: float | None) -> str | None:
        return None if value is None else formatter.value(round(value), unit)

    due = step.due
    return {
        step_column(step): step.label + (" so far" if step.state == "running" else ""),
        "due": shown(due.amount if due else None),
        "to date": shown(due.to_date if due else None),
        "spread": None if due is None or due.low is None else f"{shown(due.low)} to {shown(due.high)}",
        "reached": shown(step.actual),
        "create": None if step.create is None else formatter.number(step.create, 1),
        "created": None if step.created is None else formatter.count(step.created),
        "hold": shown(step.hold),
        "open": shown(step.held),
    }


def step_column(step: Step) -> str:
    """Name the column of months or weeks."""
    return "week" if "W" in step.label else "month"


def roadmap_document(found: GoalRoadmap, digits: int) -> dict[str, Any]:
    """Give the roadmap as JSON: money in major units, None where nothing is told."""
    money = found.goal.unit == "money"

    def number(value: float | None) -> float | None:
        if value is None:
            return None
        return round(value / 10**digits, digits) if money else round(value, 3)

    def step_of(step: Step) -> dict[str, Any]:
        due = step.due
        return {
            "label": step.label,
            "last_day": step.last_day.isoformat(),
            "state": step.state,
            "due": number(due.amount) if due else None,
            "due_to_date": number(due.to_date) if due else None,
            "low": number(due.low) if due else None,
            "high": number(due.high) if due else None,
            "reached": number(step.actual),
            "create": None if step.create is None else round(step.create, 3),
            "created": step.created,
            "hold": number(step.hold),
            "open": number(step.held),
        }

    return {
        "kpi": found.goal.kpi,
        "period": found.goal.period.label,
        "as_of": found.as_of.isoformat(),
        "grain": found.grain,
        "season": found.season.basis if found.season else None,
        "spread_of": (found.season.past or None) if found.season else None,
        "nodes": [
            {
                "node": unit.unit.quota_id,
                "name": unit.unit.name,
                "level": unit.unit.level,
                "win_rate": unit.basis.win_rate if unit.basis else None,
                "cycle_days": unit.basis.cycle_days if unit.basis else None,
                "whose_curve": unit.basis.whose if unit.basis else None,
                "create_by_now": None if unit.create_by_now is None else round(unit.create_by_now, 3),
                "created_by_now": unit.created_by_now,
                "steps": [step_of(step) for step in unit.steps],
            }
            for unit in found.units
        ],
    }
