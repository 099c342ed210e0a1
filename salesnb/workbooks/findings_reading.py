"""An extract with what findings and charts take from it, each worked out once."""

from dataclasses import dataclass
from functools import cached_property

from salesnb.calendar import FiscalCalendar
from salesnb.errors import UnknownName
from salesnb.workbooks import findings_change, findings_people, findings_pipeline, findings_standing
from salesnb.workbooks.extract import ReviewExtract
from salesnb.workbooks.findings_words import Wording, period_name

__all__ = ["Reading"]


@dataclass(frozen=True)
class Reading:
    """An extract, read."""

    extract: ReviewExtract

    @cached_property
    def say(self) -> Wording:
        """How figures are worded."""
        return Wording(self.extract.fmt)

    @cached_property
    def at(self) -> findings_standing.Standing:
        """Where the node stands."""
        return findings_standing.standing(self.extract)

    @cached_property
    def change(self) -> findings_change.Change | None:
        """What changed, and since when."""
        return findings_change.change(self.extract)

    @cached_property
    def pipeline(self) -> findings_pipeline.OpenPipeline:
        """What is open."""
        return findings_pipeline.open_pipeline(self.extract, self.at)

    @cached_property
    def reps(self) -> findings_people.Reps:
        """Who sells."""
        return findings_people.reps(self.extract, self.at)

    @cached_property
    def has_last_year(self) -> bool:
        """Whether anything closed in as many days a year before."""
        row = self.window("last_year")
        return bool(row.get("closed_count") or row.get("won_amount"))

    @cached_property
    def products(self) -> tuple[findings_people.Value, ...]:
        """What is sold."""
        return findings_people.values(self.extract, "by_product", last_year=self.has_last_year)

    @cached_property
    def segments(self) -> tuple[findings_people.Value, ...]:
        """To whom it is sold; empty where products are the segments."""
        if self.extract.segment_dimension in {"", "product"}:
            return ()
        return findings_people.values(self.extract, "by_segment", last_year=self.has_last_year)

    def window(self, name: str) -> dict[str, object]:
        """Give the KPIs of one window; empty where there is none."""
        return next((row for row in self.extract.table("headline") if row["window"] == name), {})

    @cached_property
    def period(self) -> str:
        """The period as people say it."""
        return self._named(self.extract.period.label)

    def compared(self, window: str) -> str:
        """Name what a window covers: ``the same days of Q4 2016``, or ``Q4 2016`` once the period is over."""
        calendar = FiscalCalendar(self.extract.fiscal_year_start)
        try:
            period = calendar.period(self.extract.period.label)
        except UnknownName:
            return (
                "the same days of last year"
                if window == "last_year"
                else "the same days of the period before"
            )
        before = calendar.year_before(period) if window == "last_year" else calendar.previous(period)
        name = self._named(before.label)
        return name if self.at.state == "over" else f"the same days of {name}"

    def _named(self, label: str) -> str:
        return period_name(label, self.extract.fmt, self.extract.fiscal_year_start)
