"""What a cascade is in proportion to: one basis or a mix of several, and the weight of those who are new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median

from salesnb.errors import BadInput, BadUsage, nearest
from salesnb.money import apportion
from salesnb.planning.model import NEW, Quota
from salesnb.planning.sharing import Weight
from salesnb.planning.tree import OrgTree

__all__ = ["BASES", "Weighting", "as_new", "mixed", "parse_basis", "read_share", "split_heads", "weigh_new"]

BASES = ("history", "potential", "capacity", "equal", "given")
# A mix is kept in whole parts of a trillion, so that the plan holds numbers and not long fractions.
_PARTS = 10**12


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """Weights of leaves, and where they come from.

    Attributes
    ----------
    weights
        By leaf id, zero or more.
    basis
        In words, for the quotas' ``basis``.
    new
        Leaves that are new and have the weight of their peers.
    """

    weights: Mapping[str, Weight]
    basis: str
    new: frozenset[str] = frozenset()


def parse_basis(text: str) -> dict[str, Fraction]:
    """Read one basis, or several with shares that sum to one exactly.

    Raises
    ------
    BadUsage
        When a basis is not known or is there twice, or shares are not numbers or do not sum to one.

    Examples
    --------
    >>> parse_basis("history:.6,potential:40%")
    {'history': Fraction(3, 5), 'potential': Fraction(2, 5)}
    >>> parse_basis("equal")
    {'equal': Fraction(1, 1)}
    """
    found: dict[str, Fraction] = {}
    for part in text.split(","):
        name, colon, share = (word.strip() for word in part.partition(":"))
        if name not in BASES:
            raise BadUsage(f"There is no basis {name!r}.", hint=nearest(name, BASES))
        if name in found:
            raise BadUsage(f"The basis {name} is there twice.", hint="Give each one share.")
        found[name] = read_share(share) if colon else Fraction(1)
    whole = sum(found.values())
    if whole != 1:
        raise BadUsage(
            f"The shares of the bases sum to {float(whole):g}.",
            hint="Let them sum to 1: history:.6,potential:.4",
        )
    return found


def mixed(
    parts: Mapping[str, Weighting], shares: Mapping[str, Fraction], leaves: Collection[str]
) -> Weighting:
    """Mix bases: ``weight[leaf] = sum over bases of share * weight in it / sum of its weights``.

    Parameters
    ----------
    parts
        What each basis says.
    shares
        Of each basis; they sum to one.
    leaves
        Among whom is split; what a basis says of others is left out.

    Raises
    ------
    BadInput
        When a basis says nothing of anybody.
    """
    known = {
        name: {leaf: parts[name].weights[leaf] for leaf in sorted(leaves) if parts[name].weights.get(leaf)}
        for name in shares
    }
    for name, weights in known.items():
        if not weights and (len(known) > 1 or name != "history"):
            raise BadInput(
                f"Nobody has any {name} to split by.", hint="Choose another basis, such as history."
            )
    new = frozenset().union(*(parts[name].new for name in shares)) & frozenset(leaves)
    if len(shares) == 1:
        (name,) = shares
        return Weighting(weights=known[name], basis=parts[name].basis, new=new)
    whole = {name: sum(weights.values()) for name, weights in known.items()}
    sums = {
        leaf: sum(
            share * weights.get(leaf, 0) / whole[name]
            for (name, weights), share in zip(known.items(), shares.values(), strict=True)
        )
        for leaf in sorted(leaves)
    }
    words = ", ".join(f"{float(share * 100):g} % {parts[name].basis}" for name, share in shares.items())
    return Weighting(
        weights={leaf: round(weight * _PARTS) for leaf, weight in sums.items() if weight},
        basis=words,
        new=new,
    )


def weigh_new(tree: OrgTree, found: Weighting, new: Collection[str]) -> Weighting:
    """Give leaves that are new, and have no weight for that reason alone, the median weight of their peers.

    Peers are those under the same node who are not new; where there are none, those under the nearest node above that
    has some. Who has been there and sold nothing keeps the weight zero, and counts as a peer.
    """
    lacking = {leaf.id for leaf in tree.leaves() if leaf.id in new and not found.weights.get(leaf.id)}
    weights = dict(found.weights)
    for leaf in sorted(lacking):
        for node in reversed(tree.path(leaf)[:-1]):
            peers = [found.weights.get(one.id, 0) for one in tree.leaves(node.id) if one.id not in lacking]
            if peers:
                weights[leaf] = median(map(Fraction, peers))
                break
    return replace(found, weights=weights, new=frozenset(leaf for leaf in lacking if weights.get(leaf)))


def as_new(quotas: Sequence[Quota], new: Collection[str]) -> tuple[Quota, ...]:
    """Say in the basis of those who are new that their weight is that of their peers."""
    return tuple(
        replace(quota, basis=NEW) if quota.id in new and quota.weight and quota.lock is None else quota
        for quota in quotas
    )


def split_heads(tree: OrgTree, heads: int, weights: Mapping[str, Weight]) -> dict[str, int]:
    """Split whole heads down a tree by Webster's method, at each node anew.

    A node never loses a head because there is one more to give, which largest remainder does not promise.

    Parameters
    ----------
    heads
        Zero or more.
    weights
        By leaf id, zero or more; equal where all below a node are zero.

    Returns
    -------
    dict
        Heads by node id; children add up to their parent.

    References
    ----------
    https://en.wikipedia.org/wiki/Sainte-Lagu%C3%AB_method
    """
    mass: dict[str, Weight] = {}
    for node in reversed(tuple(tree.walk())):
        children = tree.children(node.id)
        mass[node.id] = sum(mass[child.id] for child in children) if children else weights.get(node.id, 0)
    found = {tree.root.id: heads}
    for node in tree.walk():
        keys = [child.id for child in tree.children(node.id)]
        shares = [mass[key] for key in keys]
        if keys:
            parts = apportion(found[node.id], shares if any(shares) else [1] * len(keys), keys)
            found |= zip(keys, parts, strict=True)
    return found


def read_share(text: str) -> Fraction:
    """Read a share above zero and up to one, such as ``.2``, ``1/5`` or ``20%``.

    Raises
    ------
    BadUsage
        When it is none.
    """
    try:
        share = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise BadUsage(f"{text!r} is not a share.", hint="Write one such as .4 or 40%.") from None
    if not 0 < share <= 1:
        raise BadUsage(f"The share {text} is not between 0 and 1.", hint="Write one such as .4 or 40%.")
    return share
