"""Sales planning in Jupyter: goals that cascade, resources that are allocated, reviews for every team.

Every public name is imported on first use, so that ``import salesnb`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.actions.changing import Changes, changes
    from salesnb.actions.curving import WinCurves, win_curve
    from salesnb.actions.defining import define_kpi
    from salesnb.actions.demo import make_demo, open_or_sample
    from salesnb.actions.explaining import Explanation, explain
    from salesnb.actions.importing import import_data
    from salesnb.actions.making import make_plan
    from salesnb.actions.needing import NeededCoverage, needed_coverage
    from salesnb.actions.querying import kpi_table
    from salesnb.actions.reconciling import reconcile
    from salesnb.actions.reviewing import ReviewRequest, review
    from salesnb.calendar import FiscalCalendar, Period
    from salesnb.errors import SalesnbError
    from salesnb.kpis import Kpi, Query
    from salesnb.money import Formatter
    from salesnb.planning import Goal, Objective, Plan
    from salesnb.widgets import AllocationSliders, PlanningSession
    from salesnb.workbooks.plan_view import PlanView, open_plan
    from salesnb.workbooks.review import Review, open_review
    from salesnb.workspace import Workspace

__version__ = "0.1.0"

_HOME = {
    "AllocationSliders": "salesnb.widgets",
    "Changes": "salesnb.actions.changing",
    "Explanation": "salesnb.actions.explaining",
    "FiscalCalendar": "salesnb.calendar",
    "Formatter": "salesnb.money",
    "Goal": "salesnb.planning",
    "Kpi": "salesnb.kpis",
    "NeededCoverage": "salesnb.actions.needing",
    "Objective": "salesnb.planning",
    "Period": "salesnb.calendar",
    "Plan": "salesnb.planning",
    "PlanningSession": "salesnb.widgets",
    "PlanView": "salesnb.workbooks.plan_view",
    "Query": "salesnb.kpis",
    "Review": "salesnb.workbooks.review",
    "SalesnbError": "salesnb.errors",
    "WinCurves": "salesnb.actions.curving",
    "Workspace": "salesnb.workspace",
    "ReviewRequest": "salesnb.actions.reviewing",
    "changes": "salesnb.actions.changing",
    "define_kpi": "salesnb.actions.defining",
    "explain": "salesnb.actions.explaining",
    "import_data": "salesnb.actions.importing",
    "kpi_table": "salesnb.actions.querying",
    "make_demo": "salesnb.actions.demo",
    "make_plan": "salesnb.actions.making",
    "open_or_sample": "salesnb.actions.demo",
    "needed_coverage": "salesnb.actions.needing",
    "reconcile": "salesnb.actions.reconciling",
    "review": "salesnb.actions.reviewing",
    "win_curve": "salesnb.actions.curving",
    "open_plan": "salesnb.workbooks.plan_view",
    "open_review": "salesnb.workbooks.review",
}

__all__ = [  # noqa: RUF022 -- grouped as a reader meets them
    "Workspace",
    "import_data",
    "kpi_table",
    "define_kpi",
    "win_curve",
    "WinCurves",
    "needed_coverage",
    "NeededCoverage",
    "reconcile",
    "changes",
    "Changes",
    "explain",
    "Explanation",
    "make_plan",
    "PlanningSession",
    "AllocationSliders",
    "review",
    "ReviewRequest",
    "make_demo",
    "open_or_sample",
    "Plan",
    "Objective",
    "Goal",
    "Kpi",
    "Query",
    "Review",
    "PlanView",
    "open_review",
    "open_plan",
    "FiscalCalendar",
    "Period",
    "Formatter",
    "SalesnbError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _HOME:
        message = f"module 'salesnb' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
