"""The organisation: nodes by level, who belonged where and when, from level columns or from tables of its own."""

from salesnb.counting import counted
from salesnb.crm.matching import rep_nodes_by_name
from salesnb.crm.memberships import complete_memberships
from salesnb.crm.placements import Past, carry_placements
from salesnb.crm.plan import Context, extra_name
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.errors import BadInput

__all__ = ["create_org_levels", "make_nodes", "place_reps"]

_ALWAYS = "DATE '0001-01-01', DATE '9999-12-31'"


def create_org_levels(context: Context) -> None:
    """Create the table that gives each node its ancestors, a column a level."""
    columns = "".join(f", {q(level)} VARCHAR" for level in context.levels)
    context.connection.execute(f"CREATE TABLE org_levels (node VARCHAR{columns})")


def make_nodes(context: Context, level_columns: tuple[str, ...], *, manager: bool) -> tuple[str, ...]:
    """Fill ``org`` where no table gave it, and the node of each rep.

    Parameters
    ----------
    level_columns
        Levels, from the top, that the reps' table has a column for.
    manager
        Whether that table says who manages a rep's team.

    Returns
    -------
    tuple of str
        What people should know.

    Raises
    ------
    BadInput
        When a table of nodes goes in a circle, or no rep names a node of it.
    """
    given = _count(context, "SELECT count(*) FROM org") > 0
    if level_columns and not given:
        _nodes_from_levels(context, level_columns, manager=manager)
    notices = _root(context)
    _name_levels(context)
    if given:
        notices += rep_nodes_by_name(context, level_columns)
    notices += _rep_nodes_known(context)
    return (*notices, *(_levels_without_nodes(context) if given else ()))


def place_reps(context: Context, past: Past) -> tuple[str, ...]:
    """Fill ``placements``, ``memberships``, ``rep_nodes`` and ``org_levels``.

    Parameters
    ----------
    past
        The import before: where reps were by it stays as it was.

    Returns
    -------
    tuple of str
        What people should know.
    """
    notices = [*carry_placements(context, past), *complete_memberships(context)]
    notices += _at_several_nodes(context)
    _fill_rep_nodes(context)
    _fill_levels(context)
    return tuple(notices)


def _count(context: Context, query: str) -> int:
    row = context.connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _nodes_from_levels(context: Context, levels: tuple[str, ...], *, manager: bool) -> None:
    """A node's id is the path of names down to it; a rep without a level stands above it."""
    run = context.connection.execute
    columns = [q(extra_name(level)) for level in levels]
    encoded = [f"replace({column}, '/', '%2F')" for column in columns]
    for depth in range(1, len(levels) + 1):
        path, above = _path(encoded[:depth]), _path(encoded[: depth - 1])
        managed = "any_value(manager ORDER BY source_row)" if manager and depth == len(levels) else "NULL"
        run(
            f"INSERT INTO org SELECT {path}, {columns[depth - 1]}, {above}, {quote_literal(levels[depth - 1])},"
            f" {managed} FROM reps WHERE {columns[depth - 1]} IS NOT NULL GROUP BY {path}, {columns[depth - 1]}, {above}"
        )
    run(f"UPDATE reps SET node = {_path(encoded)}")


def _path(parts: list[str]) -> str:
    """SQL of a path; nothing is the company, and a team that is called "company" is not.

    A level that is left out keeps its place: a team without a region is not the region of that name.
    """
    whole = ", ".join(f"coalesce({part}, '')" for part in parts)
    joined = f"rtrim(concat_ws('/', {whole}), '/')" if parts else "''"
    return f"CASE {joined} WHEN '' THEN 'company' WHEN 'company' THEN '%63ompany' ELSE {joined} END"


def _root(context: Context) -> list[str]:
    """Everything without a known parent hangs below the company."""
    run = context.connection.execute
    lost = _count(
        context,
        "SELECT count(*) FROM org WHERE parent IS NOT NULL AND parent NOT IN (SELECT node FROM org)"
        " AND parent <> 'company'",
    )
    run("UPDATE org SET name = coalesce(name, node)")
    run(
        "UPDATE org SET parent = 'company' WHERE node <> 'company' AND (parent IS NULL OR parent NOT IN (SELECT node FROM org))"
    )
    run(
        "INSERT INTO org SELECT 'company', 'Company', NULL, 'company', NULL WHERE 'company' NOT IN (SELECT node FROM org)"
    )
    run("UPDATE org SET parent = NULL, level = 'company' WHERE node = 'company'")
    return (
        [
            f"org: {counted(lost, 'node names', 'nodes name')} a parent that is not there; below the company instead."
        ]
        if lost
        else []
    )


def _rep_nodes_known(context: Context) -> list[str]:
    """A rep whose node is not known belongs to the company itself."""
    lost = _count(
        context, "SELECT count(*) FROM reps WHERE node IS NOT NULL AND node NOT IN (SELECT node FROM org)"
    )
    context.connection.execute(
        "UPDATE reps SET node = 'company' WHERE node IS NULL OR node NOT IN (SELECT node FROM org)"
    )
    return (
        [
            f"reps: {counted(lost, 'rep names', 'reps name')} a node that is not in org; below the company instead."
        ]
        if lost
        else []
    )


def _at_several_nodes(context: Context) -> list[str]:
    """Say who is at several nodes on the same day; a deal counts for one of them, so that none counts twice."""
    reps = _count(
        context,
        "SELECT count(DISTINCT a.rep_id) FROM memberships a JOIN memberships b ON a.rep_id = b.rep_id"
        " AND a.node < b.node AND coalesce(a.valid_from, DATE '0001-01-01') < coalesce(b.valid_to, DATE '9999-12-31')"
        " AND coalesce(b.valid_from, DATE '0001-01-01') < coalesce(a.valid_to, DATE '9999-12-31')",
    )
    rule = "their deals count for the node of the largest share, of equal ones for the one begun last."
    who = counted(reps, "rep belongs", "reps belong")
    return [f"memberships: {who} to several nodes at a time; {rule}"] if reps else []


def _fill_rep_nodes(context: Context) -> None:
    """One node a rep at every date: the largest share, else the latest begun; gaps keep the node before."""
    context.connection.execute(
        "INSERT INTO rep_nodes WITH m AS (SELECT rep_id, node, coalesce(valid_from, DATE '0001-01-01') AS a,"
        " coalesce(valid_to, DATE '9999-12-31') AS b, coalesce(share, 1) AS share"
        " FROM (FROM memberships UNION ALL BY NAME FROM before_members) WHERE node IN (SELECT node FROM org)),"
        " e AS (SELECT DISTINCT rep_id, a AS d FROM m UNION SELECT DISTINCT rep_id, b FROM m WHERE b < DATE '9999-12-31'),"
        " best AS (SELECT e.rep_id, e.d, arg_max(m.node, (m.share, m.a, m.node)) AS node FROM e LEFT JOIN m"
        " ON m.rep_id = e.rep_id AND m.a <= e.d AND e.d < m.b GROUP BY ALL),"
        " held AS (SELECT * FROM best WHERE node IS NOT NULL),"
        " began AS (SELECT *, lag(node) OVER w AS earlier FROM held WINDOW w AS (PARTITION BY rep_id ORDER BY d)),"
        " runs AS (SELECT * FROM began WHERE earlier IS DISTINCT FROM node)"
        " SELECT rep_id, node, CASE WHEN earlier IS NULL THEN DATE '0001-01-01' ELSE d END,"
        " coalesce(lead(d) OVER (PARTITION BY rep_id ORDER BY d), DATE '9999-12-31') FROM runs"
    )
    context.connection.execute(
        f"INSERT INTO rep_nodes SELECT rep_id, node, {_ALWAYS} FROM reps"
        " WHERE rep_id NOT IN (SELECT rep_id FROM rep_nodes)"
    )


def _fill_levels(context: Context) -> None:
    """Walk from every node up to the top, however deep it lies."""
    columns = "".join(
        f", max(CASE WHEN level = {quote_literal(level)} THEN above END)" for level in context.levels
    )
    context.connection.execute(
        "INSERT INTO org_levels WITH RECURSIVE up(node, above, parent, level) AS ("
        " SELECT node, node, parent, level FROM org UNION ALL"
        " SELECT up.node, org.node, org.parent, org.level FROM up JOIN org ON org.node = up.parent)"
        f" SELECT node{columns} FROM up GROUP BY node"
    )


def _levels_without_nodes(context: Context) -> list[str]:
    """Say which levels of the workspace no node of a given table is of: by them everything is nobody's."""
    found = [str(row[0]) for row in context.connection.execute(
        "SELECT DISTINCT level FROM org WHERE level IS NOT NULL AND level <> 'company' ORDER BY 1"
    ).fetchall()]  # fmt: skip
    missing = ", ".join(level for level in context.levels if level not in found)
    known = ", ".join(found) or "none"
    return [f"org: no node is of level {missing}; those in the table are {known}."] if missing else []


def _name_levels(context: Context) -> None:
    """Refuse circles; where a table of nodes names no level at all, it follows from how deep a node lies."""
    run = context.connection.execute
    # A node has one parent, so that no circle is reached from the top.
    run(
        "CREATE TEMP TABLE depths AS WITH RECURSIVE down(node, depth) AS (SELECT 'company', 0 UNION ALL"
        " SELECT org.node, depth + 1 FROM org JOIN down ON org.parent = down.node) SELECT * FROM down"
    )
    stuck = run("SELECT min(node) FROM org WHERE node NOT IN (SELECT node FROM depths)").fetchone()
    if stuck and stuck[0] is not None:
        raise BadInput(
            f"Node {stuck[0]!r} does not lead up to the top: its parents go in a circle.",
            where="org, parent",
            hint="Correct the parent column.",
        )
    names = " ".join(
        f"WHEN {depth} THEN {quote_literal(name)}" for depth, name in enumerate(context.levels, 1)
    )
    if names and _count(context, "SELECT count(*) FROM org WHERE level <> 'company'") == 0:
        run(
            f"UPDATE org SET level = CASE depth {names} END FROM depths"
            " WHERE depths.node = org.node AND depth > 0"
        )
    run("DROP TABLE depths")
