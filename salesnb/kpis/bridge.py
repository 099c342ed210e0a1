"""The bridge from an earlier open pipeline to a later one: effects that add up to the difference exactly.

Every deal is told once, by the first of these that holds:

1. It came (``created``, ``added_late``, ``reopened``) or went (``won``, ``lost``, ``removed``): its whole amount, as
   it was when it was open.
2. Where a period is asked for, its expected close moved into the period or out of it: its whole amount, at the side
   on which it is in. Out and later is ``pushed_out``; in from later is ``pulled_in``; in from earlier, because it did
   not close then, is ``slipped_in``; out and earlier is ``pulled_ahead``. A deal without that date is in every period,
   as for ``closable_amount``.
3. Else what its amount grew or shrank by is ``resized``, in the group that had it, and what then moved from one group
   to another is ``reassigned``, which adds up to zero over all groups.

Beside the bridge, and no part of its sum, stand the amounts of open deals whose expected close moved while they stayed
in: ``pushed_later`` and ``pulled_earlier``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from salesnb.calendar import Period
from salesnb.money import split

__all__ = ["BESIDE", "EFFECTS", "Bridge", "BridgeRow", "Group", "Move", "OpenDeal", "Sums", "bridge"]

EFFECTS = (
    "created", "added_late", "reopened", "won", "lost", "removed", "pushed_out", "pulled_ahead", "pulled_in",
    "slipped_in", "resized", "reassigned",
)  # fmt: skip
BESIDE = ("pushed_later", "pulled_earlier")

# Values of the dimensions asked for; None is everything that the filters leave out.
Group = tuple[str | None, ...] | None


class Sums(NamedTuple):
    """An amount in minor units, and a number of deals."""

    amount: int = 0
    deals: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Add both."""
        return Sums(self.amount + other.amount, self.deals + other.deals)


_NOTHING = Sums()


class OpenDeal(NamedTuple):
    """An open deal as it stood at one time: what part of its expected amount each group has, and when it should close."""

    parts: Mapping[Group, int]
    expected_close_on: date | None = None


class Move(NamedTuple):
    """What one deal did to one group: an effect of ``EFFECTS``, or what is told ``BESIDE`` them."""

    deal: str
    kind: str
    group: Group
    sums: Sums


@dataclass(frozen=True, kw_only=True)
class BridgeRow:
    """One group's bridge; ``then`` and all effects add up to ``now``, amounts and counts alike."""

    group: Group
    then: Sums = _NOTHING
    now: Sums = _NOTHING
    effects: Mapping[str, Sums] = field(default_factory=dict)
    beside: Mapping[str, Sums] = field(default_factory=dict)

    def effect(self, kind: str) -> Sums:
        """Give one effect, or what stands beside them; nothing where there is none."""
        return self.effects.get(kind) or self.beside.get(kind) or _NOTHING

    @property
    def moved(self) -> bool:
        """Whether anything happened, though it may have cancelled out."""
        return bool(self.effects or self.beside)


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Every group's bridge, and the deals behind them.

    Attributes
    ----------
    rows
        A row a group that had or has an open deal, in no particular order.
    moves
        What each deal did, by deal.
    """

    rows: tuple[BridgeRow, ...]
    moves: tuple[Move, ...]

    def row(self, group: Group) -> BridgeRow:
        """Give a group's bridge; an empty one where it had and has nothing."""
        return next((row for row in self.rows if row.group == group), BridgeRow(group=group))

    def deals_of(self, kind: str, group: Group = None) -> int:
        """Count the deals behind an effect, in a group or in all; one that only grew counts too.

        Examples
        --------
        >>> old, new = OpenDeal({("East",): 100}), OpenDeal({("East",): 130})
        >>> found = bridge({"A": old}, {"A": new}, {})
        >>> found.total.effect("resized"), found.deals_of("resized"), found.deals_of("won")
        (Sums(amount=30, deals=0), 1, 0)
        """
        return len(self._behind.get((kind, group), ()))

    @cached_property
    def _behind(self) -> Mapping[tuple[str, Group], set[str]]:
        """The deals by effect and group; None is all groups."""
        found: dict[tuple[str, Group], set[str]] = {}
        for move in self.moves:
            for group in (None, move.group):
                found.setdefault((move.kind, group), set()).add(move.deal)
        return found

    @property
    def total(self) -> BridgeRow:
        """All groups added up."""
        return BridgeRow(
            group=(),
            then=_total(row.then for row in self.rows),
            now=_total(row.now for row in self.rows),
            effects=_by_kind((kind, sums) for row in self.rows for kind, sums in row.effects.items()),
            beside=_by_kind((kind, sums) for row in self.rows for kind, sums in row.beside.items()),
        )


def bridge(
    then: Mapping[str, OpenDeal],
    now: Mapping[str, OpenDeal],
    fates: Mapping[str, str],
    within: Period | None = None,
) -> Bridge:
    """Explain the difference of two open pipelines, deal by deal.

    Parameters
    ----------
    then, now
        The open deals by id.
    fates
        Why a deal is only in one of them: the effect that it is told as.
    within
        The period in which deals are expected to close; None means whenever.

    Returns
    -------
    Bridge
        For every group ``then + effects == now`` in minor units and in numbers of deals.

    Examples
    --------
    >>> old = {"A": OpenDeal({("East",): 100}), "B": OpenDeal({("East",): 50})}
    >>> new = {"A": OpenDeal({("East",): 130}), "C": OpenDeal({("West",): 20})}
    >>> found = bridge(old, new, {"B": "won", "C": "created"})
    >>> {kind: sums.amount for kind, sums in found.total.effects.items()}
    {'created': 20, 'won': -50, 'resized': 30}
    """
    moves: list[Move] = []
    for deal in sorted({*then, *now}):
        old, new = then.get(deal), now.get(deal)
        if old != new:
            moves += _moves(deal, old, new, fates.get(deal, ""), within)
    inside = [move for move in moves if move.group is not None]
    sums = _sums(then, within), _sums(now, within)
    return Bridge(rows=tuple(_rows(sums, inside)), moves=tuple(inside))


def _moves(
    deal: str, old: OpenDeal | None, new: OpenDeal | None, fate: str, within: Period | None
) -> list[Move]:
    was, is_ = _inside(old, within), _inside(new, within)
    if old and was and not (new and is_):
        return _whole(deal, _left(new, within) if new else fate, old.parts, -1)
    if new and is_ and not (old and was):
        return _whole(deal, _entered(old, within) if old else fate, new.parts, 1)
    if old and new and was:
        return [*_stayed(deal, old.parts, new.parts), *_dates(deal, old, new)]
    return []


def _inside(deal: OpenDeal | None, within: Period | None) -> bool:
    if deal is None or within is None or deal.expected_close_on is None:
        return deal is not None
    return within.contains(deal.expected_close_on)


def _left(new: OpenDeal, within: Period | None) -> str:
    later = within and new.expected_close_on and new.expected_close_on >= within.end
    return "pushed_out" if later else "pulled_ahead"


def _entered(old: OpenDeal, within: Period | None) -> str:
    later = within and old.expected_close_on and old.expected_close_on >= within.end
    return "pulled_in" if later else "slipped_in"


def _whole(deal: str, kind: str, parts: Mapping[Group, int], sign: int) -> list[Move]:
    return [Move(deal, kind, group, Sums(sign * amount, sign)) for group, amount in parts.items()]


def _stayed(deal: str, old: Mapping[Group, int], new: Mapping[Group, int]) -> Iterator[Move]:
    """Resize in the groups that had it, in proportion to their parts; what is left has gone from group to group."""
    grown = sum(new.values()) - sum(old.values())
    groups = sorted(old, key=repr)
    weights = [old[group] for group in groups]
    if not any(weights):
        weights = [1] * len(groups)
    resized = dict(zip(groups, split(grown, weights, list(map(repr, groups))), strict=True))
    for group in dict.fromkeys((*old, *new)):
        amount = resized.get(group, 0)
        if amount:
            yield Move(deal, "resized", group, Sums(amount, 0))
        rest = Sums(new.get(group, 0) - old.get(group, 0) - amount, (group in new) - (group in old))
        if any(rest):
            yield Move(deal, "reassigned", group, rest)


def _dates(deal: str, old: OpenDeal, new: OpenDeal) -> Iterator[Move]:
    before, after = old.expected_close_on, new.expected_close_on
    if before and after and before != after:
        kind = "pushed_later" if after > before else "pulled_earlier"
        for group, amount in new.parts.items():
            yield Move(deal, kind, group, Sums(amount, 1))


def _sums(deals: Mapping[str, OpenDeal], within: Period | None) -> dict[Group, Sums]:
    found: dict[Group, Sums] = {}
    for deal in deals.values():
        if _inside(deal, within):
            for group, amount in deal.parts.items():
                found[group] = found.get(group, _NOTHING).plus(Sums(amount, 1))
    return found


def _rows(sums: tuple[dict[Group, Sums], dict[Group, Sums]], moves: Iterable[Move]) -> Iterator[BridgeRow]:
    then, now = sums
    by_group: dict[Group, list[Move]] = {group: [] for group in (*then, *now) if group is not None}
    for move in moves:
        by_group.setdefault(move.group, []).append(move)
    for group, mine in by_group.items():
        found = _by_kind((move.kind, move.sums) for move in mine)
        yield BridgeRow(
            group=group,
            then=then.get(group, _NOTHING),
            now=now.get(group, _NOTHING),
            effects={kind: sums for kind, sums in found.items() if kind in EFFECTS},
            beside={kind: sums for kind, sums in found.items() if kind in BESIDE},
        )


def _by_kind(moves: Iterable[tuple[str, Sums]]) -> dict[str, Sums]:
    """Add up by kind, in the order in which they are told."""
    found: dict[str, Sums] = {}
    for kind, sums in moves:
        found[kind] = found.get(kind, _NOTHING).plus(sums)
    return {kind: found[kind] for kind in (*EFFECTS, *BESIDE) if kind in found}


def _total(parts: Iterable[Sums]) -> Sums:
    found = _NOTHING
    for part in parts:
        found = found.plus(part)
    return found
