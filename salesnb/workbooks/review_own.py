"""The KPIs that a workspace defines itself: what they are now, and which version of each was used."""

from html import escape
from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, table
from salesnb.charts.text import clean
from salesnb.workbooks.kpi_preview import change_of, value_of
from salesnb.workbooks.kpi_view import stacked
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.workbooks.extract import KpiNote
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["own_kpis", "versions_line"]

_MONTHS = 12
_HEADING = "KPIs of this workspace"
_PER = {"money_per_day": ", a day", "days": ", days"}


def own_kpis(reading: "Reading") -> Text:
    """Show their figures and how they are defined; nothing where the workspace has none."""
    own, known = reading.extract.own, reading.extract.kpis
    notes = [known[name] for name in own.names if name in known]
    parts: list[Chart | Text] = []
    if notes:
        parts = [_figures(reading, notes), _definitions(notes)]
    if own.left_out:
        told = (why if name in why else f"{name}: {why}" for name, why in own.left_out)
        parts.append(paragraph(["Left out:", *told]))
    if not parts:
        return Text(plain="", html="")
    shown = stacked(*parts)
    return Text(plain=f"{_HEADING}\n\n{shown.plain}", html=f"<h2>{escape(_HEADING)}</h2>{shown.html}")


def versions_line(reading: "Reading") -> str:
    """Say which version of each was used; empty where there is none."""
    known = reading.extract.kpis
    told = [
        f"{name} {known[name].version} ({known[name].status})"
        for name in reading.extract.own.names
        if name in known
    ]
    return f"KPIs of this workspace: {', '.join(map(clean, told))}" if told else ""


def _figures(reading: "Reading", notes: "list[KpiNote]") -> Chart | Text:
    if reading.at.state == "before":
        return paragraph([f"{reading.period} has not begun; they show from the first day on."])
    windows = [window for window in ("previous", "last_year") if reading.window(window).get("window")]
    targets = reading.extract.own.targets
    columns: list[tuple[str, ...]] = [("",), ("Status",)]
    columns += [("12 months", "figure", "spark"), (reading.period, "figure")]
    for window in windows:
        columns += [(_heading(reading.compared(window)), "figure"), ("Change", "figure")]
    columns += [("Target", "figure")] if targets else []
    running = reading.at.state == "running"
    return table(
        f"{reading.period} so far" if running else f"{reading.period} as it ended",
        columns,
        [_row(reading, note, windows) for note in notes],
        fmt=reading.extract.fmt,
        note="Rates change in percentage points. A draft has not stood every check yet.",
    )


def _row(reading: "Reading", note: "KpiNote", windows: list[str]) -> list[Any]:
    fmt, targets = reading.extract.fmt, reading.extract.own.targets
    now = _number(reading.window("period").get(note.name))
    series = [row.get(note.name) for row in reading.extract.table("by_month")[-_MONTHS:]]
    row: list[Any] = [
        note.label + _PER.get(note.unit, ""),
        note.status,
        series,
        value_of(fmt, note.unit, now),
    ]
    for window in windows:
        then = _number(reading.window(window).get(note.name))
        row += [value_of(fmt, note.unit, then), change_of(fmt, note.unit, then, now)]
    if targets:
        row.append(value_of(fmt, note.unit, targets.get(note.name)))
    return row


def _definitions(notes: "list[KpiNote]") -> Chart:
    rows = [
        [
            note.label,
            note.formula,
            note.owner or None,
            " ".join(part for part in (_version(note), note.why_draft) if part),
        ]
        for note in notes
    ]
    return table("How they are defined", [("KPI",), ("Definition",), ("Owner",), ("Version",)], rows)


def _version(note: "KpiNote") -> str:
    return f"{note.version} {note.status}." if note.why_draft else f"{note.version} {note.status}"


def _heading(words: str) -> str:
    return words.replace("the same days of ", "") + (", same days" if "same days" in words else "")


def _number(value: object) -> float | int | None:
    return value if isinstance(value, int | float) else None
