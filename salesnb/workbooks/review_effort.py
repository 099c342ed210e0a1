"""Effort in a review: planned and used, segment by segment, and what it brought; nothing without any."""

from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, table
from salesnb.workbooks.findings_effort import EffortLine, EffortNote
from salesnb.workbooks.findings_words import capital
from salesnb.workbooks.review_text import Text

if TYPE_CHECKING:
    from salesnb.workbooks.findings_words import Wording

__all__ = ["effort_table"]

_NOTHING = Text(plain="", html="")


def effort_table(note: EffortNote | None, say: "Wording") -> Chart | Text:
    """Show what each segment was to use and used, and the return on it; empty where no effort is known."""
    if note is None or not note.lines:
        return _NOTHING
    is_planned = any(line.planned is not None for line in note.lines)
    columns = [
        ("Segment",),
        ("Resource",),
        *([("Planned", "figure")] if is_planned else []),
        ("Used", "figure"),
    ]
    columns += [("Won", "money"), ("Won for one", "figure"), ("A won deal took", "figure")]
    return table(
        _finding(note, say),
        columns,
        [_row(line, say, is_planned=is_planned) for line in note.lines],
        fmt=say.fmt,
        subtitle=f"Effort of {_months(note, say)}, and what was won in the same time",
        note="Won for one: for each unit of money, hour or head used. What else sells is in it too.",
    )


def _row(line: EffortLine, say: "Wording", *, is_planned: bool) -> list[Any]:
    fmt = say.fmt
    brought = None
    if line.brought is not None:
        brought = fmt.number(line.brought, 2) if line.unit == "money" else fmt.money(line.brought)
    planned = [None if line.planned is None else _amount(line, line.planned, say)] if is_planned else []
    took = None
    if line.cost is not None:
        took = fmt.money(line.cost) if line.unit == "money" else fmt.number(line.cost, 1)
    return [
        line.segment, capital(line.resource), *planned, _amount(line, line.used, say), line.won_amount, brought, took,
    ]  # fmt: skip


def _finding(note: EffortNote, say: "Wording") -> str:
    """Name the line that is furthest from its plan; without a plan what was used of the first resource."""
    planned = [(line, line.planned) for line in note.lines if line.planned]
    if planned:
        line, plan = max(planned, key=lambda one: abs(one[0].used / one[1] - 1))
        used, of = (_amount(line, value, say) for value in (line.used, plan))
        return f"{line.segment} used {used} of {of} planned of {line.resource}."
    line = max(
        (one for one in note.lines if one.resource == note.lines[0].resource), key=lambda one: one.used
    )
    return f"{line.segment} used {_amount(line, line.used, say)} of {line.resource}."


def _amount(line: EffortLine, value: float, say: "Wording") -> str:
    if line.unit == "money":
        return say.fmt.money(value)
    return f"{say.fmt.count(round(value))} {line.counts}".rstrip()


def _months(note: EffortNote, say: "Wording") -> str:
    first, last = say.fmt.month(note.months[0]), say.fmt.month(note.months[-1])
    named = first if len(note.months) == 1 else f"{first} to {last}"
    return f"{named}, {len(note.months)} of {say.count(note.of_months, 'month')}"
