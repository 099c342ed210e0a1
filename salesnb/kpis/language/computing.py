"""What is computed after aggregation: exactly, so that a ratio is the ratio of sums and no part is rounded before."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from salesnb.kpis.language import tree
from salesnb.kpis.language.amounts import whole
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.units import NUMBER, product_unit, ratio_unit, sum_unit

__all__ = ["Computed", "Computing", "Step", "parts_of_mean"]

Exact = Fraction | None
Values = Mapping[str, Exact]
Step = Callable[[Values], Exact]


@dataclass(frozen=True, kw_only=True)
class _Operand:
    """A part of an expression: its unit, and how it is computed.

    Attributes
    ----------
    above
        Of a ratio the unit of what is divided; empty else.
    """

    unit: str
    step: Step
    above: str = ""


@dataclass(frozen=True)
class Computed:
    """The function of a KPI that is computed from others: exact, and null where a part is null or a divisor zero.

    Parameters
    ----------
    text
        The expression, with the names of its parts; two of one text are the same.
    step
        What computes it.
    is_whole
        Whether whole numbers give a whole number: nothing is divided.
    needs
        The names of its parts.
    """

    text: str
    step: Step = field(compare=False, repr=False)
    is_whole: bool = False
    needs: tuple[str, ...] = ()

    @property
    def __signature__(self) -> inspect.Signature:
        """Its parts, as if it were written in Python."""
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Signature(
            [inspect.Parameter(name, kind, annotation="float | None") for name in self.needs]
        )

    def __call__(self, **values: float | Fraction | None) -> float | int | None:
        """Compute it of the values of its parts."""
        found = self.step(
            {name: None if value is None else Fraction(value) for name, value in values.items()}
        )
        if found is None:
            return None
        if (
            self.is_whole
            and found.denominator == 1
            and not any(isinstance(v, float) for v in values.values())
        ):
            return int(found)
        try:
            return float(found)
        except OverflowError:
            # Beyond 10^308 there is nothing that a reader could do with it.
            return None


@dataclass(frozen=True, kw_only=True)
class Computing:
    """Checks the units of an expression, and says how it is computed.

    Attributes
    ----------
    names
        The name of the KPI or measure that each atom of the expression has.
    units
        Their units, by name.
    digits
        Decimals of the currency.
    """

    names: Mapping[tree.Expression, str]
    units: Mapping[str, str]
    digits: int

    def operand(self, node: Any) -> _Operand:
        """Check a part of the expression.

        Raises
        ------
        Fault
            When units do not fit.
        """
        if isinstance(node, tree.Number):
            value = node.value
            return _Operand(unit=NUMBER, step=lambda _: value)
        if isinstance(node, tree.Binary):
            by_sign = {"*": self._product, "/": self._ratio}
            return by_sign.get(node.sign, self._sum)(node)
        if isinstance(node, tree.Negated):
            inner = self.operand(node.of)
            return _Operand(unit=inner.unit, step=_negated(inner.step), above=inner.above)
        if isinstance(node, tree.Aggregate) and node.function == "mean":
            return self._mean(node)
        name = self.names[node]
        return _Operand(unit=self.units[name], step=lambda values: values[name])

    def _mean(self, node: tree.Aggregate) -> _Operand:
        """Divide the sum by the number of those that have a value."""
        total, count = parts_of_mean(node)
        above, below = self.names[total], self.names[count]
        return _Operand(
            unit=self.units[above], step=_divided(lambda values: values[above], lambda values: values[below])
        )

    def _product(self, node: tree.Binary) -> _Operand:
        left, right = self.operand(node.left), self.operand(node.right)
        unit = product_unit(left.unit, right.unit, node.at)
        return _Operand(unit=unit, step=_joined(left.step, right.step, lambda one, other: one * other))

    def _ratio(self, node: tree.Binary) -> _Operand:
        above, below = self.operand(node.left), self.operand(node.right)
        if isinstance(node.right, tree.Number) and not node.right.value:
            raise Fault("This divides by zero.", node.at, "Take it away.")
        unit = ratio_unit(above.unit, below.unit, node.at)
        return _Operand(unit=unit, step=_divided(above.step, below.step), above=above.unit)

    def _sum(self, node: tree.Binary) -> _Operand:
        left, right = self.operand(node.left), self.operand(node.right)
        unit = sum_unit(left.unit, right.unit, node.at)
        one, other = self._scaled(left, unit, node.left.at), self._scaled(right, unit, node.right.at)
        step = _joined(one, other, (lambda a, b: a + b) if node.sign == "+" else (lambda a, b: a - b))
        return _Operand(unit=unit, step=step, above=left.above if left.above == right.above else "")

    def _scaled(self, operand: _Operand, unit: str, at: int) -> Step:
        """Give a number the unit of what it is added to: money is in minor units."""
        if operand.unit != NUMBER or not unit.startswith("money"):
            return operand.step
        amount = Fraction(whole(operand.step({}) or Fraction(), unit, at, self.digits))
        return lambda _: amount


def parts_of_mean(node: tree.Aggregate) -> tuple[tree.Aggregate, tree.Aggregate]:
    """Give the sum and the count that a mean is the ratio of; only what has a value is counted."""
    if node.value is None:
        raise Fault("A mean is of a value.", node.at)
    there = tree.IsNull(of=node.value, negated=True, at=node.at)
    where = there if node.where is None else tree.Both(word="and", parts=(node.where, there), at=node.at)
    total = tree.Aggregate(function="sum", value=node.value, where=node.where, basis=node.basis, at=node.at)
    return total, tree.Aggregate(function="count", where=where, basis=node.basis, at=node.at)


def _negated(step: Step) -> Step:
    def negated(values: Values) -> Exact:
        value = step(values)
        return None if value is None else -value

    return negated


def _joined(one: Step, other: Step, sign: Callable[[Fraction, Fraction], Fraction]) -> Step:
    def joined(values: Values) -> Exact:
        left, right = one(values), other(values)
        return None if left is None or right is None else sign(left, right)

    return joined


def _divided(above: Step, below: Step) -> Step:
    def divided(values: Values) -> Exact:
        top, bottom = above(values), below(values)
        return None if top is None or not bottom else top / bottom

    return divided
