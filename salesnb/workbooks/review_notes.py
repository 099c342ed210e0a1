"""The words of a review: title, finding, what to improve, what is not known, and where the figures come from."""

from typing import TYPE_CHECKING

from salesnb.charts import Chart, table
from salesnb.workbooks.findings import finding
from salesnb.workbooks.findings_caveats import caveats
from salesnb.workbooks.findings_improve import observations
from salesnb.workbooks.review_own import versions_line
from salesnb.workbooks.review_text import Point, Text, heading, paragraph, points, small

if TYPE_CHECKING:
    from salesnb.workbooks.extract import Origin
    from salesnb.workbooks.findings_reading import Reading

__all__ = [
    "definitions",
    "improve",
    "lead",
    "no_segments",
    "origin_lines",
    "provenance",
    "stated_as_of",
    "title",
    "unknown",
]

_DEFINED = (
    "won_amount", "won_count", "win_rate", "win_rate_value", "average_deal", "median_cycle_days", "created_amount",
    "open_count", "open_amount", "weighted_amount", "sales_velocity",
)  # fmt: skip
_SHORT = 12


def title(reading: "Reading") -> Text:
    """Name the review, its plan, and the day as of which it holds."""
    extract = reading.extract
    node, origin = extract.node, extract.origin
    kind = "" if node.level in {"company", "rep"} else f"{node.level.replace('_', ' ').capitalize()} "
    place = ", ".join(part for part in (node.parent_name, extract.company) if part)
    who = f"Manager: {node.manager}" if node.manager and node.manager != node.name else ""
    plan = f"Plan {origin.plan}, revision {origin.plan_revision}" if origin.plan else "No plan"
    as_of = stated_as_of(reading.say.date(origin.as_of), origin.caution, restated=origin.restated)
    where = f"{kind}{'in ' if kind else ''}{place}" if place else kind.strip()
    return heading(
        f"{node.name}: KPI review {reading.period}",
        [" · ".join(part for part in (as_of, plan, where, who) if part)],
    )


def stated_as_of(day: str, caution: str, *, restated: bool = False) -> str:
    """Say as of when the data is, what is wrong with it where that was accepted, and by whose organisation it is told.

    Examples
    --------
    >>> stated_as_of("Dec 31, 2017", "older than the 3 days allowed")
    'Data as of Dec 31, 2017 (older than the 3 days allowed)'
    """
    organisation = ", by the organisation of that day" if restated else ""
    return f"Data as of {day}{organisation}" + (f" ({caution})" if caution else "")


def lead(reading: "Reading") -> Text:
    """Give the review in one paragraph."""
    return paragraph(finding(reading), lead=True)


def no_segments(reading: "Reading") -> Text:
    """Say why there is no breakdown by segment."""
    if reading.extract.segment_dimension in {"", "product"}:
        return paragraph(["The data has no segments beside products."])
    name = reading.extract.segment_dimension.replace("_", " ")
    return paragraph([f"There are no figures by {name} in {reading.period}."])


def improve(reading: "Reading") -> Text:
    """List what to improve."""
    found = observations(reading)
    if not found:
        return paragraph(
            [
                "No rule found anything worth two per cent of the goal. Keep going, and look at the tables above."
            ]
        )
    return points([Point(what=o.what, detail=o.detail, basis=o.basis) for o in found], ranked=True)


def unknown(reading: "Reading") -> Text:
    """List what is not known."""
    return (
        points(caveats(reading))
        if caveats(reading)
        else paragraph(["Nothing was set aside, and no date is missing."])
    )


def definitions(reading: "Reading") -> Chart | Text:
    """Show how KPIs are defined, with the version and status of each."""
    known = reading.extract.kpis
    goal = reading.extract.goal
    names = dict.fromkeys((*([goal.kpi] if goal else []), *_DEFINED))
    rows = [
        [known[name].label, known[name].formula, f"{known[name].version} {known[name].status}".strip()]
        for name in names
        if name in known
    ]
    return table("How the KPIs are defined", [("KPI",), ("Definition",), ("Version", "figure")], rows)


def provenance(reading: "Reading") -> Text:
    """Say where the figures come from."""
    extract = reading.extract
    basis = f"Goal by {extract.goal.basis}." if extract.goal and extract.goal.basis else ""
    return small(
        [*origin_lines(extract.origin, reading.say.date(extract.origin.as_of)), versions_line(reading), basis]
    )


def origin_lines(origin: "Origin", as_of: str) -> tuple[str, ...]:
    """Name the data, plan, package and template behind a workbook."""
    parts = (
        f"Data {origin.data_fingerprint[:_SHORT]} as of {as_of}",
        f"plan {origin.plan}, revision {origin.plan_revision}" if origin.plan else "no plan",
        f"template {origin.template}" if origin.template else "",
        f"salesnb {origin.package}" if origin.package else "",
    )
    return (" · ".join(part for part in parts if part),)
