"""Whether people can tell what it is and whom to ask."""

from typing import TYPE_CHECKING

from salesnb.kpis.gate.check import RULES, Verdict, not_possible, passed

if TYPE_CHECKING:
    from salesnb.kpis.gate.subject import Subject

_UNITS = {
    "money": "an amount of money",
    "count": "a count",
    "ratio": "a ratio",
    "days": "a number of days",
    "money_per_day": "money per day",
}


@RULES.register("is described")
def is_described(subject: "Subject") -> Verdict:
    """Check that it has a name, a label, a unit and an owner; whether the unit fits is told by computing it."""
    found = subject.definition
    called = f"“{found.title}” ({found.name}) is {_UNITS[found.unit]}"
    if not found.owner.strip():
        return not_possible(
            f"{called}. Nobody is named who answers for it.", 'Add owner = "…" to the definition.'
        )
    return passed(f"{called}; {found.owner} answers for it.")
