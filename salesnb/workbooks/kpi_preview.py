"""What a KPI shows of itself while it is being defined: its last period, its trend, what it is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, Indented, months_with_last_year, table, trend
from salesnb.charts.scale import plottable
from salesnb.money import Formatter
from salesnb.workbooks.findings_words import Wording, period_name
from salesnb.workbooks.kpi_view import stacked
from salesnb.workbooks.review_text import Text, paragraph, small

if TYPE_CHECKING:
    from salesnb.kpis.lineage import Lineage

__all__ = [
    "Preview",
    "change_of",
    "compared_rows",
    "lineage_rows",
    "lineage_table",
    "preview_view",
    "trend_of",
    "value_of",
]

_MONTHS = 12
_SERIES = ("Month", "A year before")
_BASES = {
    "closed_on": "closed in the period",
    "created_on": "created in the period",
    "as_of": "open at its end",
    "at_start": "open before it",
}


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The figures of a preview.

    Attributes
    ----------
    name, title, formula, unit
        What is previewed.
    standing
        Whether it is kept already, and how: a phrase.
    period
        Label of the last complete period.
    value, previous, last_year
        The KPI in it, in the period before and in the same period a year before.
    earlier
        Labels of those two periods.
    months
        Label and value, 24 at most.
    partial
        Label of a month that is not over.
    notices
        What the reader should know, a sentence each.
    """

    name: str
    title: str
    formula: str
    unit: str
    standing: str
    period: str
    value: Any
    previous: Any
    last_year: Any
    earlier: tuple[str, str]
    months: tuple[tuple[str, Any], ...]
    partial: str
    lineage: "Lineage"
    notices: tuple[str, ...]
    fmt: Formatter
    fiscal_year_start: int

    @property
    def finding(self) -> str:
        """What it was in the last complete period, beside those that it is compared with."""
        now = period_name(self.period, self.fmt, self.fiscal_year_start)
        if self.value is None:
            return f"{self.title} is nothing in {now}: there is nothing that it could be computed from."
        told = [f"{self.title} was {self._said(self.value)} in {now}"]
        for label, then in zip(self.earlier, (self.previous, self.last_year), strict=True):
            if then is not None:
                change = change_of(self.fmt, self.unit, then, self.value)
                name = period_name(label, self.fmt, self.fiscal_year_start)
                told.append(f"{self._said(then)} in {name}" + (f" ({change})" if change else ""))
        return f"{told[0]}, after {' and '.join(told[1:])}." if told[1:] else f"{told[0]}."

    def _said(self, value: Any) -> str:
        return value_of(self.fmt, self.unit, value)


def preview_view(found: Preview) -> Text:
    """Show all of it: sentence, trend, what it is made of, notices."""
    head = small(
        [f"{found.name} = {found.formula}", f"Unit: {found.unit.replace('_', ' ')} · {found.standing}"]
    )
    notices = [paragraph(found.notices)] if found.notices else []
    return stacked(
        paragraph([found.finding], lead=True), head, trend_of(found), lineage_table(found.lineage), *notices
    )


def trend_of(found: Preview) -> Chart | Text:
    """Draw the last twelve months over the same months a year before."""
    months = months_with_last_year(found.months, _MONTHS)
    if not any(month.value is not None for month in months):
        return paragraph(["There is nothing in the last twelve months."])
    full = [month for month in months if month.value is not None and month.label != found.partial]
    headline = f"{found.title} by month"
    if full:
        best, least = (
            max(full, key=lambda month: month.value or 0),
            min(full, key=lambda month: month.value or 0),
        )
        ends = [
            f"{value_of(found.fmt, found.unit, plottable(month.value))} in {found.fmt.month(month.label)}"
            for month in (least, best)
        ]
        headline = f"{found.title}: {ends[0]} to {ends[1]}" if best != least else f"{found.title}: {ends[0]}"
    return trend(
        headline,
        months,
        partial=found.partial,
        names=_SERIES,
        fmt=found.fmt,
        unit=found.unit,
        subtitle="By month",
    )


def lineage_table(found: "Lineage") -> Chart:
    """Show what a KPI is made of, a row a part."""
    return table(
        "What it is made of",
        [("KPI or part",), ("Is",), ("Of the deals",), ("Reads",), ("Status",)],
        [[Indented(name, depth), *cells] for depth, name, *cells in lineage_rows(found)],
    )


def lineage_rows(found: "Lineage", depth: int = 0) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Tell what a KPI is made of: depth, name, what it is, of which deals, what it reads, and its status."""
    status = f"{found.status}, version {found.version}" if found.status and "__" not in found.name else ""
    name = f"part {found.name.rpartition('__')[2]}" if "__" in found.name else found.name
    of = _BASES.get(found.basis, "") if not found.parts else ""
    yield depth, name, found.formula, of, ", ".join(found.columns), status
    for part in found.parts:
        yield from lineage_rows(part, depth + 1)


def value_of(fmt: Formatter, unit: str, value: float | None) -> str:
    """Write a figure so that small ones stay apart: ratios below a tenth with two decimals."""
    if unit == "ratio" and value is not None and 0 < abs(value) < 0.1:
        return fmt.ratio(value, 2)
    return fmt.short(value, unit)


def change_of(fmt: Formatter, unit: str, then: float | None, now: float | None) -> str | None:
    """Write what changed: of ratios in percentage points, of all else as a share; None where it cannot be told."""
    if then is None or now is None:
        return None
    say = Wording(fmt)
    if unit == "ratio":
        return say.signed_points(now - then)
    return say.signed_share(now, then) if then else None


def compared_rows(fmt: Formatter, unit: str, groups: Sequence[tuple[str, Any, Any, Any]]) -> list[list[Any]]:
    """Write groups with their figures now, before and a year before, the largest first."""
    ranked = sorted(groups, key=lambda group: (group[1] is None, -(group[1] or 0), group[0]))
    return [
        [name, now, value_of(fmt, unit, previous), change_of(fmt, unit, previous, now), value_of(fmt, unit, last_year),
         change_of(fmt, unit, last_year, now)]
        for name, now, previous, last_year in ranked
    ]  # fmt: skip
