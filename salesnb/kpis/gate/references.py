"""Whether what it is defined by can be relied on."""

from typing import TYPE_CHECKING

from salesnb.kpis.definition import CERTIFIED
from salesnb.kpis.gate.check import RULES, Verdict, not_possible, passed
from salesnb.kpis.language.tree import references_of

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject


@RULES.register("rests on certified KPIs")
def rests_on_certified(subject: "Subject") -> Verdict:
    """Check that every KPI that it names exists, which computing it tells, and is certified."""
    named = [subject.known.get(found.name) for found in references_of(subject.tree)]
    drafts = [kpi.name for kpi in named if kpi.status != CERTIFIED]
    if drafts:
        verb = "is a draft" if len(drafts) == 1 else "are drafts"
        return not_possible(
            f"It reads {', '.join(drafts)}, which {verb}.", f"Promote {' and '.join(drafts)} first."
        )
    if not named:
        return passed("It names no other KPI.")
    versions = ", ".join(f"{kpi.name} (version {kpi.version})" for kpi in named)
    return passed(f"It reads {versions}, certified.")
