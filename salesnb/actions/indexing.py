"""The company's page over a run: how it stands, and a row a unit."""

from typing import TYPE_CHECKING

from salesnb import __version__
from salesnb.charts import Chart, Measure, bullet
from salesnb.money import Formatter
from salesnb.workbooks.extract import ReviewExtract, review_from_document
from salesnb.workbooks.findings_standing import Standing, standing
from salesnb.workbooks.findings_words import period_name
from salesnb.workbooks.index import IndexPage, IndexRow
from salesnb.workbooks.paths import page_name
from salesnb.workbooks.review_notes import stated_as_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesnb.actions.extracts import Extract
    from salesnb.actions.facts import Facts
    from salesnb.planning import Plan
    from salesnb.workbooks.jobs import Result, RunReport
    from salesnb.workspace import Workspace

__all__ = ["index_page"]

PLAN_ID = "plan"
_TREND_MONTHS = 13


def index_page(
    workspace: "Workspace",
    plan: "Plan",
    facts: "Facts",
    extracts: "Sequence[Extract]",
    company: "Extract",
    report: "RunReport",
) -> IndexPage:
    """Describe the index of a run; units stand in the order of the organisation, one that failed with its reason."""
    results = {result.id: result for result in report.results}
    whole = review_from_document(company.content)
    at = standing(whole)
    fmt = workspace.settings.formatter
    rows = tuple(_row(extract, results.get(extract.id)) for extract in extracts)
    return IndexPage(
        title=f"KPI reviews {_period(facts, fmt)}",
        company=workspace.settings.company,
        rows=rows,
        total=_figures(workspace.settings.company, whole, at),
        facts=(
            stated_as_of(fmt.date(facts.as_of), facts.caution, restated=facts.restated),
            f"Plan {plan.name}, revision {plan.revision}",
        ),
        finding=_finding(rows, at, facts.by),
        chart=_chart(at, facts, fmt),
        plan_href=_page(results.get(PLAN_ID)),
        measure=at.label,
        unit=at.unit,
        row_label=facts.by.capitalize(),
        provenance=(f"Data {facts.data.meta.fingerprint[:8]}", f"salesnb {__version__}"),
        fmt=fmt,
    )


def _row(extract: "Extract", result: "Result | None") -> IndexRow:
    review = review_from_document(extract.content)
    row = _figures(extract.name, review, standing(review), group=extract.group)
    if result is None:
        return row
    failed = result.status == "failed"
    return IndexRow(
        **{
            **vars(row),
            "status": "failed" if failed else "ok",
            "reason": result.reason if failed else "",
            "href": "" if failed else _page(result),
        }
    )


def _figures(name: str, review: ReviewExtract, at: Standing, group: str = "") -> IndexRow:
    return IndexRow(
        name=name,
        group=group,
        won=at.actual,
        goal=at.target,
        attainment=None if at.attainment is None else float(at.attainment),
        pace=at.actual / at.due if at.due else None,
        is_over=at.state == "over",
        trend=tuple(row.get(at.kpi) for row in review.table("by_month")[-_TREND_MONTHS:]),
    )


def _page(result: "Result | None") -> str:
    return page_name(result.slug) if result and result.status != "failed" else ""


def _chart(at: Standing, facts: "Facts", fmt: Formatter) -> Chart | None:
    if not at.target:
        return None
    measure = Measure(
        "", at.actual, at.target, at.due if at.state == "running" else None, at.last_year, at.unit
    )
    return bullet(
        _standing_words(at, fmt),
        (measure,),
        fmt=fmt,
        unit=at.unit,
        subtitle=f"{at.label}, {_period(facts, fmt)}",
    )


def _period(facts: "Facts", fmt: Formatter) -> str:
    return period_name(facts.period.label, fmt, facts.calendar.year_start)


def _standing_words(at: Standing, fmt: Formatter) -> str:
    won, share = fmt.short(at.actual, at.unit), fmt.ratio(float(at.attainment or 0), 0)
    if at.pace == "reached":
        return f"The goal is reached: {won}, {share} of it"
    if at.pace == "missed":
        return f"The goal was missed by {fmt.short(at.to_go, at.unit)}: {won}, {share} of it"
    gap = at.ahead or 0
    words = {"ahead": f"{fmt.short(gap, at.unit)} ahead of", "behind": f"{fmt.short(-gap, at.unit)} behind"}
    return f"{won} so far, {words.get(at.pace, 'on')} the plan's pace"


def _finding(rows: "Sequence[IndexRow]", at: Standing, by: str) -> str:
    """Count who has reached the goal, or is on pace for it, and name who is furthest behind."""
    over = at.state == "over"
    measured = [row for row in rows if (row.attainment if over else row.pace) is not None]
    if not measured:
        return ""
    reached = [row for row in measured if _share(row, over=over) >= (1.0 if over else 0.98)]
    last = min(measured, key=lambda row: _share(row, over=over))
    verb = "reached the goal" if over else "on pace"
    are = "" if over else (" is" if len(reached) == 1 else " are")
    told = f"{len(reached)} of {len(measured)} {by}s{are} {verb}." if len(measured) > 1 else ""
    if len(reached) == len(measured):
        return told
    share = f"{100 * _share(last, over=over):.0f}%"
    return f"{told} {last.name} is furthest behind, at {share} of {'its goal' if over else 'what is due by now'}.".strip()


def _share(row: IndexRow, *, over: bool) -> float:
    return float((row.attainment if over else row.pace) or 0)
