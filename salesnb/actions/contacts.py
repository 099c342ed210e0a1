"""Who gets a unit's review by what the data says: a rep's own address, and that of a team's manager."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.addresses import is_address

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts

__all__ = ["Contact", "Contacts", "contacts_of"]


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person, with an address or the reason why there is none.

    Attributes
    ----------
    person
        Name of the manager or rep; empty where the data names nobody.
    why
        Why there is no address, a sentence; empty where there is one.
    """

    person: str = ""
    address: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """The people of a dataset as of a day.

    Attributes
    ----------
    by
        What the reviews are about: a level, ``rep`` or another dimension.
    levels
        Levels of the organisation.
    people
        Rows of the reps: (n, columns=rep_id, name, email, end_on).
    as_of
        Who has left by then gets nothing.
    """

    by: str
    levels: tuple[str, ...]
    as_of: date
    people: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    def of(self, identity: str, name: str, manager: str) -> Contact:
        """Find who a unit's review is for; a team without a manager that is called as a person is led by that person."""
        if self.by == "rep":
            return self._contact(name, [row for row in self.people if row["rep_id"] == identity])
        if self.by not in self.levels:
            return Contact(why=f"Nobody stands for a {self.by}.")
        known = self._by_name.get(manager or name, [])
        if not manager and not known:
            return Contact(why="The data names no manager.")
        return self._contact(manager or name, known)

    def _contact(self, person: str, rows: Sequence[Mapping[str, Any]]) -> Contact:
        here = [row for row in rows if row["end_on"] is None or row["end_on"] > self.as_of]
        addresses = {row["email"] for row in here if row["email"]}
        if len(addresses) == 1 and is_address(found := addresses.pop()):
            return Contact(person=person, address=found)
        if len(here) > 1:
            why = f"Several people are called {person}."
        elif rows and not here:
            why = f"{person} has left."
        else:
            why = f"The data has no e-mail address of {person}."
        return Contact(person=person, why=why)

    @cached_property
    def _by_name(self) -> Mapping[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in self.people:
            found[row["name"]].append(row)
        return found


def contacts_of(facts: "Facts") -> Contacts:
    """Read the people of the data, while it is open."""
    table = facts.data.table("reps").select("rep_id", "name", "email", "end_on")
    return Contacts(
        by=facts.by, levels=facts.data.meta.levels, as_of=facts.as_of, people=table.to_pyarrow().to_pylist()
    )
