"""The outlook of a plan, goal by goal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from salesnb.actions.outlook_told import GoalOutlook
from salesnb.actions.outlooks import Outlook
from salesnb.actions.predicting import keep_predictions
from salesnb.errors import BadUsage
from salesnb.kpis.activity_data import NO_ACTIVITIES, lacks_activities
from salesnb.planning import Goal, Plan

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["outlook_of_plan"]


def outlook_of_plan(
    workspace: "Workspace",
    name: str,
    *,
    kpi: str | None = None,
    as_of: date | None = None,
    progress: Callable[[int, int], None] | None = None,
    chances: tuple[float, ...] = (),
) -> tuple[GoalOutlook, ...]:
    """Tell what the period of a plan will bring, for each goal that has quotas.

    What is said as of the day of the data is kept in the workspace's record, once a closed month, and corrects what is
    said later of other periods.

    Parameters
    ----------
    name
        Of the plan.
    kpi
        Of one goal; all by default.
    as_of
        The day as of which it is told; by default that of the data.
    progress
        Called with how many past month ends are tried, and of how many, where that was not done before.
    chances
        The probabilities with which commit, target and stretch are reached; by default those of the settings.

    Raises
    ------
    BadUsage
        When the plan has no such goal, or none with quotas, or the period is of weeks.
    BadInput
        When the as-of day is after that of the data, or there is no history.
    """
    plan = workspace.plans().load(name)
    with workspace.dataset() as data:
        known = workspace.catalogue(data)
        goals = _goals(plan, kpi)
        told = [goal for goal in goals if not lacks_activities(data, known, goal.kpi)]
        # Where none can be told, the first says why; beside others it is left out, and that is said.
        outlooks = [
            Outlook(workspace, data, plan, goal, as_of or data.meta.as_of, progress=progress, chances=chances)
            for goal in told or goals
        ]
        found = [outlook.result() for outlook in outlooks]
    left = [f"Left out: {goal.kpi}. {NO_ACTIVITIES}" for goal in goals if goal not in told]
    unkept = keep_predictions(workspace, [said for outlook in outlooks for said in outlook.predictions()])
    return tuple(replace(one, notices=(*one.notices, *filter(None, [unkept]), *left)) for one in found)


def _goals(plan: Plan, kpi: str | None) -> Sequence[Goal]:
    found = [goal for goal in plan.goals if plan.quotas_of(goal)]
    if kpi is not None:
        named = plan.goal(kpi)
        if named not in found:
            raise BadUsage(
                f"The goal {named.kpi} of {plan.name} has no quotas, so there is no outlook of it.",
                hint="Cascade a goal that adds up, such as won_amount.",
            )
        return (named,)
    if not found:
        raise BadUsage(
            f"No goal of {plan.name} has quotas, so there is nothing to attain.",
            hint="Cascade a goal that adds up, such as won_amount: salesnb plan new … --goal won_amount=AMOUNT.",
        )
    return found
