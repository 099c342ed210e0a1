"""The roadmap in a review: milestones with their spread, deals to create and pipeline to hold, beside what there is."""

from typing import TYPE_CHECKING

from salesnb.charts import Chart, table
from salesnb.workbooks.findings_roadmap import RoadmapNote, RoadmapStep, basis_sentence, milestones_met
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.money import Formatter
    from salesnb.workbooks.findings_words import Wording

__all__ = ["lead_finding", "lead_table", "roadmap_finding", "roadmap_table"]


def roadmap_table(note: RoadmapNote | None, say: "Wording", unit: str) -> Chart | Text:
    """Show what is due by the end of each month, the spread of the season, and what there is."""
    if note is None:
        return paragraph(["There is no roadmap: the goal has no milestones, or it is of another period."])
    steps = [step for step in note.steps if step.to_date is not None]
    told = [f"Season: {note.season}." if note.season else ""]
    told += [f"Spread: eight in ten of {note.past}."] if note.past else []
    columns = [("Month",), ("Due", "figure"), ("Adding up to", "figure"), ("Reached", "figure")]
    columns += [("Spread", "figure")] if note.past else []
    return table(
        roadmap_finding(note, say, unit) or "What is due by the end of each month",
        columns,
        [
            [
                _month(step, say),
                *(_short(value, say.fmt, unit) for value in (step.due, step.to_date, step.actual)),
                *([_spread(step, say.fmt, unit)] if note.past else []),
            ]
            for step in steps
        ],
        fmt=say.fmt,
        note=" ".join(filter(None, told)),
    )


def lead_table(note: RoadmapNote | None, say: "Wording", unit: str) -> Chart | Text:
    """Show the deals to create in each month and the pipeline to hold, beside what there is; empty where not told."""
    if note is None or note.win_rate is None:
        return Text(plain="", html="")
    return table(
        lead_finding(note, say) or "Deals to create for the goal, and pipeline to hold",
        [
            ("Month",),
            ("To create", "figure"),
            ("Created", "figure"),
            ("To hold open", "figure"),
            ("Open", "figure"),
        ],
        [
            [
                _month(step, say),
                None if step.create is None else say.fmt.count(round(step.create)),
                None if step.created is None else say.fmt.count(step.created),
                _short(step.hold, say.fmt, unit),
                _short(step.held, say.fmt, unit),
            ]
            for step in note.steps
            if step.create is not None
        ],
        fmt=say.fmt,
        subtitle="Deals to create in each month, and open pipeline to hold at its end",
        note=f"{basis_sentence(note, say, unit)} Pipeline is for an even chance, if the deals to create come.",
    )


def _month(step: RoadmapStep, say: "Wording") -> str:
    """Name a month on one line."""
    name = say.fmt.month(step.label) + (" so far" if step.state == "running" else "")
    return name.replace(" ", "\u00a0")


def _spread(step: RoadmapStep, fmt: "Formatter", unit: str) -> str | None:
    if step.low is None or step.high is None:
        return None
    return f"{fmt.short(step.low, unit)} to {fmt.short(step.high, unit)}"


def _short(value: float | None, fmt: "Formatter", unit: str) -> str | None:
    return None if value is None else fmt.short(round(value), unit)


def roadmap_finding(note: RoadmapNote, say: "Wording", unit: str) -> str:
    """Say how many milestones were met, and where the last stands within the spread; empty before the first."""
    met, over = milestones_met(note)
    last = next((step for step in reversed(note.steps) if step.state == "over" and step.to_date), None)
    if not over or last is None:
        return ""
    head = f"{say.fmt.count(met) if met else 'None'} of {say.count(over, 'milestone')} {'was' if met < 2 else 'were'} met"
    if over == 1:
        head = f"The milestone of {say.fmt.month(last.label)} was {'met' if met else 'not met'}"
    actual, reached = last.actual or 0, say.amount(last.actual or 0, unit)
    where = f": {reached} of {say.amount(last.to_date, unit)} by the end of {say.fmt.month(last.label)}"
    if last.low is None or last.high is None or met == over:
        return f"{head}{where}."
    inside = "within" if last.low <= actual <= last.high else "below" if actual < last.low else "above"
    return f"{head}{where}, {inside} what the season's spread leaves."


def lead_finding(note: RoadmapNote, say: "Wording") -> str:
    """Say whether as many deals were created by now as the goal takes; empty where that is not told."""
    if note.create_by_now is None or note.created_by_now is None:
        return ""
    needed, created = round(note.create_by_now), note.created_by_now
    first = next(step for step in note.steps if step.create is not None)
    gap = created - needed
    verdict = "as many" if not gap else f"{say.count(abs(gap), 'deal')} {'more' if gap > 0 else 'fewer'}"
    return (
        f"Since the start of {say.fmt.month(first.label)} {say.count(created, 'deal')}"
        f" {'was' if created == 1 else 'were'} created, {verdict} {'as' if not gap else 'than'} the goal takes."
    )
