"""The KPI review of one team, rep or segment: every part as an object that shows itself in a notebook."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from salesnb.charts import Chart
from salesnb.workbooks import review_notes, review_people
from salesnb.workbooks.extract import ReviewExtract, read_review
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.review_activities import activity_table, time_chart
from salesnb.workbooks.review_bridge import restated_note, since_chart
from salesnb.workbooks.review_change import change_chart
from salesnb.workbooks.review_effort import effort_table
from salesnb.workbooks.review_goal import goal_chart, kpi_table, pace_chart, trend_chart
from salesnb.workbooks.review_held import held_goals
from salesnb.workbooks.review_made import answer_table, own_past, quota_made
from salesnb.workbooks.review_outlook import outlook_chart, outlook_table, outlook_track
from salesnb.workbooks.review_own import own_kpis
from salesnb.workbooks.review_pipeline import coverage_table, deal_table, stage_chart
from salesnb.workbooks.review_roadmap import lead_table, roadmap_table
from salesnb.workbooks.review_text import Text

__all__ = ["Review", "open_review"]


def open_review(path: str | Path = "extract.json") -> "Review":
    """Open the extract of a KPI review.

    Parameters
    ----------
    path
        The extract, as the run wrote it; relative to the notebook's folder.

    Raises
    ------
    MissingFile
        When there is no such file.
    Damaged
        When it is not the extract of a KPI review.
    """
    return Review(read_review(path))


@dataclass(frozen=True)
class Review:
    """A KPI review; each property is a chart, a table or words, and says so where it has nothing to show.

    Parameters
    ----------
    extract
        What it knows.
    """

    extract: ReviewExtract

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self.extract)

    @property
    def title(self) -> Text:
        """Whose review it is, of which period and plan, and as of when."""
        return review_notes.title(self._reading)

    @property
    def finding(self) -> Text:
        """The review in one paragraph."""
        return review_notes.lead(self._reading)

    @property
    def goal(self) -> Chart | Text:
        """Done against the goal."""
        return goal_chart(self._reading)

    @property
    def headline(self) -> Chart | Text:
        """The KPIs beside last year and the period before."""
        return kpi_table(self._reading)

    @property
    def restated(self) -> Text:
        """Which figure is not what an earlier review said; empty where none is."""
        return restated_note(self._reading)

    @property
    def pacing(self) -> Chart | Text:
        """The running total against the season's target."""
        return pace_chart(self._reading)

    @property
    def roadmap(self) -> Chart | Text:
        """What is due by the end of each month."""
        return roadmap_table(self.extract.roadmap, self._reading.say, self._reading.at.unit)

    @property
    def leads(self) -> Chart | Text:
        """The deals to create and the pipeline to hold for it; empty where they are not known."""
        return lead_table(self.extract.roadmap, self._reading.say, self._reading.at.unit)

    @property
    def effort(self) -> Chart | Text:
        """Planned and used budget, hours and heads by segment, and what they brought; empty where no effort is loaded."""
        return effort_table(self.extract.effort, self._reading.say)

    @property
    def activities(self) -> Chart | Text:
        """The activities that the roadmap takes; empty where none are loaded."""
        return activity_table(self.extract.activities, self._reading.say)

    @property
    def time_spent(self) -> Chart | Text:
        """Where the time in activities goes; empty where none are loaded."""
        return time_chart(self.extract.activities, self._reading.say, self._reading.period)

    @property
    def own_past(self) -> Text:
        """The pace beside the own past, and the best month."""
        return own_past(self._reading)

    @property
    def quota_made(self) -> Text:
        """How the quota was made, and whether it is accepted."""
        return quota_made(self._reading)

    @property
    def answers(self) -> Chart | Text:
        """What the reps say of their quotas; empty on a page without reps."""
        return answer_table(self._reading)

    @property
    def outlook_chart(self) -> Chart | Text:
        """What the period may end at, as a picture against the goal; empty where there is no outlook."""
        return outlook_chart(self._reading)

    @property
    def outlook(self) -> Chart | Text:
        """How likely the quotas are attained, and within what the period ends."""
        return outlook_table(self._reading)

    @property
    def outlook_track(self) -> Text:
        """How far such outlooks were right on the past; empty where that is not known."""
        return outlook_track(self._reading)

    @property
    def trend(self) -> Chart | Text:
        """Month by month, over the year before."""
        return trend_chart(self._reading)

    @property
    def changes(self) -> Chart | Text:
        """What changed, effect by effect."""
        return change_chart(self._reading)

    @property
    def pipeline(self) -> Chart | Text:
        """Open deals by stage."""
        return stage_chart(self._reading)

    @property
    def since(self) -> Chart | Text:
        """What moved in the open deals since the import before; empty where there is none."""
        return since_chart(self._reading)

    @property
    def coverage(self) -> Chart | Text:
        """What the open deals cover of the goal."""
        return coverage_table(self._reading)

    @property
    def open_deals(self) -> Chart | Text:
        """The largest open deals."""
        return deal_table(self._reading)

    @property
    def reps(self) -> Chart | Text:
        """Reps, ranked, with their quotas."""
        return review_people.rep_chart(self._reading)

    @property
    def rep_table(self) -> Chart | Text:
        """Reps with attainment and rates."""
        return review_people.rep_table(self._reading)

    @property
    def products(self) -> Chart | Text:
        """Products, ranked."""
        return review_people.value_chart(self._reading, self._reading.products, "product")

    @property
    def product_table(self) -> Chart | Text:
        """Products with last year and rates."""
        return review_people.value_table(self._reading, self._reading.products, "product")

    @property
    def segments(self) -> Chart | Text:
        """Segments, month by month side by side; ranked bars where their months are not known."""
        reading = self._reading
        if not reading.segments:
            return review_notes.no_segments(reading)
        if "by_segment_month" in self.extract.tables:
            return review_people.value_trends(reading, "by_segment_month", reading.segments, self._segment)
        return review_people.value_chart(reading, reading.segments, self._segment)

    @property
    def segment_table(self) -> Chart | Text:
        """Segments with last year and rates."""
        if not self._reading.segments:
            return Text(plain="", html="")
        return review_people.value_table(self._reading, self._reading.segments, self._segment)

    @property
    def held_goals(self) -> Chart | Text:
        """Goals that are not split, such as a win rate, beside what the KPI is here; empty where there are none."""
        return held_goals(self._reading)

    @property
    def own_kpis(self) -> Text:
        """The KPIs that the workspace defines itself, with status and version; empty where there are none."""
        return own_kpis(self._reading)

    @property
    def improve(self) -> Text:
        """What to improve, the largest first."""
        return review_notes.improve(self._reading)

    @property
    def caveats(self) -> Text:
        """What the review does not know."""
        return review_notes.unknown(self._reading)

    @property
    def definitions(self) -> Chart | Text:
        """How the KPIs of the page are defined."""
        return review_notes.definitions(self._reading)

    @property
    def provenance(self) -> Text:
        """Where the figures come from."""
        return review_notes.provenance(self._reading)

    @property
    def _segment(self) -> str:
        return self.extract.segment_dimension.replace("_", " ")
