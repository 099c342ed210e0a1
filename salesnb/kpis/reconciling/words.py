"""What is said of a deal that a report and salesnb see differently."""

from collections.abc import Iterator
from typing import Any

from salesnb.crm.expected import ExpectedDeal
from salesnb.kpis.kpi import CREATED
from salesnb.kpis.reconciling.here import Deal, Here, SetAside
from salesnb.kpis.reconciling.views import View
from salesnb.money import Formatter

__all__ = ["Words"]


class Words:
    """Puts the differences of one deal into words."""

    def __init__(self, here: Here, fmt: Formatter) -> None:
        self._here = here
        self._fmt = fmt

    def money(self, minor: int | None) -> str:
        """Write an amount as its readers do."""
        return "no amount" if minor is None else self._fmt.money(minor, cents=True)

    def unit(self, value: int) -> str:
        """Write what a deal adds."""
        unit = self._here.yardstick.kpi.unit
        return self.money(value) if unit == "money" else self._fmt.value(value, unit)

    def status(self, row: ExpectedDeal, view: View, deal: Deal) -> str:
        """Say how the status differs."""
        there = (
            f"{self._state(view.facts, row.stage)} in the report" if row.status else "counted in the report"
        )
        loaded, known = deal.loaded, deal.known
        if known["status"] == "open" and loaded["closed_on"] and loaded["status"] != "open":
            return f"{there}; {loaded['status']} here on {loaded['closed_on']}, after {self._here.yardstick.known_until}"
        return f"{there}, {self._state(known, known['stage'])} here"

    def _state(self, facts: Any, stage: str | None) -> str:
        status, day = facts["status"], facts["closed_on"]
        if status == "open":
            return f"open (stage {stage})" if stage else "open"
        return f"{status} on {day}" if day and day.year > 1 else str(status)

    def date(self, row: ExpectedDeal, deal: Deal) -> str:
        """Say how the day differs."""
        field = (
            "created_on"
            if self._here.yardstick.kpi.basis == CREATED or self._here.yardstick.is_of_a_day
            else "closed_on"
        )
        verb, there, own = field.partition("_")[0], getattr(row, field), deal.loaded[field]
        ours = f"{own} here" if own else "no day here"
        until = self._here.yardstick.known_until
        if own and own > until:
            ours += f", after {until}, the day as of which it is told"
        if there is None:
            return f"{verb} on {ours}" if own else f"not {verb} here"
        return (
            f"{verb} on {ours}, as in the report"
            if there == own
            else f"{verb} on {there} in the report, {ours}"
        )

    def place(self, row: ExpectedDeal, deal: Deal) -> tuple[str, str]:
        """Say where the deal belongs here, and by what it is another: its owner's place, or something else."""
        for dimension, values in self._here.filters:
            own = deal.places[dimension.name]
            if own in values:
                continue
            told = f"{dimension.name} here is {self._label(dimension.name, own)}"
            if not dimension.of_reps:
                return "group", told
            return "owner", told if dimension.name == "rep" else f"{told}{self._owners(row, deal)}"
        names = " and ".join(dimension.name for dimension, _ in self._here.filters)
        owners = any(dimension.of_reps for dimension, _ in self._here.filters)
        return (
            "owner" if owners else "group",
            f"another {names} in the report; here it is one of those asked for",
        )

    def _owners(self, row: ExpectedDeal, deal: Deal) -> str:
        own = self._label("rep", deal.known["rep_id"])
        there = self._label("rep", row.owner) if row.owner else ""
        if there and there.casefold() != own.casefold():
            return f" (owner {there} in the report, {own} here)"
        return f" (owner {own})"

    def _label(self, dimension: str, value: str | None) -> str:
        return self._here.labels(dimension).get(value or "", value or "") or "none"

    def currency(self, row: ExpectedDeal, rate: float | None, amount: int | None) -> str:
        """Say at which rate an amount became what it is here."""
        code = row.currency or row.original_currency
        written = f"{code} {self._fmt.number((row.amount or 0) / 10**self._here.run.data.meta.digits, 2)}"
        if row.original_currency:
            at = f" at {rate:g}" if rate else ""
            return f"{self.money(row.amount)} as the CRM converts {code}, {self.money(amount)} here{at}"
        at = f"at {rate:g}" if rate else "and no rate of that day is known here"
        return f"{written} in the report, {self.money(amount)} here {at}"

    def amount(self, row: ExpectedDeal, deal: Deal) -> str:
        """Say how the amount differs."""
        own = deal.known[self._here.yardstick.amount or "amount"]
        if row.unreadable:
            return f"{row.unreadable!r} in the report is not an amount; {self.money(own)} here"
        return f"{self.money(row.amount)} in the report, {self.money(own)} here"

    def credit(self, identity: str, whole: int, part: int) -> str:
        """Say what of a shared deal counts."""
        if self._here.run.credit_of(self._here.yardstick.kpi) == "overlay":
            return f"overlays count {self.unit(part)} of it here"
        if identity not in self._here.shared:
            return f"nobody asked for has a share of it; {self.unit(part)} counts here"
        share = f", {self._fmt.ratio(part / whole)}" if whole else ""
        return f"it is shared: {self.unit(part)} of {self.unit(whole)} counts here{share}"

    def missing(self, row: ExpectedDeal, doubt: str) -> str:
        """Say of a row that is no deal here what is known of it."""
        as_of = self._here.run.data.meta.as_of
        late = max((day for day in (row.created_on, row.closed_on) if day), default=None)
        if doubt:
            return doubt
        if late and late > as_of and row.status != "open":
            return f"no such deal here; its day, {late}, is after {as_of}, the last in the data"
        if not row.opportunity_id and not row.name:
            return "the row names no deal"
        return "no such deal here: not in the files that were imported, or left out by the mapping"

    def set_aside(self, found: list[SetAside]) -> str:
        """Say which rows of the import were set aside."""
        return "; ".join(item.told() for item in found)

    def unseen(self, deal: Deal) -> str:
        """Say of a deal that the report has not what it is here."""
        return "; ".join(self._unseen(deal))

    def _unseen(self, deal: Deal) -> Iterator[str]:
        known = deal.known
        created = self._here.yardstick.kpi.basis == CREATED
        yield (
            f"created on {known['created_on']} here"
            if created
            else f"{self._state(known, known['stage'])} here"
        )
        for dimension, field in (("account", "account_id"), ("rep", "rep_id")):
            if known[field]:
                yield f"{dimension} {self._label(dimension, known[field])}"
