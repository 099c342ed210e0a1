"""From text to tree: the conditions on deals."""

from collections.abc import Callable

from salesnb.kpis.language import tree
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.tokens import END, NUMBER, SIGN, TEXT, WORD
from salesnb.kpis.language.values import ValueParser
from salesnb.kpis.language.words import STATUSES

__all__ = ["ConditionParser"]

_COMPARED = ("=", "!=", "<", "<=", ">", ">=")
_CONDITION = 'a condition such as won, product = "Pro" or amount >= 1_000'


class ConditionParser(ValueParser):
    """Reads conditions."""

    def condition(self) -> tree.Condition:
        """Read what ``or`` joins; ``and`` binds closer, and ``not`` closest."""
        return self._joined("or", self._all_of)

    def _all_of(self) -> tree.Condition:
        return self._joined("and", self._negatable)

    def _joined(self, word: str, part: Callable[[], tree.Condition]) -> tree.Condition:
        at = self.now.at
        parts = [part()]
        while self.take(WORD, word):
            self.count_step()
            parts.append(part())
        return parts[0] if len(parts) == 1 else tree.Both(word=word, parts=tuple(parts), at=at)

    def _negatable(self) -> tree.Condition:
        token = self.now
        if self.take(WORD, "not"):
            with self.deeper(token):
                return tree.Not(of=self._negatable(), at=token.at)
        if token.kind == SIGN and token.value == "(" and not self._closes_a_value():
            self.step()
            with self.deeper(token):
                inner = self.condition()
            self.need(")")
            return inner
        if token.kind == WORD and token.value in STATUSES:
            self.step()
            return tree.Status(value=token.value, at=token.at)
        return self._comparison()

    def _closes_a_value(self) -> bool:
        """Whether the bracket that opens here holds a value: something is done with it where it closes."""
        depth, place = 0, self.place
        while self.tokens[place].kind != END:
            value = self.tokens[place].value if self.tokens[place].kind == SIGN else ""
            depth += (value == "(") - (value == ")")
            if depth == 0:
                after = self.tokens[place + 1]
                signs = after.kind == SIGN and after.value not in {")", ","}
                return signs or (after.kind == WORD and after.value in {"in", "is", "not"})
            place += 1
        return False

    def _comparison(self) -> tree.Condition:
        self.count_step()
        left = self._operand(_CONDITION)
        token = self.now
        if token.kind == SIGN and token.value in _COMPARED:
            sign = self.step().value
            right = self._operand("a value to compare with")
            return tree.Comparison(sign=sign, left=left, right=right, at=token.at)
        if isinstance(left, tree.Literal):
            raise self.expected(f"one of {' '.join(_COMPARED)}")
        if self.take(WORD, "is"):
            negated = self.take(WORD, "not")
            if not self.take(WORD, "null"):
                raise self.expected("null")
            return tree.IsNull(of=left, negated=negated, at=token.at)
        negated = self.take(WORD, "not")
        if not self.take(WORD, "in"):
            raise self.expected(
                "in" if negated else f"one of {' '.join(_COMPARED)} in is", names=("in", "is")
            )
        return tree.Membership(of=left, values=self._listed(), negated=negated, at=token.at)

    def _operand(self, expected: str) -> tree.Operand:
        token = self.now
        if token.kind == TEXT:
            self.step()
            return tree.Literal(value=token.value, at=token.at)
        if token.kind == WORD and token.value == "null":
            raise Fault("Nothing equals null.", token.at, "Write is null, or is not null.")
        return self.value(expected)

    def _listed(self) -> tuple[tree.Literal | tree.Number | tree.Negated, ...]:
        self.need("(", after="in")
        found = [self._listed_one()]
        while self.take(SIGN, ","):
            found.append(self._listed_one())
        self.need(")")
        return tuple(found)

    def _listed_one(self) -> tree.Literal | tree.Number | tree.Negated:
        token = self.now
        if token.kind == TEXT:
            self.step()
            return tree.Literal(value=token.value, at=token.at)
        if self.take(SIGN, "-") and self.now.kind == NUMBER:
            return tree.Negated(of=self.number(), at=token.at)
        if self.now.kind == NUMBER:
            return self.number()
        raise self.expected("a text in quotes or a number")
