"""The company's page over a run: how it stands, and a row a team."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup

from salesnb.charts import Chart
from salesnb.charts.sheet import Sheet
from salesnb.charts.sparkline import draw_line
from salesnb.money import Formatter
from salesnb.workbooks.html.page import environment, language, style
from salesnb.workbooks.html.svg import safe_svg

__all__ = ["IndexPage", "IndexRow", "render_index"]

# As the reviews have it: within two per cent of what is due by now counts as on pace.
_SLACK = 0.02
_SPARK, _SPARK_HEIGHT, _SHORTEST_TREND = 120, 28, 2


@dataclass(frozen=True, kw_only=True)
class IndexRow:
    """One team on the company's page.

    Attributes
    ----------
    group
        Name of the node above it; rows of one group stand together, in the order given.
    status
        ``ok`` or ``failed``.
    reason
        Why it failed.
    href
        Its page from the run's folder; empty when there is none.
    won, goal
        In the goal's unit; None where there is none.
    attainment, pace
        Ratios: won to goal, and won to what the season asks for by now.
    is_over
        Whether the period is: a goal is missed only then.
    trend
        The KPI by month, the oldest first.
    """

    name: str
    group: str = ""
    status: str = "ok"
    reason: str = ""
    href: str = ""
    won: float | None = None
    goal: float | None = None
    attainment: float | None = None
    pace: float | None = None
    is_over: bool = False
    trend: tuple[float | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IndexPage:
    """The company's page.

    Attributes
    ----------
    title
        Such as ``KPI reviews 2017-Q4``.
    company
        Its name.
    facts
        Short texts above the title: data as of, plan and revision.
    finding
        How the company stands, a sentence.
    chart
        The company against its goal.
    plan_href
        The plan's own workbook; empty when there is none.
    measure
        What ``won`` counts, such as ``Won amount``.
    group_label, row_label
        What a group and a row are: ``Region``, ``Team``.
    provenance
        Short texts at the foot.
    """

    title: str
    company: str
    rows: tuple[IndexRow, ...]
    total: IndexRow
    facts: tuple[str, ...] = ()
    finding: str = ""
    chart: Chart | None = None
    plan_href: str = ""
    measure: str = "Won"
    unit: str = "money"
    row_label: str = "Team"
    provenance: tuple[str, ...] = ()
    fmt: Formatter = field(default_factory=Formatter)


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A row as it is printed."""

    row: IndexRow
    won: str
    goal: str
    attainment: str
    bar: str
    pace: str
    pace_words: str
    standing: str
    trend: Markup


def render_index(page: IndexPage) -> str:
    """Render the company's page: one file that needs no script, for the screen, a phone and paper."""
    groups = [(name, list(rows)) for name, rows in groupby(page.rows, key=lambda row: row.group)]
    numbered = _numbered(page, groups)
    return (
        environment()
        .get_template("index.html.j2")
        .render(
            page=page,
            language=language(page.fmt.locale),
            style=style("index"),
            chart=_chart(page.chart),
            groups=numbered,
            grouped=any(name for name, _ in groups),
            total=_shown(page, page.total, "total"),
            failed=sum(row.status == "failed" for row in page.rows),
        )
    )


def _numbered(
    page: IndexPage, groups: Sequence[tuple[str, Sequence[IndexRow]]]
) -> list[tuple[str, list[_Shown]]]:
    return [
        (name, [_shown(page, row, f"r{place}-{number}") for number, row in enumerate(rows)])
        for place, (name, rows) in enumerate(groups)
    ]


def _shown(page: IndexPage, row: IndexRow, prefix: str) -> _Shown:
    standing, words = _standing(row)
    return _Shown(
        row=row,
        won=page.fmt.short(row.won, page.unit),
        goal=page.fmt.short(row.goal, page.unit),
        attainment=page.fmt.ratio(row.attainment),
        bar="" if row.attainment is None else f"{min(max(row.attainment, 0.0), 1.0) * 100:.1f}%",
        pace=page.fmt.ratio(row.pace),
        pace_words=words,
        standing=standing,
        trend=_trend(page, row, prefix),
    )


def _standing(row: IndexRow) -> tuple[str, str]:
    """Say how a pace is to be read; the words carry it, the colour only repeats it."""
    if row.pace is None:
        return "", ""
    if row.attainment is not None and row.attainment >= 1:
        return "good", "goal reached"
    if row.is_over:
        return "bad", "goal missed"
    if row.pace < 1 - _SLACK:
        return "bad", "behind"
    return "good", "on pace" if row.pace <= 1 + _SLACK else "ahead"


def _trend(page: IndexPage, row: IndexRow, prefix: str) -> Markup:
    """Draw the months as a line; the figures stand in the other columns."""
    if len([value for value in row.trend if value is not None]) < _SHORTEST_TREND:
        return Markup("")
    sheet = Sheet(_SPARK)
    draw_line(sheet, row.trend, width=_SPARK, height=_SPARK_HEIGHT)
    drawing = sheet.finish(_SPARK_HEIGHT)
    said = [page.fmt.short(value, page.unit) for value in row.trend]
    svg = drawing.svg(title=f"{page.measure} by month", description=", ".join(said))
    return Markup(safe_svg(svg, prefix=prefix))  # noqa: S704 -- went through safe_svg


def _chart(chart: Chart | None) -> Markup:
    """Draw the company's chart in both layouts."""
    return Markup("").join(_layouts(chart)) if chart else Markup("")


def _layouts(chart: Chart) -> Iterator[Markup]:
    for kind, width in (("wide", 720), ("narrow", 360)):
        svg = safe_svg(chart.svg(width), prefix=f"top-{kind}")
        yield Markup(f'<div class="snb-{kind}">{svg}</div>')  # noqa: S704 -- went through safe_svg
