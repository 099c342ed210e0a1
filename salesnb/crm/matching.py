"""Reps and nodes by what people write for them: an id, or a name that only one of them has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.plan import Context, extra_name
from salesnb.crm.sql import quote_identifier as q
from salesnb.errors import BadInput, nearest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Known", "known_nodes", "known_reps", "rep_nodes_by_name"]

_SHOWN = 5
# Comparing takes the product of lengths.
_COMPARED = 2_000


class Known:
    """What can be named.

    Parameters
    ----------
    names
        The name of each id.

    Examples
    --------
    >>> known = Known({"South/Alps": "Alps", "North/Shore": "Shore"})
    >>> known.find("South/Alps"), known.find("shore"), known.find("Shroe")
    ('South/Alps', 'North/Shore', None)
    >>> known.meant("Shroe")
    " (did you mean 'Shore'?)"
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._ids = names.keys()
        self._texts = sorted({*names.values()})[:_COMPARED]
        self._by_text: dict[str, set[str]] = defaultdict(set)
        for key, name in names.items():
            for text in (key, name):
                self._by_text[_folded(text)].add(key)

    def all(self, text: str) -> set[str]:
        """Give every id that a text is the id or the name of; upper and lower case are the same in names."""
        return {text} if text in self._ids else self._by_text.get(_folded(text), set())

    def find(self, text: str) -> str | None:
        """Give the id that is meant; None where it is none, or one of several."""
        found = self.all(text)
        return next(iter(found)) if len(found) == 1 else None

    def meant(self, text: str) -> str:
        """Ask whether the name that comes nearest is meant; empty where none is near."""
        close = get_close_matches(text, self._texts, n=1, cutoff=0.6)
        return f" (did you mean {close[0]!r}?)" if close else ""

    def hint(self, text: str) -> str:
        """Say which names there are."""
        return nearest(text, self._texts)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def known_reps(connection: "DuckDBPyConnection") -> Known:
    """Give the reps that are loaded."""
    return _known(connection, "SELECT rep_id, coalesce(name, rep_id) FROM reps")


def known_nodes(connection: "DuckDBPyConnection") -> Known:
    """Give the nodes of the organisation."""
    return _known(connection, "SELECT node, coalesce(name, node) FROM org")


def _known(connection: "DuckDBPyConnection", query: str) -> Known:
    return Known({str(key): str(name) for key, name in connection.execute(query).fetchall()})


def rep_nodes_by_name(context: Context, levels: Sequence[str]) -> tuple[str, ...]:
    """Find the node of each rep in a table of nodes, by what the reps' table says in ``node`` or in columns of levels.

    Parameters
    ----------
    levels
        Levels, from the top, that the reps' table has a column for; the lowest that names a node counts.

    Returns
    -------
    tuple of str
        Which names are of no node.

    Raises
    ------
    BadInput
        When none of them is: then it is another organisation.
    """
    known = known_nodes(context.connection)
    columns = ["node", *(extra_name(level) for level in levels)]
    cells = ", ".join(q(column) for column in columns)
    rows = context.connection.execute(f"SELECT DISTINCT {cells} FROM reps ORDER BY ALL").fetchall()
    parents = _parents(context)
    named = [row for row in rows if any(row)]
    found = {row: _lowest([str(cell) for cell in row if cell is not None], known, parents) for row in named}
    lowest = {str([cell for cell in row if cell][-1]) for row in named}
    lost = sorted(text for text in lowest if not known.all(text))
    if named and not any(found.values()):
        raise BadInput(
            f"No rep belongs to a node of org: {', '.join(map(repr, lost[:_SHOWN]))}: none of them is one.",
            where=f"reps, {', '.join(levels) or 'node'}",
            hint=f"{known.hint(lost[0])} Write the nodes as the reps name them, or leave org out.",
        )
    for row, node in found.items():
        if node is not None:
            same = " AND ".join(f"{q(column)} IS NOT DISTINCT FROM ?" for column in columns)
            context.connection.execute(f"UPDATE reps SET node = ? WHERE {same}", [node, *row])
    return _told(lost, known, any_named=bool(named), members=_has_members(context))


def _lowest(texts: Sequence[str], known: Known, parents: Mapping[str, str | None]) -> str | None:
    """Give the node of the last text that names one; of several of that name, the one below the node before it."""
    place: str | None = None
    for text in texts:
        found = known.all(text)
        below = {node for node in found if place is not None and place in _above(node, parents)}
        chosen = below if len(found) > 1 and len(below) == 1 else found
        place = next(iter(chosen)) if len(chosen) == 1 else place
    return place


def _above(node: str | None, parents: Mapping[str, str | None]) -> list[str]:
    seen: list[str] = []
    # Circles are refused later.
    while node is not None and node not in seen:
        seen.append(node)
        node = parents.get(node)
    return seen[1:]


def _parents(context: Context) -> dict[str, str | None]:
    return dict(context.connection.execute("SELECT node, parent FROM org").fetchall())


def _has_members(context: Context) -> bool:
    return bool(context.connection.execute("SELECT 1 FROM memberships LIMIT 1").fetchall())


def _told(lost: Sequence[str], known: Known, *, any_named: bool, members: bool) -> tuple[str, ...]:
    if lost:
        shown = ", ".join(f"{text!r}{known.meant(text)}" for text in lost[:_SHOWN])
        what = counted(len(lost), "name is", "names are")
        return (f"reps: {what} of no node in org; whoever belongs there stands above it: {shown}.",)
    if not any_named and not members:
        return (
            "reps: no column says to which node of org they belong; map node or a level in [reps.columns].",
        )
    return ()
