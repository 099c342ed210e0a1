"""What it is in a period in which nothing happened."""

from datetime import date
from typing import TYPE_CHECKING

from salesnb.kpis.gate.check import RULES, Verdict, failed, passed
from salesnb.kpis.gate.expression import is_null_of_nothing
from salesnb.kpis.kpi import CLOSED, CREATED
from salesnb.kpis.language.dates import dates_of

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject

_BEFORE = "1901"


@RULES.register("is nothing in an empty period")
def is_nothing_of_nothing(subject: "Subject") -> Verdict:
    """Ask for a year before all data: sums and counts are zero, ratios and quantiles are null.

    What is open on a day is asked for after the as-of day instead, where nothing is known yet: that is null.
    """
    if dates_of(subject.kpi, subject.known) <= {CLOSED, CREATED}:
        period = subject.calendar.period(_BEFORE)
        null = is_null_of_nothing(subject.tree, subject.known)
        wanted, asked = None if null else 0, f"In {_BEFORE}, before all data,"
    else:
        after = date(subject.data.meta.as_of.year + 1, subject.data.meta.as_of.month, 1)
        period = subject.calendar.containing(after, "month")
        wanted, asked = None, f"In {period.label}, which nobody knows yet,"
    value = subject.ask(start=period.start, end=period.end).rows[0][0]
    if value == wanted and (value is None) == (wanted is None):
        return passed(f"{asked} it is {subject.say(value)}.")
    return failed(
        f"{asked} it is {subject.say(value)} and should be {subject.say(wanted)}.",
        "Sums and counts of nothing are 0, ratios and quantiles of nothing are nothing: do not add a number to them.",
    )
