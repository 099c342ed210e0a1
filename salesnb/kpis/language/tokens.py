"""The words, numbers, texts and signs that an expression is made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from salesnb.kpis.language.faults import Fault
from salesnb.kpis.language.words import KEYWORDS, LONGEST

__all__ = ["END", "NAME", "NUMBER", "QUOTED", "SIGN", "TEXT", "WORD", "Token", "tokens_of"]

WORD, NAME, QUOTED, NUMBER, TEXT, SIGN, END = "word", "name", "quoted", "number", "text", "sign", "end"

_PATTERN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?![\w.]))
  | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
  | (?P<text>'(?:[^'\n]|'')*'|"(?:[^"\n]|"")*")
  | (?P<quoted>`[^`\n]+`)
  | (?P<sign><>|!=|<=|>=|[=<>+\-*/(),])
    """,
    re.VERBOSE,
)
_MEANT = {"%": "Write 0.42 for 42 %.", ";": "One KPI is one expression.", "{": "Nothing is filled in here."}


@dataclass(frozen=True, kw_only=True)
class Token:
    """A piece of an expression.

    Attributes
    ----------
    kind
        ``word`` (a word of the language, in lower case), ``name``, ``quoted`` (a name between backticks), ``number``,
        ``text``, ``sign`` or ``end``.
    value
        A text without its quotes, a number without underscores.
    at, end
        Where it starts, and where it ends.
    """

    kind: str
    value: str
    at: int
    end: int

    @property
    def told(self) -> str:
        """What it is, for messages."""
        return "the end" if self.kind == END else f"{self.value[:40]!r}"


def tokens_of(text: str) -> tuple[Token, ...]:
    """Cut an expression into its pieces; the last is its end.

    Raises
    ------
    Fault
        When it is too long, a text is not closed, or a character means nothing here.
    """
    if len(text) > LONGEST:
        raise Fault(f"The expression has {len(text):,} characters; at most {LONGEST:,} are read.", LONGEST)
    return (*_pieces(text), Token(kind=END, value="", at=len(text.rstrip()), end=len(text)))


def _pieces(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _PATTERN.match(text, at)
        if found is None:
            raise _misfit(text, at)
        if found.lastgroup != "space":
            yield _token(str(found.lastgroup), found[0], at)
        at = found.end()


def _token(kind: str, found: str, at: int) -> Token:
    end = at + len(found)
    if kind == NAME and found.lower() in KEYWORDS:
        return Token(kind=WORD, value=found.lower(), at=at, end=end)
    if kind == TEXT:
        found = found[1:-1].replace(found[0] * 2, found[0])
    elif kind == QUOTED:
        found = found[1:-1]
    elif kind == NUMBER:
        found = found.replace("_", "")
    return Token(kind=kind, value="!=" if found == "<>" and kind == SIGN else found, at=at, end=end)


def _misfit(text: str, at: int) -> Fault:
    letter = text[at]
    if letter in "'\"`":
        return Fault("A quote is opened here and not closed on its line.", at, f"Close it with {letter}.")
    if letter.isdigit():
        return Fault("This is not a number.", at, "Write 1000, 1_000 or 0.5.")
    name = f"{letter!r}" if letter.isprintable() else f"The character U+{ord(letter):04X}"
    return Fault(f"{name} means nothing here.", at, _MEANT.get(letter, ""))
