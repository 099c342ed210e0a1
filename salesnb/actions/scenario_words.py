"""Scenarios in words: how each differs from the plan, and what its allocation brings."""

from typing import TYPE_CHECKING

from salesnb.actions.allocation_words import scenario_lines, scenario_records
from salesnb.actions.what_if_words import TITLES, change_words, driver_value
from salesnb.planning import DealFate, DriverMove
from salesnb.planning.supposed import LATER_HIRES

if TYPE_CHECKING:
    from salesnb.actions.scenario_board import Column, ScenarioBoard
    from salesnb.money import Formatter

__all__ = ["allocated_words", "difference_words"]

_FULL = 10_000


def difference_words(board: "ScenarioBoard", column: "Column", shown: "Formatter") -> tuple[str, ...]:
    """Say how a scenario differs from the plan as it is, a sentence each."""
    scenario, plan = column.scenario, board.session.plan
    if scenario is None:
        return ()
    said = []
    for one in scenario.targets:
        goal = plan.goal(one.goal)
        if one.target != goal.target:
            words = (shown.value(value, goal.unit) for value in (one.target, goal.target))
            said.append(f"Target of {goal.kpi.replace('_', ' ')}: {' instead of '.join(words)}.")
    said += [f"{one}." for one in board.changes(scenario.id) if one.part in {"resources", "limits"}]
    names = {one.id: one.name for one in plan.segments}
    said += [
        f"{names.get(one.segment, one.segment)} sells {shown.ratio(one.factor_bp / _FULL, 0)} of what its curve says."
        for one in scenario.responses
    ]
    said += [_move_words(board, one, shown) for one in scenario.moves]
    said += [_fate_words(board, one) for one in scenario.fates]
    return (*said, *_outlook_words(board, column, shown)) or ("Nothing differs from the plan.",)


def allocated_words(
    board: "ScenarioBoard", shown: "Formatter"
) -> tuple[dict[str, dict[str, object]], tuple[str, ...]]:
    """Give by name what each scenario's allocation brings, and what drives the differences; nothing before it was asked."""
    sides = board.sides
    if sides is None:
        return {}, ()
    records = scenario_records(sides, shown)
    return {str(one["scenario"]): one for one in records}, scenario_lines(sides, shown)


def _fate_words(board: "ScenarioBoard", fate: DealFate) -> str:
    gone = board.is_ready and fate.deal not in board.what_if.basis.parts
    more = ": not open any more, or too old to be won, so that it changes nothing" if gone else ""
    return f"{fate.name or fate.deal} is {fate.fate}{more}."


def _move_words(board: "ScenarioBoard", move: DriverMove, shown: "Formatter") -> str:
    if not board.is_ready:
        return f"{move.in_words()}."
    driver = next(one for one in board.what_if.basis.drivers if one.name == move.driver)
    title = TITLES[driver.name]
    if driver.why_not:
        return f"{move.in_words()}: not in the outlook. {driver.why_not}"
    step = driver.step(move)
    if driver.name == LATER_HIRES:
        return f"Hires come {driver_value(driver, step, shown)}."
    return f"{title}: {driver_value(driver, step, shown)} instead of {driver_value(driver, 0, shown)}."


def _outlook_words(board: "ScenarioBoard", column: "Column", shown: "Formatter") -> list[str]:
    """Say what becomes of the outlook, where anything of it does."""
    plan, goal = next(iter(board.columns)), board.goal
    if plan.attainment is None or column.attainment is None or goal is None:
        return []
    same = plan.attainment.outcome == column.attainment.outcome
    return (
        []
        if same and plan.target == column.target
        else [change_words(plan.attainment, column.attainment, goal, shown)]
    )
