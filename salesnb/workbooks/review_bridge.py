"""What moved in the open pipeline since an earlier import: a waterfall that adds up exactly."""

from typing import TYPE_CHECKING

from salesnb.charts import Chart, waterfall
from salesnb.money import Formatter
from salesnb.workbooks.findings_bridge import Since, beside_sentence, bridge_sentence, restated_sentence
from salesnb.workbooks.findings_words import Wording
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["bridge_chart", "restated_note", "since_chart"]

_NOTHING = Text(plain="", html="")


def bridge_chart(found: Since, fmt: Formatter, *, note: str = "") -> Chart:
    """Draw the open pipeline from then to now."""
    say = Wording(fmt)
    within = f" expected to close in {found.within}" if found.within else ""
    beside = beside_sentence(found, say)
    ends = fmt.date(found.since), fmt.date(found.as_of)
    start, end = ends if ends[0] != ends[1] else ("Before", ends[1])
    return waterfall(
        bridge_sentence(found, say),
        (start, found.row.then.amount),
        found.steps,
        (end, found.row.now.amount),
        fmt=fmt,
        subtitle=f"Expected amount of open deals{within}, by what moved it",
        note=" ".join(part for part in (beside, note) if part),
    )


def since_chart(reading: "Reading") -> Chart | Text:
    """Draw what moved since the import before; nothing where none is known."""
    found = reading.extract.since
    if found is None:
        return _NOTHING
    if not found.row.effects:
        sentences = [bridge_sentence(found, reading.say), beside_sentence(found, reading.say)]
        return paragraph(sentences)
    return bridge_chart(found, reading.extract.fmt, note="Each deal counts once; it adds up exactly.")


def restated_note(reading: "Reading") -> Text:
    """Say so where a figure is not what an earlier page said; nothing where it is."""
    found = reading.extract.since
    told = restated_sentence(found, reading.say, reading.period) if found else ""
    return paragraph([told]) if told else _NOTHING
