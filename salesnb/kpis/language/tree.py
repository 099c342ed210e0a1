"""An expression as a tree: what is computed from what. Where a node stood in the text is kept for messages only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

__all__ = [
    "Aggregate",
    "Binary",
    "Both",
    "Column",
    "Comparison",
    "Condition",
    "Days",
    "Expression",
    "IsNull",
    "Literal",
    "Membership",
    "Negated",
    "Not",
    "Number",
    "Operand",
    "Reference",
    "Status",
    "Value",
    "aggregates_of",
    "atoms_of",
    "columns_of",
    "references_of",
]


@dataclass(frozen=True, kw_only=True)
class _Node:
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Number(_Node):
    """A number: in an expression, in a value, or of a condition."""

    value: Fraction


@dataclass(frozen=True, kw_only=True)
class Reference(_Node):
    """Another KPI."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Column(_Node):
    """A column of opportunities, or a dimension."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Days(_Node):
    """Whole days from one date column to another."""

    start: Column
    end: Column


@dataclass(frozen=True, kw_only=True)
class Negated(_Node):
    """Minus something."""

    of: "Expression | Value"


@dataclass(frozen=True, kw_only=True)
class Binary(_Node):
    """Two things joined by ``+ - * /``; among the values of deals there is no ``/``."""

    sign: str
    left: "Expression | Value"
    right: "Expression | Value"


@dataclass(frozen=True, kw_only=True)
class Literal(_Node):
    """A text or a date between quotes."""

    value: str


@dataclass(frozen=True, kw_only=True)
class Status(_Node):
    """One of the words ``open``, ``won`` and ``lost``."""

    value: str


@dataclass(frozen=True, kw_only=True)
class Comparison(_Node):
    """Two things compared by ``= != < <= > >=``."""

    sign: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True, kw_only=True)
class Membership(_Node):
    """Something is one of several, or none of them."""

    of: "Value"
    values: tuple["Literal | Number | Negated", ...]
    negated: bool = False


@dataclass(frozen=True, kw_only=True)
class IsNull(_Node):
    """Something is there, or is not."""

    of: "Value"
    negated: bool = False


@dataclass(frozen=True, kw_only=True)
class Not(_Node):
    """A condition does not hold."""

    of: "Condition"


@dataclass(frozen=True, kw_only=True)
class Both(_Node):
    """Several conditions joined by ``and`` or by ``or``."""

    word: str
    parts: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True)
class Aggregate(_Node):
    """One figure over the deals that fulfil a condition.

    Attributes
    ----------
    function
        One of ``words.AGGREGATES``.
    value
        What is summed or ranked, or the column whose values are counted; None for ``count``.
    share
        Of a quantile: 0.9 for the value that nine of ten do not exceed.
    where
        None for all.
    basis
        By which date deals are told; empty for the definition's own.
    """

    function: str
    value: "Value | None" = None
    share: Fraction | None = None
    where: "Condition | None" = None
    basis: str = ""


Value = Column | Days | Number | Negated | Binary
Operand = Value | Literal
Condition = Comparison | Membership | IsNull | Not | Both | Status
Expression = Number | Reference | Aggregate | Negated | Binary


def atoms_of(tree: "Expression | Value") -> Iterator["Expression | Value"]:
    """Give what stands between the signs, from left to right."""
    if isinstance(tree, Binary):
        yield from atoms_of(tree.left)
        yield from atoms_of(tree.right)
    elif isinstance(tree, Negated):
        yield from atoms_of(tree.of)
    else:
        yield tree


def aggregates_of(tree: Expression) -> tuple[Aggregate, ...]:
    """Give the aggregates, each once."""
    return tuple(dict.fromkeys(atom for atom in atoms_of(tree) if isinstance(atom, Aggregate)))


def references_of(tree: Expression) -> tuple[Reference, ...]:
    """Give the other KPIs that it names, each once."""
    return tuple(dict.fromkeys(atom for atom in atoms_of(tree) if isinstance(atom, Reference)))


def columns_of(tree: "Expression | Condition | Operand | None") -> Iterator[Column]:
    """Give every column that an aggregate, a condition or a value reads, as often as it stands there."""
    match tree:
        case Column():
            yield tree
        case Aggregate(value=value, where=where):
            yield from columns_of(value)
            yield from columns_of(where)
        case Days(start=one, end=other) | Comparison(left=one, right=other):
            yield from columns_of(one)
            yield from columns_of(other)
        case Binary(left=left, right=right):
            yield from columns_of(left)
            yield from columns_of(right)
        case Negated(of=one):
            yield from columns_of(one)
        case Membership(of=one) | IsNull(of=one) | Not(of=one):
            yield from columns_of(one)
        case Both(parts=parts):
            for part in parts:
                yield from columns_of(part)
        case _:
            return
