"""Predictions kept until their periods are over, and what the outlook learns from those whose result is known."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesnb.actions.outlook_data import Monthly, first_open_month, months_of
from salesnb.actions.prediction_file import add_predictions, read_predictions
from salesnb.calendar import Period
from salesnb.errors import CannotWrite

if TYPE_CHECKING:
    from salesnb.actions.outlook_told import NodeOutlook
    from salesnb.outlook.predictions import Prediction
    from salesnb.outlook.recalibration import Recalibration
    from salesnb.planning import Goal, Plan
    from salesnb.workspace import Workspace

__all__ = ["Lesson", "keep_predictions", "lesson_of", "predictions_of"]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What earlier predictions teach, and of how many the result is known; ``unreadable`` lines are left out."""

    recalibration: "Recalibration"
    resolved: int
    unreadable: int


def lesson_of(
    workspace: "Workspace", kpi: str, as_of: date, levels: Sequence[str], totals: Callable[[str], Monthly]
) -> Lesson:
    """Learn from the workspace's own predictions of a KPI whose periods are over.

    Only what was shown as a probability and made in the way of now counts; what came is asked of the data. Of a place
    that the data does not know any more nothing can be told.

    Parameters
    ----------
    levels
        Those of which totals can be asked.
    totals
        Gives the KPI by month of the places of a level.
    """
    from salesnb.outlook.predictions import METHOD, learned

    record = read_predictions(workspace.plans().folder)
    over = [
        said
        for said in record.predictions
        if said.kpi == kpi and said.method == METHOD and said.shown and said.level in levels
        if said.end.toordinal() <= as_of.toordinal() + 1
    ]
    known = {level: totals(level) for level in sorted({said.level for said in over})}
    resolved = [
        (said, known[said.level].between(said.node, *_months(said)) >= said.target)
        for said in over
        if said.node in known[said.level].totals
    ]
    return Lesson(recalibration=learned(resolved), resolved=len(resolved), unreadable=record.unreadable)


def predictions_of(
    plan: "Plan", goal: "Goal", as_of: date, nodes: "Iterable[NodeOutlook]"
) -> "tuple[Prediction, ...]":
    """Put what was said of quotas into predictions; what is reached, or asks for nothing, is none."""
    from salesnb.outlook.predictions import Prediction, log_odds_of

    if as_of >= goal.period.last_day:
        return ()
    closed = first_open_month(as_of) - 1
    return tuple(
        Prediction(
            plan=plan.name,
            kpi=goal.kpi,
            node=node.node,
            level=node.level,
            period=goal.period.label,
            start=goal.period.start,
            end=goal.period.end,
            as_of=as_of,
            closed=f"{closed // 12:04d}-{closed % 12 + 1:02d}",
            unit=goal.unit,
            target=node.target,
            log_odds=round(log_odds_of(node.attainment.before), 6),
            shown=node.attainment.chance.probability is not None,
        )
        for node in nodes
        if node.attainment is not None and node.target and node.to_date < node.target
    )


def keep_predictions(workspace: "Workspace", predictions: "Sequence[Prediction]") -> str:
    """Append predictions to the record; where that cannot be written, say so: what was asked is told all the same."""
    try:
        add_predictions(workspace.plans().folder, predictions)
    except CannotWrite as error:
        return f"What was said is not kept for later: {error}"
    return ""


def _months(said: "Prediction") -> tuple[int, int]:
    return months_of(Period(label=said.period, start=said.start, end=said.end))
