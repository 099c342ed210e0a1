"""Weights that a person types for nodes: read exactly, checked, and spread over the leaves where they are part of a mix."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from salesnb.errors import BadInput
from salesnb.planning.sharing import Weight, weight_in_words
from salesnb.planning.tree import OrgNode, OrgTree

__all__ = ["check_typed", "read_weight", "typed_leaves", "weights_in_words"]

_WEIGHT = re.compile(r"(-?(?:\d{1,15}(?:\.\d{0,12})?|\.\d{1,12}))(?:/(\d{1,15}))?\s*(%?)")
_NAMED = 5


def read_weight(text: str, name: str) -> Fraction:
    """Read the weight of a node exactly as it is typed: a number, a fraction or a per cent.

    Raises
    ------
    BadInput
        When it is none, or negative.

    Examples
    --------
    >>> read_weight("2.5", "North"), read_weight("1/3", "North"), read_weight("40 %", "North")
    (Fraction(5, 2), Fraction(1, 3), Fraction(2, 5))
    """
    found = _WEIGHT.fullmatch(text.strip())
    if found is None or (found[2] and not int(found[2])):
        raise BadInput(f"The weight {text!r} of {name} is not a number.", hint="Write 3, 2.5, 1/3 or 40%.")
    weight = Fraction(found[1]) / (int(found[2]) if found[2] else 1) / (100 if found[3] else 1)
    if weight < 0:
        raise BadInput(f"The weight of {name} is negative: {text.strip()}.", hint="Give zero or more.")
    return weight


def check_typed(tree: OrgTree, typed: Mapping[str, Weight]) -> None:
    """Refuse weights that do not say how nodes share: among siblings all have one, and one is above zero.

    Raises
    ------
    BadInput
        When the top of the tree has a weight, a sibling has none, or those of all siblings are zero.
    """
    if tree.root.id in typed:
        raise BadInput(
            f"{tree.root.name} has the whole goal, so no weight.", hint="Give weights to the nodes below."
        )
    for parent in tree.walk():
        children = tree.children(parent.id)
        own = [child for child in children if child.id in typed]
        if own:
            _check_siblings(parent, own, [child for child in children if child.id not in typed], typed)


def _check_siblings(
    parent: OrgNode, own: Sequence[OrgNode], bare: Sequence[OrgNode], typed: Mapping[str, Weight]
) -> None:
    said = weights_in_words(own, typed)
    if bare:
        verb = "has" if len(bare) == 1 else "have"
        raise BadInput(
            f"{_listed([node.name for node in bare])} {verb} no weight, but others below {parent.name} do ({said}).",
            where=bare[0].id,
            hint="Give each of them one; 0 is one too.",
        )
    if not any(typed[node.id] for node in own):
        raise BadInput(
            f"All weights below {parent.name} are zero: {said}.",
            where=parent.id,
            hint="Let one be above zero.",
        )


def weights_in_words(nodes: Sequence[OrgNode], typed: Mapping[str, Weight]) -> str:
    """List weights with the names of their nodes; the first five, and how many more."""
    return _listed([f"{node.name} {weight_in_words(typed[node.id])}" for node in nodes if node.id in typed])


def _listed(words: Sequence[str]) -> str:
    more = [f"{len(words) - _NAMED} more"] if len(words) > _NAMED else []
    return ", ".join([*words[:_NAMED], *more])


def typed_leaves(
    tree: OrgTree, typed: Mapping[str, Weight], below: Mapping[str, Weight]
) -> dict[str, Fraction]:
    """Spread weights of nodes over the leaves: ``weight[leaf] = product of the shares on its path``.

    A node shares among those right below it by their typed weights, else by what the leaves below them weigh, else
    equally.

    Parameters
    ----------
    below
        By leaf id, for nodes whose children have no typed weight.

    Returns
    -------
    dict
        By leaf id; they sum to one exactly.
    """
    mass: dict[str, Weight] = {}
    for node in reversed(tuple(tree.walk())):
        children = tree.children(node.id)
        mass[node.id] = sum(mass[child.id] for child in children) if children else below.get(node.id, 0)
    found = {tree.root.id: Fraction(1)}
    for node in tree.walk():
        children = tree.children(node.id)
        weights = [typed.get(child.id, mass[child.id]) for child in children]
        weights = weights if any(weights) else [1] * len(children)
        for child, weight in zip(children, weights, strict=True):
            found[child.id] = found[node.id] * weight / sum(weights)
    return {leaf.id: found[leaf.id] for leaf in tree.leaves()}
