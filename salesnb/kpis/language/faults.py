"""What is wrong with an expression, shown with the place."""

from dataclasses import dataclass

from salesnb.errors import BadInput

__all__ = ["Fault", "shown"]

_AROUND = 70


@dataclass
class Fault(Exception):
    """Something wrong at a place of a text, which whoever knows the text turns into an error for people.

    Attributes
    ----------
    what, hint
        What is wrong, a full sentence, and what to do about it.
    at
        Where in the text.
    """

    what: str
    at: int
    hint: str = ""

    def told(self, text: str, where: str) -> BadInput:
        """Give the error for people, with the line of the text and a mark under the place."""
        return BadInput(f"{self.what}\n{shown(text, self.at)}", where=where, hint=self.hint)


def shown(text: str, at: int) -> str:
    """Show the line of a text that a place is in, and a mark under the place.

    Examples
    --------
    >>> print(shown("sum(amont)", 4))
        sum(amont)
            ^
    """
    at = min(at, len(text))
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    first = max(start, at - _AROUND)
    line = text[first : len(text) if end < 0 else end][: 2 * _AROUND]
    seen = "".join(letter if letter.isprintable() else " " for letter in line)
    return f"    {seen}\n    {' ' * (at - first)}^"
