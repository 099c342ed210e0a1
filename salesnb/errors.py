"""What can go wrong, said so that a person knows what to do about it."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

__all__ = [
    "BadInput",
    "BadUsage",
    "CannotWrite",
    "Damaged",
    "Infeasible",
    "MissingFile",
    "SalesnbError",
    "StaleSave",
    "UnknownName",
    "nearest",
]


_LONGEST = 100
_COMPARED = 5_000


class SalesnbError(Exception):
    """Something that the reader can act on.

    Parameters
    ----------
    what
        What is wrong, a full sentence.
    where
        The file, row, field or node that it is about; may be empty.
    hint
        What to do about it, a full sentence; may be empty.

    Examples
    --------
    >>> print(BadInput("The target is negative.", where="fy18.plan.json, goals[0]", hint="Enter 0 or more."))
    fy18.plan.json, goals[0]: The target is negative. Enter 0 or more.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Give one line: where, what, and what to do."""
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.hint}" if self.hint else ""
        return f"{place}{self.what}{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep every part when an error crosses a process boundary."""
        return (type(self)._restore, (self.what, dict(self.__dict__)))  # noqa: SLF001 -- its own

    @classmethod
    def _restore(cls, what: str, state: dict[str, object]) -> "SalesnbError":
        error = cls(what)
        error.__dict__.update(state)
        return error


class UnknownName(SalesnbError, KeyError):
    """A KPI, dimension, template, node, plan or period that does not exist."""

    exit_code = 2


class BadUsage(SalesnbError, ValueError):
    """A command or call that cannot be meant as it was written."""

    exit_code = 2


class BadInput(SalesnbError, ValueError):
    """Data, a mapping, parameters or a plan that break a rule."""


class MissingFile(SalesnbError, FileNotFoundError):
    """A file or folder that should be there and is not."""


class Damaged(SalesnbError, ValueError):
    """A file that is not what its name says: cut short, not parseable, or of a newer version."""


class Infeasible(SalesnbError, ValueError):
    """Limits that cannot all hold; the message names them and by how much they miss."""


class CannotWrite(SalesnbError, OSError):
    """A file that could not be written: no permission, no space, or no such folder."""


class StaleSave(SalesnbError, RuntimeError):
    """A save that was refused because the file has moved on since it was read.

    Attributes
    ----------
    differences
        What changed in between, a sentence each.
    """

    def __init__(
        self, what: str, *, where: str = "", hint: str = "", differences: Iterable[str] = ()
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.differences = tuple(differences)


def nearest(name: str, names: Iterable[str], *, shown: int = 12, meant: str = "") -> str:
    """Say which known names come closest to one that is not known.

    Parameters
    ----------
    shown
        How many known names are listed.
    meant
        What is offered whatever its spelling, where it is among the known names.

    Examples
    --------
    >>> nearest("win_rat", ["won_amount", "win_rate"])
    "Did you mean 'win_rate'? Known: win_rate, won_amount."
    >>> nearest("owner", ["region", "rep"], meant="rep")
    "Did you mean 'rep'? Known: region, rep."
    """
    known = sorted({_cut(text) for text in names})
    if not known:
        return "None is known yet."
    # Comparing takes the product of lengths, and a source may have thousands of columns.
    close = [meant] if meant in known else get_close_matches(_cut(name), known[:_COMPARED], n=1, cutoff=0.6)
    guess = f"Did you mean {close[0]!r}? " if close else ""
    return f"{guess}Known: {', '.join(_first(known, shown))}."


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _first(names: list[str], shown: int) -> Iterator[str]:
    yield from names[:shown]
    if len(names) > shown:
        yield f"and {len(names) - shown} more"
