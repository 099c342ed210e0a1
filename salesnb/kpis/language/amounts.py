"""Values of deals, checked and as functions that give Ibis expressions of whole numbers."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from salesnb.kpis.expressions import days_between
from salesnb.kpis.kpi import AS_OF, AT_START
from salesnb.kpis.language import tree
from salesnb.kpis.language.columns import Columns
from salesnb.kpis.language.faults import Fault

__all__ = ["Amount", "Amounts", "Built", "refuse_later"]

Built = Callable[[Any], Any]

_UNITS = {"money": "money", "signed_money": "money", "count": "count"}
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
# The day as of which open deals are told; see ``columns``.
_DAY_TOLD = "as_of"
# What is known of a deal only once it has closed, and what to do instead.
_LATER = {
    "status": "Leave it out: only open deals are counted there.",
    "closed_on": "Use expected_close_on.",
    "amount": "Use expected_amount.",
    "loss_reason": "Leave it out.",
}
# Products of these stay far below 2^63, whatever the amounts of deals.
_LARGEST_FACTOR = 1_000


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A value of deals.

    Attributes
    ----------
    unit
        ``money``, ``count`` or ``days``; ``number`` for a constant.
    built
        Function from deals to an expression.
    constant
        The number that it is; None where it is read of deals.
    """

    unit: str
    built: Built
    constant: Fraction | None = None


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Compiles the values of aggregates that are told by one date; see ``filtering.Conditions``."""

    columns: Columns
    basis: str

    def amount(self, node: tree.Expression | tree.Operand) -> Amount:
        """Compile a value: whole numbers of one unit.

        Raises
        ------
        Fault
            When a column is not known or holds no whole numbers, or units do not fit.
        """
        match node:
            case tree.Column():
                return self._column(node)
            case tree.Days():
                return self._days(node)
            case tree.Number(value=value):
                return Amount(unit="number", built=lambda _: value, constant=value)
            case tree.Negated(of=of):
                return self._negated(self.amount(of))
            case tree.Binary(sign="*"):
                return self._product(node)
            case _:
                return self._sum(node)

    def constant(self, node: tree.Operand, unit: str) -> int | float:
        """Give a number as a column of a unit has it: money in minor units, all but plain numbers whole.

        Raises
        ------
        Fault
            When it has more decimals than the unit.
        """
        value = self.amount(node).constant
        if value is None:
            raise Fault("A number is expected here.", node.at)
        return float(value) if unit == "number" else whole(value, unit, node.at, self.columns.digits)

    def _column(self, node: tree.Column) -> Amount:
        found = self.columns.find(node)
        refuse_later(found.name, self.basis, node.at, found.name)
        unit = _UNITS.get(found.kind)
        if unit is None:
            hint = "Write days(created_on, closed_on)." if found.kind == "date" else ""
            raise Fault(
                f"{found.name} is {found.told}, and no whole number to calculate with.", node.at, hint
            )
        return Amount(unit=unit, built=lambda deals: deals[found.column])

    def _days(self, node: tree.Days) -> Amount:
        found = []
        for column in (node.start, node.end):
            one = self.columns.find(column)
            refuse_later(one.name, self.basis, column.at, one.name)
            if one.kind != "date":
                raise Fault(
                    f"{one.name} is {one.told}, and no date.", column.at, "Use created_on, closed_on."
                )
            found.append(one.column)
        start, end = found
        return Amount(unit="days", built=lambda deals: days_between(deals[end], deals[start]))

    def _negated(self, of: Amount) -> Amount:
        constant = None if of.constant is None else -of.constant
        return Amount(unit=of.unit, built=lambda deals: -of.built(deals), constant=constant)

    def _product(self, node: tree.Binary) -> Amount:
        left, right = self._sides(node)
        if left.constant is not None and right.constant is not None:
            return _number(left.constant * right.constant)
        factor, amount = (left, right) if left.constant is not None else (right, left)
        if factor.constant is None:
            raise Fault("Two columns are multiplied.", node.at, "Multiply by whole numbers only.")
        if factor.constant.denominator != 1 or abs(factor.constant) > _LARGEST_FACTOR:
            raise Fault(
                f"Values of deals are multiplied by whole numbers up to {_LARGEST_FACTOR:,}.",
                node.at,
                "Multiply the aggregate: 0.5 * sum(…).",
            )
        times = int(factor.constant)
        return Amount(unit=amount.unit, built=lambda deals: amount.built(deals) * times)

    def _sum(self, node: tree.Expression | tree.Operand) -> Amount:
        if not isinstance(node, tree.Binary):
            raise Fault("A value of deals is expected here.", node.at)
        left, right = self._sides(node)
        if left.constant is not None and right.constant is not None:
            return _number(_SIGNS[node.sign](left.constant, right.constant))
        left, right = self._alike(left, right, node.left.at), self._alike(right, left, node.right.at)
        if left.unit != right.unit:
            raise Fault(f"{left.unit} and {right.unit} do not add up.", node.at, "Use values of one unit.")
        sign = _SIGNS[node.sign]
        return Amount(unit=left.unit, built=lambda deals: sign(left.built(deals), right.built(deals)))

    def _sides(self, node: tree.Binary) -> tuple[Amount, Amount]:
        return self.amount(node.left), self.amount(node.right)

    def _alike(self, amount: Amount, other: Amount, at: int) -> Amount:
        """Give a number the unit of what it is added to."""
        if amount.constant is None:
            return amount
        value = whole(amount.constant, other.unit, at, self.columns.digits)
        return Amount(unit=other.unit, built=lambda _: value)


def refuse_later(name: str, basis: str, at: int, word: str) -> None:
    """Refuse what would tell on the day of a snapshot what became of a deal afterwards, and that day where there is none.

    Raises
    ------
    Fault
        When it does; what to use instead is named.
    """
    if basis in {AS_OF, AT_START} and name in _LATER:
        raise Fault(
            f"{word} is not known of a deal that is open on the day told (at {basis}): it would tell the future.",
            at,
            _LATER[name],
        )
    if basis not in {AS_OF, AT_START} and name == _DAY_TOLD:
        raise Fault(
            f"as_of is the day on which open deals are told; those of {basis} are of many days.",
            at,
            "Write at as_of, or use closed_on.",
        )


def whole(value: Fraction, unit: str, at: int, digits: int) -> int:
    """Give a number as whole units: of money minor ones.

    Raises
    ------
    Fault
        When it has more decimals than the unit, or is beyond what an engine counts.
    """
    exact = value * 10**digits if unit.startswith("money") else value
    if exact.denominator != 1:
        allowed = f"at most {digits} decimals" if unit.startswith("money") and digits else "no decimals"
        raise Fault(f"{unit} has {allowed}.", at, "Write a number that can be meant exactly.")
    if abs(exact) >= 2**62:
        raise Fault("The number is larger than any engine counts.", at)
    return int(exact)


def _number(value: Fraction) -> Amount:
    return Amount(unit="number", built=lambda _: value, constant=value)
