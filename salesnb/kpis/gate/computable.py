"""Whether it can be computed at all on the data that is there."""

import math
from typing import TYPE_CHECKING

from salesnb.kpis.gate.check import RULES, Verdict, failed, not_possible, passed
from salesnb.kpis.gate.subject import CannotBeComputed
from salesnb.kpis.query import Query

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject


@RULES.register("can be computed")
def can_be_computed(subject: "Subject") -> Verdict:
    """Check that columns, references and units fit, and that there is a figure."""
    try:
        value = subject.whole
    except CannotBeComputed as error:
        return failed(error.what, error.hint or "Mend the expression.")
    as_of = subject.fmt.date(subject.run(Query(kpis=(subject.name,))).as_of)
    quarter = subject.quarter
    if value is None and quarter:
        return not_possible(
            f"There is nothing that it could be computed from in {quarter.label}, as of {as_of}.",
            "What is about retention needs the same quarter of the year before: import more of the past.",
        )
    if value is None:
        return not_possible(
            f"There is nothing that it could be computed from in the data as of {as_of}.",
            "Import data that it is about, or look at its conditions."
            if not subject.needs_target
            else "It is about a goal; a plan of the whole history would be needed to check it.",
        )
    if isinstance(value, float) and not math.isfinite(value):
        return failed(f"It gives {value}, which is no figure.", "Look at what it divides by.")
    days = f"in {quarter.label}," if quarter else "over all data"
    return passed(f"It gives {subject.say(value)} {days} as of {as_of}; its parts have units that fit.")
