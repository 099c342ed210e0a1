"""Conditions, checked against the columns that there are, as functions that give Ibis expressions."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from salesnb.errors import nearest
from salesnb.kpis.kpi import CLOSED
from salesnb.kpis.language import tree
from salesnb.kpis.language.amounts import Amounts, Built, refuse_later
from salesnb.kpis.language.columns import Columns, Found
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.words import STATUSES

__all__ = ["Conditions"]

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Compiles the conditions of aggregates that are told by one date.

    Attributes
    ----------
    columns
        What can be named.
    basis
        By which date deals are told.
    """

    columns: Columns
    basis: str

    @property
    def amounts(self) -> Amounts:
        """What compiles the values in conditions."""
        return Amounts(columns=self.columns, basis=self.basis)

    def built(self, node: tree.Condition) -> Built:
        """Turn a condition into a function from deals to a boolean expression.

        Raises
        ------
        Fault
            When a column is not known, two things cannot be compared, or the condition tells the future.
        """
        match node:
            case tree.Status():
                return self._status(node)
            case tree.Comparison():
                return self._comparison(node)
            case tree.Membership():
                return self._membership(node)
            case tree.IsNull():
                return self._null(node)
            case tree.Not(of=of):
                inner = self.built(of)
                return lambda deals: ~inner(deals)
            case tree.Both():
                return self._both(node)

    def _both(self, node: tree.Both) -> Built:
        parts = [self.built(part) for part in node.parts]
        join = operator.and_ if node.word == "and" else operator.or_
        return lambda deals: reduce(join, (part(deals) for part in parts))

    def _status(self, node: tree.Status) -> Built:
        refuse_later("status", self.basis, node.at, node.value)
        if node.value == "open" and self.basis == CLOSED:
            raise Fault(
                "No deal with a close date is open.",
                node.at,
                "Write at as_of for the deals open on a day, or at created_on for those created in the period.",
            )
        word = node.value
        return lambda deals: deals.status == word

    def _null(self, node: tree.IsNull) -> Built:
        value = (
            self._column(node.of) if isinstance(node.of, tree.Column) else self.amounts.amount(node.of).built
        )
        return (
            (lambda deals: value(deals).notnull()) if node.negated else (lambda deals: value(deals).isnull())
        )

    def _column(self, node: tree.Column) -> Built:
        found = self.columns.find(node)
        refuse_later(found.name, self.basis, node.at, found.name)
        return lambda deals: deals[found.column]

    def _comparison(self, node: tree.Comparison) -> Built:
        left, right, sign = node.left, node.right, node.sign
        if isinstance(left, tree.Literal) or (isinstance(left, tree.Number) and not _is_constant(right)):
            left, right, sign = right, left, _TURNED.get(sign, sign)
        if isinstance(left, tree.Literal) or _is_constant(left):
            raise Fault("No column is compared here.", node.at, "Write one such as amount >= 1_000.")
        compare = _SIGNS[sign]
        if isinstance(right, tree.Literal):
            return self._with_literal(left, sign, right)
        one, other = self._compared(left), self._compared(right, like=left)
        if one.unit != other.unit:
            raise Fault(
                f"{one.told} cannot be compared with {other.told}.",
                node.at,
                "Compare money with money, days with days, dates with dates, and texts in quotes.",
            )
        if one.unit == "text" and sign not in {"=", "!="}:
            raise _no_order(node.at)
        return lambda deals: compare(one.built(deals), other.built(deals))

    def _with_literal(self, left: tree.Value, sign: str, literal: tree.Literal) -> Built:
        found = self._single(left, literal)
        if found.kind == "date":
            day, compare = _day(literal), _SIGNS[sign]
            return lambda deals: compare(deals[found.column], _date(day))
        if sign not in {"=", "!="}:
            raise _no_order(literal.at)
        return self._among(found, (literal,), negated=sign == "!=")

    def _membership(self, node: tree.Membership) -> Built:
        literals = tuple(value for value in node.values if isinstance(value, tree.Literal))
        if len(literals) == len(node.values):
            found = self._single(node.of, literals[0])
            if found.kind != "date":
                return self._among(found, literals, negated=node.negated)
            days = [_day(literal) for literal in literals]
            return _picked(lambda deals: deals[found.column].isin([_date(day) for day in days]), node.negated)
        if literals:
            raise Fault("Texts and numbers stand in one list.", node.at, "Give values of one kind.")
        one = self._compared(node.of)
        numbers = [self.amounts.constant(value, one.unit) for value in node.values]
        return _picked(lambda deals: one.built(deals).isin(numbers), node.negated)

    def _single(self, node: tree.Value, literal: tree.Literal) -> Found:
        """Find the column that a text is compared with."""
        if not isinstance(node, tree.Column):
            raise Fault("A text is compared with a number.", literal.at, "Write the number without quotes.")
        found = self.columns.find(node)
        refuse_later(found.name, self.basis, node.at, found.name)
        if found.kind not in {"text", "date"}:
            raise Fault(
                f"{found.name} is {found.told}, and {literal.value[:40]!r} is a text.",
                literal.at,
                "Write a number without quotes, such as 50_000 or 49.99.",
            )
        return found

    def _among(self, found: Found, literals: tuple[tree.Literal, ...], *, negated: bool) -> Built:
        if found.name == "status":
            self._check_statuses(literals)
        ids = sorted({value for literal in literals for value in self.columns.ids(found, literal)})
        return _picked(lambda deals: deals[found.column].isin(ids), negated)

    def _check_statuses(self, literals: tuple[tree.Literal, ...]) -> None:
        for literal in literals:
            if literal.value not in STATUSES:
                raise Fault(
                    f"There is no status {literal.value[:40]!r}.",
                    literal.at,
                    nearest(literal.value, STATUSES),
                )
            self._status(tree.Status(value=literal.value, at=literal.at))

    def _compared(self, node: tree.Operand, like: tree.Value | None = None) -> "_Side":
        """Compile one side of a comparison; a number takes the unit of the other side."""
        if isinstance(node, tree.Column):
            found = self.columns.find(node)
            if found.kind in {"text", "date", "number", "probability"}:
                unit = "number" if found.kind == "probability" else found.kind
                return _Side(unit=unit, told=found.name, built=self._column(node))
        unit = self._compared(like).unit if like is not None and _is_constant(node) else "date"
        if unit not in {"date", "text"}:
            value = self.amounts.constant(node, unit)
            return _Side(unit=unit, told="a number", built=lambda _: value)
        amount = self.amounts.amount(node)
        return _Side(unit=amount.unit, told=amount.unit, built=amount.built)


@dataclass(frozen=True, kw_only=True)
class _Side:
    unit: str
    told: str
    built: Built


def _picked(inside: Built, negated: bool) -> Built:  # noqa: FBT001 -- private
    return (lambda deals: ~inside(deals)) if negated else inside


def _is_constant(node: tree.Operand) -> bool:
    return not isinstance(node, tree.Literal) and all(
        isinstance(atom, tree.Number) for atom in tree.atoms_of(node)
    )


def _no_order(at: int) -> Fault:
    return Fault("Texts are in no order that every engine agrees on.", at, "Use = != or in (…).")


def _day(literal: tree.Literal) -> date:
    try:
        return date.fromisoformat(literal.value)
    except ValueError:
        raise Fault(f"{literal.value[:40]!r} is not a date.", literal.at, "Write '2017-01-31'.") from None


def _date(day: date) -> Any:
    import ibis

    return ibis.date(day)
