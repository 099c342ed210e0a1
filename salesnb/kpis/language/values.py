"""From text to tree: the values of deals, and what every reader of tokens needs."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from salesnb.errors import nearest
from salesnb.kpis.language import tree
from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.tokens import END, NAME, NUMBER, QUOTED, SIGN, TEXT, WORD, Token, tokens_of
from salesnb.kpis.language.words import AGGREGATES, MOST_NESTED, MOST_STEPS

__all__ = ["Reader", "ValueParser"]

_VALUE = "a column such as amount, or days(created_on, closed_on)"
_LONGEST_NUMBER = 20


class Reader:
    """Walks along the tokens of a text, and keeps count of what could grow without end."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        self.place = 0
        self._depth = 0
        self._steps = 0

    @property
    def now(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.place]

    def step(self) -> Token:
        """Take the next token, whatever it is."""
        token = self.now
        self.place += token.kind != END
        return token

    def take(self, kind: str, value: str) -> bool:
        """Take the next token if it is that one."""
        found = self.now.kind == kind and self.now.value == value
        if found:
            self.step()
        return found

    def need(self, sign: str, *, after: str = "") -> None:
        """Take a sign, or say that it is missing."""
        if not self.take(SIGN, sign):
            raise self.expected(f'"{sign}"{f" after {after}" if after else ""}')

    def finish(self) -> None:
        """Refuse what stands behind the end."""
        if self.now.kind != END:
            raise self.expected("the end or a sign such as + - * /")

    def expected(self, what: str, names: Iterable[str] = (), hint: str = "") -> Fault:
        """Say what was expected here and what was found; ``names`` are words that may have been meant."""
        token = self.now
        meant = nearest(token.value, names) if token.kind in {NAME, WORD} and names else ""
        return Fault(
            f"Expected {what}, found {token.told}.", token.at, meant if meant.startswith("Did") else hint
        )

    @contextmanager
    def deeper(self, token: Token) -> Iterator[None]:
        """Go into brackets, or behind a ``not`` or a minus."""
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise Fault(f"It is nested more than {MOST_NESTED} deep.", token.at, "Take brackets away.")
        yield
        self._depth -= 1

    def count_step(self) -> None:
        """Count a sign or a comparison."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Fault(
                f"It has more than {MOST_STEPS} signs and comparisons.",
                self.now.at,
                "Define parts of it as KPIs of their own, or list values with in (…).",
            )

    def chain(self, signs: str, part: Callable[[], Any]) -> Any:
        """Read parts joined by signs that bind alike; they are taken from left to right."""
        left = part()
        while self.now.kind == SIGN and self.now.value in signs:
            token = self.step()
            self.count_step()
            left = tree.Binary(sign=token.value, left=left, right=part(), at=token.at)
        return left

    def number(self) -> tree.Number:
        """Read a number, exactly."""
        token = self.step()
        if len(token.value) > _LONGEST_NUMBER:
            raise Fault(f"A number has at most {_LONGEST_NUMBER} digits.", token.at)
        return tree.Number(value=Fraction(token.value), at=token.at)


class ValueParser(Reader):
    """Reads values of deals: columns, days between dates, and sums, differences and multiples of them."""

    def value(self, expected: str = _VALUE) -> tree.Value:
        """Read a value; ``expected`` is what is said where there is none."""
        found: tree.Value = self.chain("+-", lambda: self._product(expected))
        return found

    def column(self, expected: str) -> tree.Column:
        """Read the name of a column."""
        token = self.now
        if token.kind in {NAME, QUOTED}:
            self.step()
            return tree.Column(name=token.value, at=token.at)
        if token.kind == WORD:
            raise Fault(
                f"Expected {expected}, found {token.told}, which is a word of the language.",
                token.at,
                f"If it is a column, write `{token.value}` between backticks.",
            )
        raise self.expected(expected)

    def _product(self, expected: str) -> tree.Value:
        found: tree.Value = self.chain("*", lambda: self._single(expected))
        if self.now.kind == SIGN and self.now.value == "/":
            raise Fault(
                "Deals are not divided one by one: the mean of ratios is not the ratio of sums.",
                self.now.at,
                "Divide aggregates: sum(…) / sum(…).",
            )
        return found

    def _single(self, expected: str) -> tree.Value:
        token = self.now
        if self.take(SIGN, "-"):
            with self.deeper(token):
                return tree.Negated(of=self._single(expected), at=token.at)
        if self.take(SIGN, "("):
            with self.deeper(token):
                inner = self.value(expected)
            self.need(")")
            return inner
        if token.kind == NUMBER:
            return self.number()
        if self.take(WORD, "days"):
            return self._days(token)
        if token.kind == WORD and token.value in AGGREGATES:
            raise Fault(
                f"{token.value} cannot stand within another aggregate.",
                token.at,
                "Combine aggregates by + - * / outside the brackets.",
            )
        if token.kind == TEXT:
            raise Fault("A text is nothing to calculate with.", token.at, f"Expected {expected}.")
        return self.column(expected)

    def _days(self, token: Token) -> tree.Days:
        self.need("(", after="days")
        start = self.column("the column of the earlier date")
        self.need(",", after=start.name)
        end = self.column("the column of the later date")
        self.need(")")
        return tree.Days(start=start, end=end, at=token.at)
