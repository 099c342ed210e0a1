"""Widgets: views on the model for JupyterLab, Notebook and Voila. What they decide is decided in ``salesnb.actions``."""

from salesnb.widgets.allocation_sliders import AllocationSliders
from salesnb.widgets.calls import Calls
from salesnb.widgets.goal_entry import GoalEntry
from salesnb.widgets.kpi_builder import KpiBuilder
from salesnb.widgets.planning_session import PlanningSession
from salesnb.widgets.scenario_compare import ScenarioCompare
from salesnb.widgets.segment_picker import SegmentPicker
from salesnb.widgets.session_bar import SessionBar
from salesnb.widgets.what_if import WhatIf

__all__ = [
    "AllocationSliders",
    "Calls",
    "GoalEntry",
    "KpiBuilder",
    "PlanningSession",
    "ScenarioCompare",
    "SegmentPicker",
    "SessionBar",
    "WhatIf",
]
