"""Where each rep was, by what every import said: a move counts from then on, and what was before stays as it was.

``placements`` holds for each rep ever met the nodes it was at, gap-free over all days. An import that finds a rep at
another node than the one before keeps what is known until then. Dated memberships are no part of it: they are laid
over it (``salesnb.crm.memberships``), so that taking them away again leaves nothing behind.
"""

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from salesnb.counting import counted
from salesnb.crm.plan import Context
from salesnb.crm.sql import insert_values, quote_literal

__all__ = ["NOWHERE", "Past", "carry_placements", "explain"]

# The node of reps of whom nothing is known.
NOWHERE = "company"
_FIRST, _LAST = "DATE '0001-01-01'", "DATE '9999-12-31'"
_SHOWN = 5
_ELSE = "Where that is not so, say it in memberships."

_Nodes = dict[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Past:
    """What an import knows of the one before.

    Attributes
    ----------
    database
        That of the import before; None where there is none.
    as_of
        The day as of which this import is told.
    columns
        Which columns of the source say where reps belong: others are no move, but a correction.
    """

    database: Path | None
    as_of: date
    columns: Mapping[str, str]


def carry_placements(context: Context, past: Past) -> tuple[str, ...]:
    """Fill ``placements`` from the import before and the reps of this one, and keep the nodes that it names.

    Parameters
    ----------
    past
        The import before. Its last day, or the as-of day if that is not later, is the first that a move counts for.

    Returns
    -------
    tuple of str
        Who moved, which nodes were renamed, and who is nowhere any more.
    """
    with _attached(context, past.database) as tables:
        if not tables:
            _add_new(context)
            return ()
        _take_over(context, past, known="placements" in tables)
        notices = _corrected(context, past) or (*_renamed(context), *_moved(context, past))
        _add_new(context)
        _keep_nodes(context)
    return notices


def explain(changes: Sequence[str]) -> str:
    """Name the first few of several things.

    Examples
    --------
    >>> explain(["a", "b"])
    'a; b'
    """
    more = f"; and {len(changes) - _SHOWN:,} more" if len(changes) > _SHOWN else ""
    return "; ".join(changes[:_SHOWN]) + more


@contextlib.contextmanager
def _attached(context: Context, database: Path | None) -> Iterator[frozenset[str]]:
    """Attach the database of the import before, and give the names of its tables; none where there is none."""
    if database is None or not database.is_file():
        yield frozenset()
        return
    run = context.connection.execute
    run(f"ATTACH {quote_literal(str(database))} AS before (READ_ONLY)")
    rows = run("SELECT table_name FROM duckdb_tables() WHERE database_name = 'before'").fetchall()
    yield frozenset(str(row[0]) for row in rows)
    run("DETACH before")


def _take_over(context: Context, past: Past, *, known: bool) -> None:
    """Take what was known, without what an import of a later day said; who was nowhere is met for the first time."""
    run = context.connection.execute
    told = "before.placements" if known else f"(SELECT rep_id, node, {_FIRST} AS valid_from FROM before.reps)"
    run(
        f"INSERT INTO placements SELECT rep_id, node, valid_from,"
        f" coalesce(lead(valid_from) OVER (PARTITION BY rep_id ORDER BY valid_from), {_LAST})"
        f" FROM {told} WHERE valid_from <= DATE '{past.as_of}'"
    )
    run(
        "DELETE FROM placements WHERE rep_id IN (SELECT rep_id FROM placements GROUP BY rep_id"
        f" HAVING bool_and(node = '{NOWHERE}'))"
    )


def _corrected(context: Context, past: Past) -> tuple[str, ...]:
    """Where other columns say who belongs where, what they say holds for as long as what was said before."""
    row = context.connection.execute("SELECT value FROM before.meta WHERE key = 'placed_by'").fetchone()
    if row is None or json.loads(row[0]) == past.columns:
        return ()
    rows = context.connection.execute(
        "UPDATE placements SET node = r.node FROM reps r WHERE r.rep_id = placements.rep_id"
        f" AND placements.valid_to = {_LAST} AND r.node NOT IN ('{NOWHERE}', placements.node) RETURNING 1"
    ).fetchall()
    if not rows:
        return ()
    who = counted(len(rows), "rep counts", "reps count")
    return (
        f"reps: other columns than before say where they belong; {who} for the new places from the beginning.",
    )


def _differences(context: Context) -> list[tuple[str, str, str, str]]:
    """List every rep that was somewhere and is somewhere: id, name, the node before, the node now."""
    rows = context.connection.execute(
        "SELECT r.rep_id, coalesce(r.name, r.rep_id), p.node, r.node FROM reps r JOIN placements p"
        f" ON p.rep_id = r.rep_id AND p.valid_to = {_LAST} WHERE r.node <> '{NOWHERE}' ORDER BY 2, 1"
    ).fetchall()
    return [(str(rep), str(name), str(old), str(new)) for rep, name, old, new in rows]


def _nodes(context: Context, table: str) -> _Nodes:
    rows = context.connection.execute(f"SELECT node, coalesce(name, node), parent FROM {table}").fetchall()
    return {str(node): (str(name), str(parent or NOWHERE)) for node, name, parent in rows}


def _renamed(context: Context) -> tuple[str, ...]:
    """A node that is gone, all of whose reps are at one new node with nobody else from before, has a new name."""
    before, now = _nodes(context, "before.org"), _nodes(context, "org")
    went, came = defaultdict(set), defaultdict(set)
    for _, _, old, new in _differences(context):
        went[old].add(new)
        came[new].add(old)
    said = []
    for old, goals in sorted(went.items()):
        new = next(iter(goals))
        alone = len(goals) == 1 and len(came[new]) == 1 and old in before
        if alone and old not in now and new not in before and _same_place(old, new, before, now):
            context.connection.execute(
                f"UPDATE placements SET node = {quote_literal(new)} WHERE node = {quote_literal(old)}"
            )
            names = before[old][0], now[new][0]
            said.append("{} → {}".format(*(names if names[0] != names[1] else (old, new))))
    what = counted(len(said), "node has", "nodes have")
    return (f"org: {what} the same reps under a new name, all of the past included: {explain(said)}. {_ELSE}",) if said else ()  # fmt: skip


def _same_place(old: str, new: str, before: _Nodes, now: _Nodes) -> bool:
    """Tell a node under a new name, or below one that is new, from one that was moved to another part of the tree."""
    above, below = before[old][1], now[new][1]
    gone = above == NOWHERE or above not in now
    return above == below or (gone and (below == NOWHERE or below not in before))


def _moved(context: Context, past: Past) -> tuple[str, ...]:
    """End what was when the import before saw it last, and begin what is."""
    moves = [move for move in _differences(context) if move[2] != move[3]]
    day = min(_day_before(context) + timedelta(days=1), past.as_of)
    run = context.connection.execute
    if moves:
        run("CREATE TEMP TABLE moves (rep_id VARCHAR, node VARCHAR)")
        run(insert_values("moves", [(rep, new) for rep, _, _, new in moves]))
        whose = "rep_id IN (SELECT rep_id FROM moves)"
        run(f"DELETE FROM placements WHERE valid_from >= DATE '{day}' AND {whose}")
        run(f"UPDATE placements SET valid_to = DATE '{day}' WHERE valid_to > DATE '{day}' AND {whose}")
        run(f"INSERT INTO placements SELECT rep_id, node, DATE '{day}', {_LAST} FROM moves")
        run("DROP TABLE moves")
    return (*_told_moves(context, moves, day), *_lost(context))


def _day_before(context: Context) -> date:
    row = context.connection.execute("SELECT value FROM before.meta WHERE key = 'as_of'").fetchone()
    return date.fromisoformat(row[0]) if row else date.max - timedelta(days=1)


def _told_moves(context: Context, moves: Sequence[tuple[str, str, str, str]], day: date) -> tuple[str, ...]:
    """Say who moved; of whom memberships tell, they count."""
    dated = {row[0] for row in context.connection.execute("SELECT rep_id FROM memberships").fetchall()}
    nodes = _nodes(context, "before.org") | _nodes(context, "org")
    told = [f"{name}, {nodes[old][0]} → {nodes[new][0]}" for rep, name, old, new in moves if rep not in dated]
    who = counted(len(told), "rep", "reps")
    since = f"reps: {who} moved since the import before: {explain(told)}; counted from {day}."
    return (f"{since} {_ELSE}",) if told else ()


def _lost(context: Context) -> tuple[str, ...]:
    """Say who is nowhere any more: as in a gap between memberships, the last node stays."""
    rows = context.connection.execute(
        "SELECT coalesce(r.name, r.rep_id) FROM reps r JOIN placements p ON p.rep_id = r.rep_id"
        f" AND p.valid_to = {_LAST} WHERE r.node = '{NOWHERE}' AND p.node <> '{NOWHERE}' ORDER BY 1"
    ).fetchall()
    names = [str(row[0]) for row in rows]
    who = counted(len(names), "rep has", "reps have")
    return (f"reps: {who} no place in the organisation any more and count where they were: {explain(names)}.",) if names else ()  # fmt: skip


def _add_new(context: Context) -> None:
    context.connection.execute(
        f"INSERT INTO placements SELECT rep_id, node, {_FIRST}, {_LAST} FROM reps"
        " WHERE rep_id NOT IN (SELECT rep_id FROM placements)"
    )


def _keep_nodes(context: Context) -> None:
    """Keep the nodes that only the past knows, with those above them."""
    context.connection.execute(
        "INSERT INTO org WITH RECURSIVE kept AS (SELECT b.* FROM before.org b"
        " WHERE b.node IN (SELECT node FROM placements) AND b.node NOT IN (SELECT node FROM org)"
        " UNION SELECT b.* FROM before.org b JOIN kept ON b.node = kept.parent"
        " WHERE b.node NOT IN (SELECT node FROM org)) SELECT * FROM kept"
    )
