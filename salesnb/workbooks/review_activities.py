"""Activities in a review and in a plan: how many the roadmap takes, and where the time goes; nothing without any."""

from fractions import Fraction
from typing import TYPE_CHECKING

from salesnb.charts import Chart, bars, table
from salesnb.workbooks.findings_activities import ActivityNeed, ActivityNote
from salesnb.workbooks.findings_words import capital
from salesnb.workbooks.review_text import Text

if TYPE_CHECKING:
    from salesnb.workbooks.findings_words import Wording

__all__ = ["activity_table", "time_chart"]

_NOTHING = Text(plain="", html="")


def activity_table(note: ActivityNote | None, say: "Wording") -> Chart | Text:
    """Show how many activities a deal takes, and how many the deals to create by now do; empty without activities."""
    if note is None or not note.needs:
        return _NOTHING
    told = any(need.by_now is not None for need in note.needs)
    columns = [("Activity",), ("A deal created", "figure"), ("Spread", "figure"), ("A deal won", "figure")]
    columns += [("Needed by now", "figure"), ("Done", "figure")] if told else []
    return table(
        _finding(note, say),
        columns,
        [_row(need, say, told=told) for need in note.needs],
        fmt=say.fmt,
        subtitle="Activities that a deal took in the twelve months before, and those that the deals to create take",
        note="Spread: eight of ten months. A deal won takes those of all the deals created for it.",
    )


def _row(need: ActivityNeed, say: "Wording", *, told: bool) -> list[str | None]:
    fmt = say.fmt
    spread = None
    if need.low is not None and need.high is not None:
        spread = f"{fmt.number(need.low)} to {fmt.number(need.high)}"
    row = [
        need.label,
        fmt.number(need.per_created),
        spread,
        None if need.per_won is None else fmt.number(need.per_won),
    ]
    if told:
        row += [
            None if need.by_now is None else fmt.count(round(need.by_now)),
            None if need.done is None else fmt.count(need.done),
        ]
    return row


def _finding(note: ActivityNote, say: "Wording") -> str:
    """Name the kind that is furthest behind what the deals to create take."""
    behind = [
        (need.done / need.by_now, need)
        for need in note.needs
        if need.by_now and need.done is not None and need.done < need.by_now
    ]
    if not behind:
        first = note.needs[0]
        return f"A deal takes {say.fmt.number(first.per_created)} {first.label.lower()}."
    share, worst = min(behind, key=lambda pair: pair[0])
    of = say.fmt.count(round(worst.by_now or 0))
    return f"{worst.label} are at {say.share(share)} of the {of} that the deals to create by now take."


def time_chart(note: ActivityNote | None, say: "Wording", period: str) -> Chart | Text:
    """Draw the share of the minutes by segment; empty where no minutes are known."""
    if note is None or not note.time:
        return _NOTHING
    whole = sum(minutes for _, minutes in note.time)
    top, most = note.time[0]
    return bars(
        capital(f"{top} got {say.share(Fraction(most, whole))} of the time in activities."),
        [(name, minutes / whole) for name, minutes in note.time],
        measure="Share",
        fmt=say.fmt,
        unit="ratio",
        subtitle=f"Share of the minutes in activities by segment, {period} so far",
        note=f"{say.fmt.count(whole)} minutes; activities without minutes count as none.",
    )
