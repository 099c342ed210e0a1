"""The outlook in a review: a sentence, and a table of the unit and its reps."""

from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, table
from salesnb.workbooks.findings_outlook import prospect_sentence
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.workbooks.findings_outlook import Prospect
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["outlook_table"]


def outlook_table(reading: "Reading") -> Chart | Text:
    """Show how likely the unit and its reps attain their quotas, and within what they end; in words without an outlook."""
    extract, at = reading.extract, reading.at
    found = extract.outlook
    if at.target is None:
        return paragraph(["Without a goal there is nothing to attain."])
    if at.state == "over":
        return paragraph([f"{reading.period} is over; nothing of it is to come."])
    if found is None:
        return paragraph(
            [
                f"There is no outlook: too little of {at.label.lower()} is known, or the goal is of another period."
            ]
        )
    columns = (
        ("",), ("Quota", at.unit), ("To date", at.unit), ("P(attain)", "figure"), ("Ends between", "figure"),
        ("Nine in ten", at.unit), ("Even", at.unit), ("One in five", at.unit),
    )  # fmt: skip
    rows = [_row(reading, one) for one in (found, *found.reps)]
    return table(
        prospect_sentence(reading, found),
        columns,
        rows,
        fmt=extract.fmt,
        subtitle="How likely each quota is attained, the range of 80 of 100 cases, and what is reached with that chance",
        note=f"Told by {found.views}." if found.views else "",
    )


def _row(reading: "Reading", one: "Prospect") -> list[Any]:
    fmt, unit = reading.extract.fmt, reading.at.unit
    ends = f"{fmt.short(one.low, unit)} to {fmt.short(one.high, unit)}"
    return [one.name, one.target, one.to_date, _chance(reading, one), ends, one.commit, one.even, one.stretch]


def _chance(reading: "Reading", one: "Prospect") -> str | None:
    if not one.target:
        return None
    if one.to_date >= one.target:
        return "reached"
    return None if one.probability is None else reading.extract.fmt.ratio(one.probability, 0)
