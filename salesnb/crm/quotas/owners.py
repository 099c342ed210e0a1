"""Whose a quota is: people and places by id, by name, or by what somebody said."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from types import MappingProxyType

__all__ = ["Directory", "Owner", "folded"]

_NEAR = 0.55
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Somebody, or a place in the organisation, that can have a quota.

    Attributes
    ----------
    id
        As the plan has it: ``rep:17``, or a node such as ``West/Alps``.
    aliases
        Further ids that files use: the rep's own id, an e-mail address.
    above
        Ids of the nodes above, from the top.
    """

    id: str
    name: str
    level: str
    aliases: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class Directory:
    """All who can have a quota, and what files call them.

    Attributes
    ----------
    names
        What was said before: the text of a file, and the id that it means; an empty id means nobody.
    """

    owners: tuple[Owner, ...]
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def by_id(self) -> Mapping[str, Owner]:
        """Every owner under its id."""
        return {owner.id: owner for owner in self.owners}

    @cached_property
    def _by_alias(self) -> Mapping[str, Owner]:
        return {alias: owner for owner in self.owners for alias in (*owner.aliases, owner.id)}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Owner, ...]]:
        found: dict[str, list[Owner]] = {}
        for owner in self.owners:
            for name in {folded(owner.name), *(folded(alias) for alias in owner.aliases)} - {""}:
                found.setdefault(name, []).append(owner)
        return {name: tuple(some) for name, some in found.items()}

    @cached_property
    def _said(self) -> Mapping[str, str]:
        return {folded(text): owner for text, owner in self.names.items()}

    def is_nobody(self, text: str) -> bool:
        """Tell whether it was said that a text means nobody."""
        return self._said.get(folded(text)) == ""

    def find(self, text: str, *, near: Iterable[str] = ()) -> tuple[Owner, ...]:
        """Find whom a text means: one, several of the same name, or none.

        Parameters
        ----------
        near
            Other texts of the row or above it; of several with one name, those below such a place are meant.
        """
        said = self._said.get(folded(text))
        if said and said in self.by_id:
            return (self.by_id[said],)
        if owner := self._by_alias.get(text.strip()):
            return (owner,)
        found = self._by_name.get(folded(text), ())
        if len(found) > 1:
            places = {owner.id for name in near for owner in self._by_name.get(folded(name), ())}
            found = tuple(owner for owner in found if places & set(owner.above)) or found
        return found

    def nearest(self, text: str) -> tuple[Owner, ...]:
        """Give those with names like a text, the likeliest first; reps before places."""
        wanted = folded(text.partition("@")[0])
        scored = sorted(
            ((_likeness(wanted, folded(owner.name)), owner) for owner in self.owners),
            key=lambda pair: (-pair[0], pair[1].level != "rep", pair[1].name, pair[1].id),
        )
        return tuple(owner for score, owner in scored[:_SHOWN] if score >= _NEAR)

    def described(self, owner: Owner) -> str:
        """Name an owner so that people know which one is meant."""
        place = self.by_id.get(owner.above[-1]) if owner.above else None
        return f"{owner.name}, {place.name}" if place and len(owner.above) > 1 else owner.name


def folded(text: str) -> str:
    """Bring a name into the form in which names are compared.

    Examples
    --------
    >>> folded(" Smith,  Bob ") == folded("bob SMITH")
    True
    """
    last, comma, first = text.partition(",")
    turned = f"{first} {last}" if comma and first.strip() else text
    plain = unicodedata.normalize("NFKD", turned.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", letters))


def _likeness(wanted: str, known: str) -> float:
    """Tell how like two names are, 0 to 1: a last name in common says most."""
    if not wanted or not known:
        return 0.0
    ours, theirs = wanted.split(), known.split()
    score = SequenceMatcher(None, wanted, known).ratio()
    if ours[-1] == theirs[-1] and len(ours[-1]) > 1:
        score = max(score, 0.6 + 0.3 * SequenceMatcher(None, ours[0], theirs[0]).ratio())
    elif ours[0] == theirs[0] and len(ours) != len(theirs):
        score = max(score, _NEAR + 0.05)
    return score
