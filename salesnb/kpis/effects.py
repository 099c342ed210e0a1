"""A change told effect by effect and line by line, in whole units that add up exactly."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from salesnb.kpis.rounding import total_of, whole_table

__all__ = ["Change", "Effect", "LineChange", "changes_of"]

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one factor did, in minor units."""

    name: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """What became of one line: ``before`` and all effects add up to ``after``, in minor units."""

    key: Hashable
    before: int
    after: int
    effects: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change with its causes.

    Attributes
    ----------
    names
        Of the effects, in the order of each line's.
    lines
        A line's effects add up to its change, and the lines' to those of the whole.
    method
        How it was shared out, in words: ``"Shapley over 4 factors"``.
    """

    names: tuple[str, ...]
    lines: tuple[LineChange, ...]
    method: str

    @property
    def before(self) -> int:
        """The amount before, in minor units."""
        return sum(line.before for line in self.lines)

    @property
    def after(self) -> int:
        """The amount after, in minor units."""
        return sum(line.after for line in self.lines)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects on the whole."""
        totals = total_of((line.effects for line in self.lines), len(self.names))
        return tuple(
            Effect(name=name, amount=amount) for name, amount in zip(self.names, totals, strict=True)
        )


def changes_of(
    exact: Mapping[K, Sequence[Fraction]], ends: Callable[[K], tuple[int, int]]
) -> tuple[LineChange, ...]:
    """Round the effects of lines so that everything adds up; lines stay in their order.

    Parameters
    ----------
    exact
        Effects by line, which add up to the line's change.
    ends
        The amounts of a line before and after.
    """
    # The order in which lines are given must not decide where a cent goes.
    keys = sorted(exact, key=repr)
    whole = dict(zip(keys, whole_table([exact[key] for key in keys]), strict=True))
    return tuple(
        LineChange(key=key, before=ends(key)[0], after=ends(key)[1], effects=whole[key]) for key in exact
    )
