"""The arithmetic of the cascade: totals go down a tree, level by level, around what is locked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from salesnb.errors import Infeasible
from salesnb.money import split
from salesnb.planning.hedging import comes_to, factor_below, needs
from salesnb.planning.tree import OrgNode, OrgTree

__all__ = ["GIVEN", "Part", "Sharing", "Weight", "equal_for_want_of", "weight_in_words"]

GIVEN = "given"

Weight = int | Fraction

_NAMED_LOCKS = 3
_ONCE = Fraction(1)


def weight_in_words(weight: Weight) -> str:
    """Write a weight in decimals where these are exact and few, else as a fraction.

    Examples
    --------
    >>> weight_in_words(Fraction(5, 2)), weight_in_words(3), weight_in_words(Fraction(1, 3))
    ('2.5', '3', '1/3')
    """
    exact = Fraction(weight)
    return f"{float(exact):g}" if Fraction(f"{float(exact):g}") == exact else str(exact)


def equal_for_want_of(basis: str) -> str:
    """Name the basis of equal parts where all weights are zero.

    Examples
    --------
    >>> equal_for_want_of("history: the twelve months before")
    'equal (no history)'
    """
    if basis.startswith("equal") or basis == "given":
        return "equal"
    return f"equal (no {basis.partition(':')[0]})"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a node gets, and how that was found."""

    amount: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """One cascade; ``run`` does it. Its rules stand in ``salesnb.planning.cascade``.

    Attributes
    ----------
    weights, locks
        By node id: weights of leaves, locked amounts of any node.
    given
        Weights that a person typed, by node id: who has one shares with the siblings by these and not by what is below.
    show
        Puts an amount into words for messages.
    word, remedy
        What messages call what is fixed, and how it is freed.
    over
        By level: how many times what a node has those right below it come to, where that is not once.
    """

    tree: OrgTree
    weights: Mapping[str, Weight]
    locks: Mapping[str, int]
    basis: str
    show: Callable[[int], str]
    word: str = "lock"
    remedy: str = "Unlock"
    over: Mapping[str, Fraction] = field(default_factory=lambda: MappingProxyType({}))
    given: Mapping[str, Weight] = field(default_factory=lambda: MappingProxyType({}))

    def run(self, total: int) -> dict[str, Part]:
        """Give every node its part.

        Raises
        ------
        Infeasible
            When locks cannot all hold.
        """
        top = self.tree.root
        self._check_top(top, total)
        parts = {top.id: Part(amount=total, basis="locked" if top.id in self.locks else self.basis)}
        for node in self.tree.walk():
            children = self.tree.children(node.id)
            if children:
                parts.update(self._share(node, parts[node.id].amount, children))
        return parts

    @cached_property
    def least(self) -> Mapping[str, int]:
        """What is locked in a node or, when itself free, below it."""
        found: dict[str, int] = {}
        for node in self._bottom_up:
            beneath = sum(found[child.id] for child in self.tree.children(node.id))
            found[node.id] = self.locks.get(node.id, needs(beneath, self._factor(node)))
        return found

    @cached_property
    def closed(self) -> frozenset[str]:
        """Nodes that cannot move: locked, or with nothing free below them."""
        found: set[str] = set()
        for node in self._bottom_up:
            children = self.tree.children(node.id)
            if node.id in self.locks or (children and all(child.id in found for child in children)):
                found.add(node.id)
        return frozenset(found)

    @cached_property
    def mass(self) -> Mapping[str, Weight]:
        """The weight of every node: its own, or that of the leaves below it."""
        found: dict[str, Weight] = {}
        for node in self._bottom_up:
            children = self.tree.children(node.id)
            beneath: Weight = sum(found[child.id] for child in children)
            found[node.id] = beneath if children else self.weights.get(node.id, 0)
        return found

    @cached_property
    def _bottom_up(self) -> tuple[OrgNode, ...]:
        return tuple(reversed(tuple(self.tree.walk())))

    def _factor(self, node: OrgNode) -> Fraction:
        """Tell how many times what a node has those right below it come to."""
        if not self.over:
            return _ONCE
        return factor_below(node.name, [child.level for child in self.tree.children(node.id)], self.over)

    def _share(self, parent: OrgNode, amount: int, children: Sequence[OrgNode]) -> dict[str, Part]:
        """Split what a node has, and what it is over-assigned by, among the nodes right below it."""
        factor = self._factor(parent)
        locked = sum(self.least[child.id] for child in children)
        # What is locked below may come to a little less than the factor says, where no whole amount comes to just that.
        fits = parent.id in self.closed and locked and needs(locked, factor) == amount
        total = locked if fits else comes_to(amount, factor)
        still = [child.id for child in children if child.id in self.closed]
        free = [child.id for child in children if child.id not in self.closed]
        self._check_node(parent, total, children, has_free=bool(free))
        parts = {key: self._closed_part(key) for key in still}
        rest = total - sum(self.least[key] for key in still)
        floored = self._floored(rest, free)
        parts |= {key: Part(amount=self.least[key], basis="locks below") for key in floored}
        rest -= sum(self.least[key] for key in floored)
        moving = [key for key in free if key not in floored]
        weights, basis = self._weights_of(moving)
        amounts = split(rest, weights, moving) if moving else ()
        typed = self._typed(children) if basis == GIVEN else {}
        return parts | {
            key: Part(amount=amount, basis=typed.get(key, basis))
            for key, amount in zip(moving, amounts, strict=True)
        }

    def _typed(self, children: Sequence[OrgNode]) -> dict[str, str]:
        """Say of siblings what was typed for each, of how much in all."""
        own = {child.id: self.given[child.id] for child in children if child.id in self.given}
        whole = sum(own.values())
        return {
            key: f"{GIVEN}: weight {weight_in_words(weight)} of {weight_in_words(whole)}"
            for key, weight in own.items()
        }

    def _floored(self, rest: int, free: Sequence[str]) -> frozenset[str]:
        """Find the free nodes whose share would be less than what is locked below them.

        Giving them what they need leaves less for the others, so further ones may follow; none of those
        found ever comes free again, so that the outcome does not depend on the order.
        """
        floored: set[str] = set()
        while True:
            moving = [key for key in free if key not in floored]
            weights, _ = self._weights_of(moving)
            whole = sum(weights)
            short = {
                key
                for key, weight in zip(moving, weights, strict=True)
                if self.least[key] * whole > rest * weight
            }
            if not short:
                return frozenset(floored)
            floored |= short
            rest -= sum(self.least[key] for key in short)

    def _weights_of(self, keys: Sequence[str]) -> tuple[list[Weight], str]:
        """Weights of siblings; equal ones, and said so, when none of them weighs anything."""
        typed = [self.given[key] for key in keys if key in self.given]
        if keys and len(typed) == len(keys):
            return (typed, GIVEN) if any(typed) else ([1] * len(keys), equal_for_want_of("weight given"))
        weights = [self.mass[key] for key in keys]
        if any(weights):
            return weights, self.basis
        return [1] * len(keys), equal_for_want_of(self.basis)

    def _closed_part(self, key: str) -> Part:
        return Part(amount=self.least[key], basis="locked" if key in self.locks else "locks below")

    def _check_top(self, top: OrgNode, total: int) -> None:
        locked = self.locks.get(top.id, total)
        if locked != total:
            raise Infeasible(
                f"{top.name} is locked at {self.show(locked)}, but the goal is {self.show(total)}: "
                f"{self._difference(locked - total)}.",
                where=top.id,
                hint="Unlock it or set the goal to that amount.",
            )

    def _check_node(
        self, parent: OrgNode, total: int, children: Sequence[OrgNode], *, has_free: bool
    ) -> None:
        """Refuse locks below a node that are more than it has, or that leave a rest without a place."""
        locked = sum(self.least[child.id] for child in children)
        if locked > total or (locked < total and not has_free):
            named = self._named_locks(children)
            raise Infeasible(
                f"The {self.word}s below {parent.name} ({named}) come to {self.show(locked)}, "
                f"but {parent.name} has {self.show(total)}: {self._difference(locked - total)}.",
                where=parent.id,
                hint=self._advice(parent, locked, total),
            )

    def _difference(self, amount: int) -> str:
        return f"{self.show(abs(amount))} too {'much' if amount > 0 else 'little'}"

    def _advice(self, parent: OrgNode, locked: int, total: int) -> str:
        step = "lower" if locked > total else "raise"
        lever = f"its {self.word}" if parent.id in self.locks else "the goal"
        return f"{self.remedy} or {step} one of them, or change {lever} to {self.show(locked)}."

    def _named_locks(self, children: Sequence[OrgNode]) -> str:
        """Name the topmost locks below a node, the largest first."""
        found: list[OrgNode] = []
        waiting = list(children)
        while waiting:
            node = waiting.pop()
            if node.id in self.locks:
                found.append(node)
            else:
                waiting.extend(self.tree.children(node.id))
        found.sort(key=lambda node: (-self.locks[node.id], node.id))
        words = [f"{node.name} {self.show(self.locks[node.id])}" for node in found[:_NAMED_LOCKS]]
        more = [f"{len(found) - _NAMED_LOCKS} more"] if len(found) > _NAMED_LOCKS else []
        return ", ".join(words + more)
