"""Whether it gives the figures that its author worked out by hand."""

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from salesnb.kpis.gate.check import RULES, Verdict, failed, not_possible, passed
from salesnb.kpis.gate.figures import read_figure

if TYPE_CHECKING:
    from salesnb.kpis.definition import Expected
    from salesnb.kpis.gate.subject import Subject

_NOTHING = {"nothing", "null", "none", "–", "-"}
_ROUNDING = Fraction(1, 10**12)


@RULES.register("gives the expected figures")
def gives_expected_figures(subject: "Subject") -> Verdict:
    """Compare: sums and counts exactly, what is divided to the digits that were given."""
    wanted = subject.definition.expected
    if not wanted:
        return not_possible(
            "No figure is given that it should have.",
            "Work one out by hand and add it: [[expected]], value = …, period = ….",
        )
    subject.known  # noqa: B018 -- what cannot be computed is told as that
    found = [(one, _value(subject, one)) for one in wanted]
    wrong = [(one, value) for one, value in found if not agrees(one.value, value, subject)]
    if wrong:
        told = "; ".join(
            f"{_of(subject, one)} it should be {one.value} and is {subject.say(value)}"
            for one, value in wrong
        )
        return failed(f"{told[0].upper()}{told[1:]}.", "Find out which of the two is wrong, and mend it.")
    told = "; ".join(f"{_of(subject, one)} {one.value}" for one, _ in found)
    return passed(f"It gives what was worked out by hand: {told}.")


def agrees(text: str, value: Any, subject: "Subject") -> bool:
    """Tell whether a figure as written is that of the KPI.

    Raises
    ------
    BadInput
        When it is not a figure.
    """
    if text.strip().casefold() in _NOTHING:
        return value is None
    given, digits = read_figure(text)
    if value is None:
        return False
    unit = subject.definition.unit
    scale = Fraction(10) ** subject.data.meta.digits if unit.startswith("money") else Fraction(1)
    exact = Fraction(value) / scale
    if isinstance(value, int):
        return exact == given
    return abs(exact - given) <= Fraction(1, 2) / Fraction(10) ** digits + _ROUNDING


def _value(subject: "Subject", expected: "Expected") -> Any:
    start, end = expected.first, expected.last + timedelta(days=1) if expected.last else None
    if expected.period:
        period = subject.calendar.period(expected.period)
        start, end = period.start, period.end
    return subject.ask(start=start, end=end, where=expected.where).rows[0][0]


def _of(subject: "Subject", expected: "Expected") -> str:
    """Say what an expected figure is of."""
    days = [subject.fmt.date(day) if day else "" for day in (expected.first, expected.last)]
    span = expected.period or " to ".join(day for day in days if day) or "all data"
    return ", ".join((f"for {span}", *(f"{name} {value}" for name, value in expected.where)))
