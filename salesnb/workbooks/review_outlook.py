"""The outlook in a review: a sentence, and a table of the unit and its reps."""

from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, distribution, table
from salesnb.workbooks.findings_outlook import chance_words, level_names, prospect_sentence
from salesnb.workbooks.review_text import Text, paragraph
from salesnb.workbooks.review_track import track_text

if TYPE_CHECKING:
    from salesnb.money import Formatter
    from salesnb.workbooks.findings_outlook import Prospect
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["outlook_chart", "outlook_picture", "outlook_table", "outlook_track"]


def outlook_chart(reading: "Reading") -> Chart | Text:
    """Draw what the period may end at against the goal; in words, or not at all, where there is no outlook."""
    extract, at, found = reading.extract, reading.at, reading.extract.outlook
    if found is None or not found.quantiles or at.target is None or at.state == "over":
        # The table says why.
        return Text(plain="", html="")
    return outlook_picture(prospect_sentence(reading, found), found, reading.period, at.unit, extract.fmt)


def outlook_picture(finding: str, found: "Prospect", period: str, unit: str, fmt: "Formatter") -> Chart:
    """Draw where an outlook's amounts may end, against its target."""
    return distribution(
        finding,
        found.quantiles,
        goal=found.target,
        to_date=found.to_date,
        reached=tuple(zip(level_names(found, fmt), (amount for _, amount in found.levels), strict=True)),
        fmt=fmt,
        unit=unit,
        subtitle=f"What {period} may end at, the higher the likelier; in full colour what attains the goal",
        note=f"Told by {found.views}." if found.views else "",
    )


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
        *((level, at.unit) for level in level_names(found, extract.fmt)),
    )  # fmt: skip
    rows = [_row(reading, one) for one in (found, *found.reps)]
    drawn = bool(found.quantiles)
    return table(
        f"{extract.node.name}{' and its reps' if found.reps else ''}"
        if drawn
        else prospect_sentence(reading, found),
        columns,
        rows,
        fmt=extract.fmt,
        subtitle="How likely each quota is attained, the range of 80 of 100 cases, and what is reached with that chance",
        note=f"Told by {found.views}." if found.views and not drawn else "",
    )


def _row(reading: "Reading", one: "Prospect") -> list[Any]:
    fmt, unit = reading.extract.fmt, reading.at.unit
    ends = f"{fmt.short(one.low, unit)} to {fmt.short(one.high, unit)}"
    return [
        one.name,
        one.target,
        one.to_date,
        chance_words(one, fmt),
        ends,
        *(amount for _, amount in one.levels),
    ]


def outlook_track(reading: "Reading") -> Text:
    """Say how far such outlooks were right on the past; nothing where the page has no outlook."""
    found = reading.extract.outlook
    if found is None or reading.at.target is None or reading.at.state == "over":
        return Text(plain="", html="")
    return track_text(found.track, reading.extract.node.level, reading.extract.fmt)
