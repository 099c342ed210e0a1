"""Why a report and a KPI differ: reasons that add up to the difference, and the deals behind each."""

from dataclasses import dataclass

from salesnb.kpis.result import Column, Result

__all__ = ["REASONS", "Effect", "ReasonTotal", "Reconciliation"]

# With what people read. A deal that both sides know is led from the report's view to ours one thing after the other, in
# this order from duplicate to credit; what a thing changes on that way is its effect.
REASONS = {
    "duplicate": "duplicate",
    "rejected": "set aside at import",
    "missing_here": "missing in salesnb",
    "status": "other status",
    "date": "other date",
    "owner": "other owner",
    "group": "other group",
    "currency": "other currency",
    "unreadable": "amount not readable in the report",
    "amount": "other amount",
    "credit": "credit",
    "missing_there": "missing in the report",
}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one reason does to one deal.

    Attributes
    ----------
    opportunity_id, name
        Of the deal, as salesnb has it, else as the report has it.
    row
        The deal's line in the report; None where it is not in it.
    reason
        A key of ``REASONS``.
    expected, actual
        What the deal adds to the report's figure and to salesnb's; the same in every effect of a deal.
    effect
        What the reason adds to the report's figure on the way to salesnb's.
    detail
        In words.
    """

    opportunity_id: str
    name: str
    row: int | None
    reason: str
    expected: int
    actual: int
    effect: int
    detail: str


@dataclass(frozen=True, kw_only=True)
class ReasonTotal:
    """All effects of one reason."""

    reason: str
    deals: int
    effect: int

    @property
    def label(self) -> str:
        """What people read."""
        return REASONS[self.reason]


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """A difference, explained.

    Attributes
    ----------
    kpi, label, unit
        What is compared; money is in minor units.
    file
        The report.
    expected, actual
        The report's figure and salesnb's.
    effects
        A row a deal and reason; they add up to the difference.
    columns
        Pairs: what was read of the report, and the name of its column.
    notices
        What people should know, a sentence each.
    """

    kpi: str
    label: str
    unit: str
    file: str
    expected: int
    actual: int
    effects: tuple[Effect, ...]
    columns: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def difference(self) -> int:
        """Salesnb's figure less the report's."""
        return self.actual - self.expected

    @property
    def reasons(self) -> tuple[ReasonTotal, ...]:
        """The reasons with what each adds, the largest first; they add up to the difference."""
        found = []
        for reason in REASONS:
            mine = [effect for effect in self.effects if effect.reason == reason]
            if mine:
                deals = len({(effect.opportunity_id, effect.row) for effect in mine})
                found.append(ReasonTotal(reason=reason, deals=deals, effect=sum(e.effect for e in mine)))
        return tuple(sorted(found, key=lambda total: -abs(total.effect)))

    def reason_table(self) -> Result:
        """Give the reasons as a table: reason, deals, effect."""
        columns = (
            Column(name="reason", role="dimension"),
            Column(name="deals", role="kpi", unit="count"),
            Column(name="effect", role="kpi", unit=self.unit),
        )
        rows = tuple((total.label, total.deals, total.effect) for total in self.reasons)
        return Result(columns=columns, rows=rows, notices=self.notices)

    def deal_table(self) -> Result:
        """Give the deals as a table, a row a deal and reason; the effects add up to the difference."""
        columns = (
            *(Column(name=name, role="dimension") for name in ("opportunity_id", "name", "row", "reason")),
            *(Column(name=name, role="kpi", unit=self.unit) for name in ("report", "salesnb", "effect")),
            Column(name="detail", role="dimension"),
        )
        order = {total.reason: place for place, total in enumerate(self.reasons)}
        ranked = sorted(
            self.effects, key=lambda item: (order[item.reason], -abs(item.effect), item.opportunity_id)
        )
        rows = tuple(
            (
                item.opportunity_id or None,
                item.name or None,
                item.row,
                REASONS[item.reason],
                item.expected,
                item.actual,
                item.effect,
                item.detail,
            )
            for item in ranked
        )
        return Result(columns=columns, rows=rows, notices=self.notices)
