"""Goals that are not split, beside what each KPI is at the node."""

from typing import TYPE_CHECKING

from salesnb.charts import Chart, table
from salesnb.workbooks.review_text import Text

if TYPE_CHECKING:
    from salesnb.workbooks.findings_held import HeldTarget
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["held_goals"]

_WORDS = {"at_least": "at least", "at_most": "at most"}


def held_goals(reading: "Reading") -> Chart | Text:
    """Show them beside what each KPI is here; empty where there are none."""
    kpis = reading.extract.kpis
    found = [one for one in reading.extract.held if one.kpi in kpis]
    if not found:
        return Text(plain="", html="")
    values = [_value(reading, one) for one in found]
    known = [one.holds(value) for one, value in zip(found, values, strict=True) if value is not None]
    fmt, say = reading.extract.fmt, reading.say
    kept = say.fmt.count(sum(known)) if any(known) else "None"
    of = say.count(len(known), "goal")
    rows = [
        [
            kpis[one.kpi].label,
            f"{_WORDS[one.direction]} {fmt.value(one.target, kpis[one.kpi].unit)}",
            None if value is None else fmt.value(value, kpis[one.kpi].unit),
            None if value is None else "yes" if one.holds(value) else "no",
        ]
        for one, value in zip(found, values, strict=True)
    ]
    so_far = " so far" if reading.at.state == "running" else ""
    finding = (
        f"{kept} of {of} that {'is' if len(known) == 1 else 'are'} not split {'holds' if sum(known) == 1 else 'hold'}{so_far}."
        if known
        else "Nothing is known yet of the goals that are not split."
    )
    note = "They do not add up over teams. What is open counts on the last day."
    columns = [("Goal",), ("Asked", "figure"), (reading.period, "figure"), ("Holds",)]
    return table(finding, columns, rows, fmt=fmt, note=note)


def _value(reading: "Reading", one: "HeldTarget") -> float | int | None:
    value = reading.window("period").get(one.kpi) if reading.at.state != "before" else None
    return value if isinstance(value, int | float) else None
