"""Whether yesterday's number changes when late data arrives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.counting import counted
from salesnb.crm.history import known_at
from salesnb.errors import SalesnbError
from salesnb.kpis.gate.check import RULES, Verdict, failed, not_possible, passed
from salesnb.kpis.query import Query

if TYPE_CHECKING:
    from salesnb.calendar import Period
    from salesnb.kpis.gate.subject import Subject

_MONTHS = 12
# Each takes a query of its own.
_TRUNCATED = 6
_IMPORTS = 6
_SHOWN = 2


@dataclass(frozen=True, kw_only=True)
class Told:
    """A closed month, as it was told on an earlier day and as it is told now."""

    month: str
    on: date
    then: Any
    now: Any


@RULES.register("what it says of the past stays")
def stays(subject: "Subject") -> Verdict:
    """Compare closed months as told then and now: by the imports that are kept, else by truncating the present data.

    A KPI may restate, and some do by their nature, such as the win rate of those created; its author must say so.
    """
    if subject.needs_target:
        return not_possible(
            "It is about a goal, which has one period.", "Look at it when the period is over."
        )
    compared, how = list(_by_imports(subject)), "imports"
    if not compared:
        compared, how = list(_by_truncation(subject)), "truncation"
    if not any(told.then or told.now for told in compared):
        return not_possible(
            "There is no figure yet of a month that is over, so that nothing of the past was told.",
            "Check it again when a month is over.",
        )
    basis = _basis(subject, compared, how)
    moved = [told for told in compared if told.then != told.now]
    if not moved:
        return passed(f"{basis}, and none has changed.")
    shown = "; ".join(_sentence(subject, told) for told in moved[-_SHOWN:])
    verb = "has" if len(moved) == 1 else "have"
    told = f"{basis}; {len(moved)} {verb} changed: {shown}."
    if subject.definition.restates:
        return passed(f"{told} Its definition says that it restates.")
    return failed(told, "If that is as you mean it, write restates = true, so that readers are told.")


def _basis(subject: "Subject", compared: list[Told], how: str) -> str:
    if how == "imports":
        days = sorted({told.on for told in compared})
        told = ", ".join(subject.fmt.date(day) for day in days)
        return f"From what earlier imports (as of {told}) said of closed months {counted(len(compared), 'figure was', 'figures were')} compared with those of now"
    return (
        f"There is no earlier import to compare with, so the present data was cut off:"
        f" {counted(len(compared), 'closed month', 'closed months')} as told on the last day compared with those of now"
    )


def _sentence(subject: "Subject", told: Told) -> str:
    day = subject.fmt.date(told.on)
    return f"{told.month} was {subject.say(told.then)} on {day} and is {subject.say(told.now)}"


def _by_imports(subject: "Subject") -> Iterator[Told]:
    """Compare with what each of the last imports said of months that were over by then."""
    months = subject.months(_MONTHS)
    for earlier in subject.data.imports[:-1][-_IMPORTS:]:
        closed = tuple(month for month in months if month.last_day <= earlier.as_of)
        if not closed:
            continue
        try:
            then = _by_month(subject.on(known_at(subject.data, earlier)), closed)
        except SalesnbError:
            # A column that it reads was not there then, or money was in another currency.
            continue
        now = _by_month(subject, closed)
        for month in closed:
            yield Told(month=month.label, on=earlier.as_of, then=then[month.label], now=now[month.label])


def _by_truncation(subject: "Subject") -> Iterator[Told]:
    """Compare with what the present data says as of the last day of each month."""
    months = subject.months(_TRUNCATED)
    now = _by_month(subject, months) if months else {}
    for month in months:
        query = Query(kpis=(subject.name,), start=month.start, end=month.end, as_of=month.last_day)
        then = subject.run(query).result().rows[0][0]
        yield Told(month=month.label, on=month.last_day, then=then, now=now[month.label])


def _by_month(subject: "Subject", months: "tuple[Period, ...]") -> dict[str, Any]:
    found = subject.values(grain="month", start=months[0].start, end=months[-1].end)
    return {str(key[0]): value for key, value in found.items()}
