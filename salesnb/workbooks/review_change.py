"""What changed against last year, or the period before: a waterfall that adds up exactly."""

from typing import TYPE_CHECKING

from salesnb.charts import Chart, waterfall
from salesnb.workbooks.findings import change_sentence
from salesnb.workbooks.findings_change import GRAIN, METHOD
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["change_chart"]


def change_chart(reading: "Reading") -> Chart | Text:
    """Draw the effects from then to now; in words where nothing is known of then."""
    found = reading.change
    if found is None or reading.at.state == "before":
        return paragraph(["There is no earlier period to compare with."])
    then = reading.compared(found.window).replace("the same days of ", "")
    subtitle = f"Won amount, {reading.period} against {reading.compared(found.window)}, by what changed it"
    return waterfall(
        change_sentence(reading),
        (then, found.base),
        [(effect.label, effect.amount) for effect in found.effects],
        (reading.period, found.actual),
        fmt=reading.extract.fmt,
        subtitle=subtitle,
        note=f"Closed deals x win rate x deal size; mix is what comes of selling other {GRAIN}s. "
        f"{METHOD}, by {GRAIN}; it adds up exactly.",
    )
