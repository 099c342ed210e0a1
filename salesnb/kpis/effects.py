"""A change told effect by effect and line by line, in whole units that add up exactly."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from salesnb.kpis.rounding import whole_table

__all__ = ["Change", "Effect", "LineChange", "changes_of"]

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one factor did, in minor units; exactly, where the figure is no whole number, as a ratio is."""

    name: str
    amount: int | Fraction


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """What became of one line: ``before`` and all effects add up to ``after``, in units as those of `Effect`."""

    key: Hashable
    before: int | Fraction
    after: int | Fraction
    effects: tuple[int | Fraction, ...]


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
    def before(self) -> int | Fraction:
        """The amount before, in minor units."""
        return sum(line.before for line in self.lines)

    @property
    def after(self) -> int | Fraction:
        """The amount after, in minor units."""
        return sum(line.after for line in self.lines)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects on the whole."""
        return tuple(
            Effect(name=name, amount=sum(line.effects[place] for line in self.lines))
            for place, name in enumerate(self.names)
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
