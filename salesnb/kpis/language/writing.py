"""From tree to text: one normal form, so that what says the same in other spacing is the same definition."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from salesnb.kpis.language import tree
from salesnb.kpis.language.words import KEYWORDS

__all__ = ["normal_form"]

_PLAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}


def normal_form(node: "tree.Expression | tree.Condition | tree.Operand") -> str:
    """Write an expression or a condition in its one normal form; parsing that gives the same tree.

    Examples
    --------
    >>> from salesnb.kpis.language.parsing import parse_expression
    >>> normal_form(parse_expression("COUNT( where (won) )/count() * 1_00.0"))
    'count(where won) / count() * 100'
    """
    return _WRITERS[type(node)](node)


def _column(node: tree.Column) -> str:
    name = node.name
    return name if _PLAIN.fullmatch(name) and name.lower() not in KEYWORDS else f"`{name}`"


def _negated(node: tree.Negated) -> str:
    return f"-{_bracketed(node.of, isinstance(node.of, tree.Binary))}"


def _digits(value: Fraction) -> str:
    """Write a number that was read from decimal digits, exactly."""
    whole, rest = divmod(value, 1)
    decimals = ""
    while rest:
        digit, rest = divmod(rest * 10, 1)
        decimals += str(digit)
    return f"{whole}.{decimals}" if decimals else str(whole)


def _binary(node: tree.Binary) -> str:
    mine = _BINDS[node.sign]
    left = _bracketed(node.left, isinstance(node.left, tree.Binary) and _BINDS[node.left.sign] < mine)
    # Signs are taken from left to right, so whatever else binds alike on the right had brackets.
    right = _bracketed(node.right, isinstance(node.right, tree.Binary) and _BINDS[node.right.sign] <= mine)
    return f"{left} {node.sign} {right}"


def _bracketed(node: "tree.Expression | tree.Value | tree.Condition", wanted: bool) -> str:  # noqa: FBT001 -- private
    return f"({normal_form(node)})" if wanted else normal_form(node)


def _aggregate(node: tree.Aggregate) -> str:
    value = "" if node.value is None else normal_form(node.value)
    share = "" if node.share is None else f", {_digits(node.share)}"
    clauses = [
        f"where {normal_form(node.where)}" if node.where is not None else "",
        f"at {node.basis}" if node.basis else "",
    ]
    return f"{node.function}({' '.join(part for part in (value + share, *clauses) if part)})"


def _comparison(node: tree.Comparison) -> str:
    return f"{normal_form(node.left)} {node.sign} {normal_form(node.right)}"


def _membership(node: tree.Membership) -> str:
    listed = ", ".join(map(normal_form, node.values))
    return f"{normal_form(node.of)} {'not ' if node.negated else ''}in ({listed})"


def _both(node: tree.Both) -> str:
    parts = (_bracketed(part, isinstance(part, tree.Both)) for part in node.parts)
    return f" {node.word} ".join(parts)


_WRITERS: dict[type, Callable[[Any], str]] = {
    tree.Number: lambda node: _digits(node.value),
    tree.Reference: lambda node: str(node.name),
    tree.Column: _column,
    tree.Days: lambda node: f"days({normal_form(node.start)}, {normal_form(node.end)})",
    tree.Aggregate: _aggregate,
    tree.Negated: _negated,
    tree.Binary: _binary,
    tree.Literal: lambda node: "'" + node.value.replace("'", "''") + "'",
    tree.Status: lambda node: str(node.value),
    tree.Comparison: _comparison,
    tree.IsNull: lambda node: f"{normal_form(node.of)} is {'not ' if node.negated else ''}null",
    tree.Membership: _membership,
    tree.Not: lambda node: f"not {_bracketed(node.of, isinstance(node.of, tree.Both))}",
    tree.Both: _both,
}
