"""From text to tree, by recursive descent."""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from salesnb.errors import nearest
from salesnb.kpis.language import tree
from salesnb.kpis.language.conditions import ConditionParser
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.tokens import NAME, NUMBER, SIGN, WORD
from salesnb.kpis.language.words import AGGREGATES, DATES, MOST_AGGREGATES

__all__ = ["parse_condition", "parse_expression"]

T = TypeVar("T")

_EXPRESSION = "a number, the name of a KPI, or an aggregate such as sum(amount where won)"

_QUANTILE = (
    "Write its share first, 0.9 for nine of ten, then its conditions: quantile(amount, 0.9 where won)."
)
_CONDITIONS = "Write conditions behind where, joined by and: {function}(… where won and product = 'Base')."


def parse_expression(text: str, where: str = "") -> tree.Expression:
    """Read the expression of a KPI; ``where`` says in messages where the text stands.

    Raises
    ------
    BadInput
        When it cannot be read; the place is shown, and what was expected there.
    """
    return _parsed(text, where, lambda parser: parser.expression())


def parse_condition(text: str, where: str = "") -> tree.Condition:
    """Read a condition on deals; ``where`` and what is raised are as in `parse_expression`."""
    return _parsed(text, where, lambda parser: parser.condition())


def _parsed(text: str, where: str, wanted: "Callable[[_Parser], T]") -> T:
    try:
        parser = _Parser(text)
        found = wanted(parser)
        parser.finish()
    except Fault as fault:
        raise fault.told(text, where) from None
    return found


class _Parser(ConditionParser):
    """Reads expressions; conditions and values are read by the classes above it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._aggregates = 0

    def expression(self) -> tree.Expression:
        found: tree.Expression = self.chain("+-", self._term)
        return found

    def _term(self) -> tree.Expression:
        found: tree.Expression = self.chain("*/", self._factor)
        return found

    def _factor(self) -> tree.Expression:
        token = self.now
        if self.take(SIGN, "-"):
            with self.deeper(token):
                return tree.Negated(of=self._factor(), at=token.at)
        if self.take(SIGN, "("):
            with self.deeper(token):
                inner = self.expression()
            self.need(")")
            return inner
        if token.kind == NUMBER:
            return self.number()
        if token.kind == WORD and token.value in AGGREGATES:
            return self._aggregate()
        if token.kind == NAME:
            return self._reference()
        raise self.expected(_EXPRESSION, names=AGGREGATES)

    def _reference(self) -> tree.Reference:
        token = self.step()
        if self.now.kind == SIGN and self.now.value == "(":
            raise Fault(
                f"There is no function {token.value[:40]!r}.", token.at, nearest(token.value, AGGREGATES)
            )
        return tree.Reference(name=token.value, at=token.at)

    def _aggregate(self) -> tree.Aggregate:
        token = self.step()
        self._aggregates += 1
        if self._aggregates > MOST_AGGREGATES:
            raise Fault(
                f"It has more than {MOST_AGGREGATES} aggregates.",
                token.at,
                "Define some of them as KPIs of their own, and name those.",
            )
        self.need("(", after=token.value)
        value, share = self._inside(token.value)
        where, basis = self._clauses(token.value)
        return tree.Aggregate(
            function=token.value, value=value, share=share, where=where, basis=basis, at=token.at
        )

    def _inside(self, function: str) -> tuple[tree.Value | None, Fraction | None]:
        """Read what stands before ``where`` and ``at``."""
        if function == "count":
            self._refuse_columns()
            return None, None
        if function == "count_distinct":
            return self.column("a column whose different values are counted"), None
        value = self.value()
        return value, self._share() if function == "quantile" else None

    def _refuse_columns(self) -> None:
        token = self.now
        if token.kind == SIGN and token.value == "*":
            raise Fault("count counts deals, and takes no *.", token.at, "Write count().")
        if token.kind == NAME:
            column = token.value[:40]
            raise Fault(
                f"count counts deals, and takes no column such as {column!r}.",
                token.at,
                f"Write count(where {column} is not null), or count_distinct({column}).",
            )

    def _share(self) -> Fraction:
        if not self.take(SIGN, ","):
            raise self.expected("a comma and a share after what the quantile is of", hint=_QUANTILE)
        token = self.now
        share = self.number() if token.kind == NUMBER else None
        if share is None or not 0 < share.value < 1:
            raise Fault("The share of a quantile is a number between 0 and 1.", token.at, _QUANTILE)
        return share.value

    def _clauses(self, function: str) -> tuple[tree.Condition | None, str]:
        """Read ``where …`` and ``at …``, in either order, up to the bracket that closes."""
        where: tree.Condition | None = None
        basis = ""
        while True:
            if where is None and self.take(WORD, "where"):
                where = self.condition()
            elif not basis and self.take(WORD, "at"):
                basis = self._basis()
            elif self.take(SIGN, ")"):
                return where, basis
            else:
                left = [word for word, seen in (("where", where), ("at", basis)) if not seen]
                told = ", ".join(f'"{word}"' for word in (*left, ")"))
                several = self.now.kind == SIGN and self.now.value == ","
                hint = _CONDITIONS.format(function=function) if several else ""
                raise self.expected(f"one of {told} to go on with {function}", names=left, hint=hint)

    def _basis(self) -> str:
        token = self.now
        if token.kind == NAME and token.value.lower() in DATES:
            return self.step().value.lower()
        raise self.expected(f"one of {', '.join(DATES)}", names=DATES)
