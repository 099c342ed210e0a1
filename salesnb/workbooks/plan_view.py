"""The plan's own workbook, for leaders: every part as an object that shows itself in a notebook."""

from dataclasses import dataclass
from pathlib import Path

from salesnb.charts import Chart
from salesnb.workbooks import plan_view_allocation as allocation
from salesnb.workbooks import plan_view_cascade as cascade
from salesnb.workbooks import plan_view_chances as chances
from salesnb.workbooks import plan_view_goals as goals
from salesnb.workbooks import plan_view_notes as notes
from salesnb.workbooks.plan_view_held import held_table
from salesnb.workbooks.plan_view_read import PlanExtract, read_plan
from salesnb.workbooks.review_activities import activity_table, time_chart
from salesnb.workbooks.review_roadmap import lead_table
from salesnb.workbooks.review_text import Text

__all__ = ["PlanView", "open_plan"]


def open_plan(path: str | Path = "extract.json") -> "PlanView":
    """Open the extract of a plan's workbook.

    Parameters
    ----------
    path
        The extract, as the run wrote it; relative to the notebook's folder.

    Raises
    ------
    MissingFile
        When there is no such file.
    Damaged
        When it is not the extract of a plan.
    """
    return PlanView(read_plan(path))


@dataclass(frozen=True)
class PlanView:
    """A plan to read; each property is a chart, a table or words, and says so where it has nothing to show.

    Parameters
    ----------
    extract
        What it knows.
    """

    extract: PlanExtract

    @property
    def title(self) -> Text:
        """Which plan it is, of which period, and as of when."""
        return notes.title(self.extract)

    @property
    def finding(self) -> Text:
        """The plan in one paragraph."""
        return notes.lead(self.extract)

    @property
    def objectives(self) -> Text:
        """What the business wants to reach."""
        return goals.objectives(self.extract)

    @property
    def goals(self) -> Chart | Text:
        """Goals with their baselines."""
        return goals.goal_table(self.extract)

    @property
    def cascade(self) -> Chart | Text:
        """Quotas of the teams, ranked."""
        return cascade.cascade_chart(self.extract)

    @property
    def cascade_table(self) -> Chart | Text:
        """Quotas from the company down to the reps."""
        return cascade.cascade_table(self.extract)

    @property
    def basis(self) -> Text:
        """How the quotas were made."""
        return cascade.basis(self.extract)

    @property
    def milestones(self) -> Chart | Text:
        """The goal by month."""
        return goals.milestone_chart(self.extract)

    @property
    def milestone_table(self) -> Chart | Text:
        """What should be reached by the end of each month."""
        return goals.milestone_table(self.extract)

    @property
    def leads(self) -> Chart | Text:
        """The deals to create and the pipeline to hold for the goal; empty where they are not known."""
        return lead_table(self.extract.roadmap, self.extract.say, self._unit)

    @property
    def activities(self) -> Chart | Text:
        """The activities that the roadmap takes; empty where none are loaded."""
        return activity_table(self.extract.activities, self.extract.say)

    @property
    def time_spent(self) -> Chart | Text:
        """Where the time in activities goes; empty where none are loaded."""
        return time_chart(self.extract.activities, self.extract.say, self.extract.period)

    @property
    def goal_checks(self) -> Chart | Text:
        """Whether each goal is specific, measurable, achievable, relevant and time-bound."""
        return chances.goal_check_table(self.extract)

    @property
    def held(self) -> Chart | Text:
        """Where every node stands against goals that are not split; empty where there are none."""
        return held_table(self.extract)

    @property
    def outlook(self) -> Chart | Text:
        """What the period may end at, against the goal."""
        return chances.outlook_chart(self.extract)

    @property
    def outlook_table(self) -> Chart | Text:
        """The chance of every node, with commit, target and stretch levels."""
        return chances.outlook_table(self.extract)

    @property
    def outlook_track(self) -> Text:
        """How far such outlooks were right on the past; empty where that is not known."""
        return chances.outlook_track(self.extract)

    @property
    def levers(self) -> Chart | Text:
        """What moves the chance of the goal most; empty where deals are not simulated."""
        return chances.lever_chart(self.extract)

    @property
    def capacity(self) -> Chart | Text:
        """What each team can bring, against its quota."""
        return chances.capacity_chart(self.extract)

    @property
    def capacity_notes(self) -> Text:
        """What capacity rests on."""
        return chances.capacity_notes(self.extract)

    @property
    def fairness(self) -> Chart | Text:
        """How many reps attain how much of their effective quotas."""
        return chances.fairness_chart(self.extract)

    @property
    def fairness_notes(self) -> Text:
        """Whether attainment depends on territories, and whether quotas ratchet."""
        return chances.fairness_notes(self.extract)

    @property
    def answers(self) -> Chart | Text:
        """Who has accepted, disputed or committed."""
        return chances.answer_table(self.extract)

    @property
    def segments(self) -> Chart | Text:
        """What each segment won."""
        return cascade.segment_chart(self.extract)

    @property
    def segment_table(self) -> Chart | Text:
        """Segments with rates and what is open."""
        return cascade.segment_table(self.extract)

    @property
    def allocation(self) -> Text:
        """How good the allocation of the resources is, and what more would be worth."""
        return allocation.allocation_words(self.extract)

    @property
    def allocation_chart(self) -> Chart | Text:
        """What each segment has of each resource; empty where it is not known how good that is."""
        return allocation.allocation_chart(self.extract)

    @property
    def resources(self) -> Chart | Text:
        """Resources and where they go, with how far each segment may move and what it is kept to."""
        return allocation.allocation_table(self.extract)

    @property
    def allocation_gains(self) -> Chart | Text:
        """What the allocation brings beside simpler ones; empty where that is not known."""
        return allocation.allocation_gains(self.extract)

    @property
    def allocation_method(self) -> Text:
        """Tail risk, proof and response curves, folded away; empty where they are not known."""
        return allocation.allocation_method(self.extract)

    @property
    def assumptions(self) -> Text:
        """What the plan takes for granted."""
        return notes.assumptions(self.extract)

    @property
    def checks(self) -> Text:
        """Whether the numbers fit each other."""
        return notes.checks(self.extract)

    @property
    def history(self) -> Chart | Text:
        """Who changed the plan, when and why."""
        return notes.revisions(self.extract)

    @property
    def unsettled(self) -> Text:
        """What is to be looked at before the plan goes out."""
        return notes.unsettled(self.extract)

    @property
    def provenance(self) -> Text:
        """Where the figures come from."""
        return notes.provenance(self.extract)

    @property
    def _unit(self) -> str:
        goal = self.extract.cascaded
        return goal.unit if goal else "money"
