"""Dated memberships: of reps and nodes that are there, never beyond a share of 1, laid over what imports say."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.joining import id_sql
from salesnb.crm.loading import Loaded
from salesnb.crm.matching import Known, known_nodes, known_reps
from salesnb.crm.placements import NOWHERE, explain
from salesnb.crm.plan import Context
from salesnb.crm.sql import insert_values
from salesnb.crm.tables import SET_ASIDE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["complete_memberships", "reject_overlaps", "resolve_members"]

_START, _END = "0001-01-01", "9999-12-31"
_SLACK = 1e-9

_Row = tuple[int, str, str, str, float]


def resolve_members(context: Context, loaded: Loaded) -> Loaded:
    """Set aside memberships of reps or nodes that are not there, and bring names to the ids that they stand for."""
    connection = context.connection
    connection.execute(f"UPDATE memberships SET rep_id = {id_sql('rep_id', context.ids)}")
    named = 0
    for field, known, what in (
        ("rep_id", known_reps(connection), "is not in reps"),
        ("node", known_nodes(connection), "is not a node of the organisation"),
    ):
        rows = connection.execute(f"SELECT source_row, {field} FROM memberships ORDER BY 1").fetchall()
        lost = [(int(row), str(text), _why(known, str(text), what)) for row, text in rows if known.find(str(text)) is None]  # fmt: skip
        loaded = _set_aside(connection, loaded, field, lost)
        for row, text in rows:
            key = known.find(str(text))
            if key not in (None, text):
                named += 1
                connection.execute(f"UPDATE memberships SET {field} = ? WHERE source_row = ?", [key, row])
    if not named:
        return loaded
    return replace(
        loaded,
        notices=(
            *loaded.notices,
            f"memberships: {counted(named, 'name was', 'names were')} taken for the id behind it.",
        ),
    )


def _why(known: Known, text: str, what: str) -> str:
    several = known.all(text)
    return f"may be any of {', '.join(sorted(several))}" if several else f"{what}{known.meant(text)}"


def reject_overlaps(connection: "DuckDBPyConnection", loaded: Loaded) -> Loaded:
    """Set aside memberships that would bring a rep above a share of 1 at any date; the first stay."""
    connection.execute("UPDATE memberships SET share = coalesce(share, 1)")
    rows = connection.execute(
        f"SELECT source_row, rep_id, CAST(coalesce(valid_from, DATE '{_START}') AS VARCHAR),"
        f" CAST(coalesce(valid_to, DATE '{_END}') AS VARCHAR), share FROM memberships ORDER BY source_row"
    ).fetchall()
    over = _over([(int(r[0]), str(r[1]), str(r[2]), str(r[3]), float(r[4])) for r in rows])
    reason = "adds up to more than 1 with earlier rows"
    return _set_aside(connection, loaded, "share", [(row[0], str(row[4]), reason) for row in over])


def _set_aside(
    connection: "DuckDBPyConnection", loaded: Loaded, field: str, rows: Sequence[tuple[int, str, str]]
) -> Loaded:
    """Move rows (row, value, reason) to those that were set aside, and say so."""
    if not rows:
        return loaded
    file = loaded.plan.file
    aside = [("memberships", file, row, field, reason, value) for row, value, reason in rows]
    connection.execute(insert_values("rejected", aside, SET_ASIDE))
    places = ", ".join(str(row) for row, _, _ in rows)
    connection.execute(f"DELETE FROM memberships WHERE source_row IN ({places})")
    report = replace(
        loaded.report, loaded=loaded.report.loaded - len(rows), rejected=loaded.report.rejected + len(rows)
    )
    count = counted(len(rows), "row", "rows")
    first, value, reason = rows[0]
    what = "shares add up to more than 1" if field == "share" else f"{field} {value!r} {reason}"
    said = f"memberships: {count} set aside: {what} (first in {file}, row {first})."
    return replace(loaded, report=report, notices=(*loaded.notices, said))


def _over(rows: list[_Row]) -> list[_Row]:
    """Give the rows that do not fit beside those before them."""
    kept: dict[str, list[_Row]] = {}
    over: list[_Row] = []
    for row in rows:
        others = kept.setdefault(row[1], [])
        touching = [other for other in others if other[2] < row[3] and row[2] < other[3]]
        starts = {row[2], *(other[2] for other in touching if other[2] > row[2])}
        most = max(sum(o[4] for o in touching if o[2] <= day < o[3]) for day in starts)
        (over if most + row[4] > 1 + _SLACK else others).append(row)
    return over


def complete_memberships(context: Context) -> tuple[str, ...]:
    """Add where reps were by the imports: all the time for those without a membership, before the first for others.

    The table ``before_members`` gets what stands before the first one without being a membership: from there on a rep
    is said to belong somewhere, and where it was before, if it was anywhere, was elsewhere.

    Returns
    -------
    tuple of str
        Whose first membership leads away from another node.
    """
    run = context.connection.execute
    run(
        "CREATE TEMP TABLE before_members AS SELECT rep_id, node, valid_from, valid_to, share FROM memberships LIMIT 0"
    )
    run(
        f"CREATE TEMP TABLE first_members AS SELECT rep_id, min(coalesce(valid_from, DATE '{_START}')) AS day,"
        " arg_min(node, coalesce(valid_from, DATE '0001-01-01')) AS node FROM memberships GROUP BY rep_id"
    )
    clipped = (
        "SELECT p.rep_id, p.node, nullif(p.valid_from, DATE '0001-01-01') AS valid_from, least(p.valid_to, f.day) AS"
        " valid_to, 1.0 AS share FROM placements p JOIN first_members f ON f.rep_id = p.rep_id"
        " WHERE p.valid_from < f.day"
    )
    transfer = f"p.node NOT IN ('{NOWHERE}', f.node)"
    run(f"INSERT INTO before_members {clipped} AND NOT ({transfer})")
    told = _transfers(context)
    run(f"INSERT INTO memberships BY NAME {clipped} AND {transfer}")
    run(
        "INSERT INTO memberships BY NAME SELECT p.rep_id, p.node,"
        f" CASE WHEN p.valid_from > DATE '{_START}' THEN p.valid_from WHEN r.start_on < p.valid_to THEN r.start_on END"
        f" AS valid_from, CASE WHEN p.valid_to < DATE '{_END}' THEN p.valid_to"
        " WHEN r.end_on >= p.valid_from THEN r.end_on + 1 END AS valid_to, 1.0 AS share"
        " FROM placements p LEFT JOIN reps r ON r.rep_id = p.rep_id"
        " WHERE p.rep_id NOT IN (SELECT rep_id FROM first_members)"
    )
    run("DROP TABLE first_members")
    return told


def _transfers(context: Context) -> tuple[str, ...]:
    """Say where reps count before their first membership."""
    rows = context.connection.execute(
        "SELECT coalesce(r.name, p.rep_id), coalesce(o.name, p.node), f.day FROM placements p"
        " JOIN first_members f ON f.rep_id = p.rep_id LEFT JOIN reps r ON r.rep_id = p.rep_id"
        " LEFT JOIN org o ON o.node = p.node WHERE p.valid_from < f.day AND p.node <> f.node"
        # Who came then, and has no deal of before, was nowhere.
        f" AND (p.node <> '{NOWHERE}' OR EXISTS (SELECT 1 FROM opportunities d WHERE d.rep_id = p.rep_id"
        " AND d.closed_on < f.day))"
        " QUALIFY row_number() OVER (PARTITION BY p.rep_id ORDER BY p.valid_from DESC) = 1 ORDER BY 1"
    ).fetchall()
    told = [f"{name}, {node} until {day}" for name, node, day in rows]
    who = counted(len(told), "rep counts", "reps count")
    return (f"memberships: before the first row {who} where the imports have them: {explain(told)}. Add earlier rows where that is wrong.",) if told else ()  # fmt: skip
