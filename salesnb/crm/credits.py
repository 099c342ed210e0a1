"""Credits: who shares in a deal, and what part of its amounts is theirs, in whole minor units that add up."""

from dataclasses import replace
from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.plan import Context, Problem, TablePlan
from salesnb.crm.sql import insert_values
from salesnb.crm.tables import SET_ASIDE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from salesnb.crm.loading import Loaded

__all__ = ["OVERLAY", "REVENUE", "SLACK", "WHOLE", "credit_rules", "fill_credited", "reject_excess"]

REVENUE, OVERLAY = "revenue", "overlay"

# Shares are counted in billionths, so that adding them up is exact.
WHOLE = 1_000_000_000
_PARTS = f"CAST(round(share * {WHOLE}) AS BIGINT)"
# A third is written 0.333333: as far as that shares may miss 1, each of them.
SLACK = 1_000
_KIND = f"coalesce(lower(kind), '{REVENUE}')"
# Without opportunities, orders become them.
_DEALS = (
    "SELECT opportunity_id FROM opportunities UNION ALL"
    " SELECT order_id FROM orders WHERE NOT EXISTS (SELECT 1 FROM opportunities)"
)

_Row = tuple[int, str, int]


def credit_rules(plan: TablePlan) -> tuple[Problem, ...]:
    """Rules on a credit: a deal and a rep that are there, and a kind that is known.

    Elsewhere a reference without a partner is left empty; a credit of nothing, or for nobody, could not count.
    """
    rules = [
        Problem(
            field="opportunity_id",
            condition=f"opportunity_id NOT IN ({_DEALS})",
            reason="is not in opportunities",
            value='"t_opportunity_id"',
        ),
        Problem(
            field="rep_id",
            condition="EXISTS (SELECT 1 FROM reps) AND rep_id NOT IN (SELECT rep_id FROM reps)",
            reason="is not in reps",
            value='"t_rep_id"',
        ),
    ]
    if plan.has("kind"):
        condition = f"{_KIND} NOT IN ('{REVENUE}', '{OVERLAY}')"
        reason = f"is not {REVENUE} or {OVERLAY}"
        rules.append(Problem(field="kind", condition=condition, reason=reason, value='"t_kind"'))
    return tuple(rules)


def reject_excess(connection: "DuckDBPyConnection", loaded: "Loaded") -> "Loaded":
    """Set aside credits that would bring a deal's revenue, or a rep's overlay of it, above 1; the first stay.

    What revenue shares leave of 1 stays with the deal's owner, which is a warning.
    """
    over = _over(_crowded(connection))
    if over:
        loaded = _set_aside(connection, loaded, over)
    connection.execute(f"UPDATE credits SET kind = {_KIND}")
    return _tell_rest(connection, loaded)


def fill_credited(context: Context) -> None:
    """Fill ``credited``: for each deal that has credits, every rep's part of its amounts.

    The revenue parts of a deal, its owner's rest among them, add up to the deal exactly, by largest remainder; equal
    remainders go to the lowest rep id. Overlays stand apart, each rounded half-even.
    """
    of_deal = "PARTITION BY opportunity_id, kind"
    columns = ("amount", "expected_amount")
    exact = "".join(
        f", abs(CAST({name} AS HUGEINT)) * parts // whole AS floor_{name}"
        f", abs(CAST({name} AS HUGEINT)) * parts % whole AS rest_{name}"
        for name in columns
    )
    ranks = "".join(
        f", row_number() OVER ({of_deal} ORDER BY rest_{name} DESC, rep_id NULLS LAST)"
        f" <= abs({name}) - sum(floor_{name}) OVER ({of_deal}) AS more_{name}"
        for name in columns
    )
    context.connection.execute(
        f"INSERT INTO credited WITH given AS ({_given()}),"
        " weighed AS (SELECT g.*, amount, expected_amount,"
        f" CASE kind WHEN '{REVENUE}' THEN sum(parts) OVER ({of_deal}) ELSE {WHOLE} END AS whole"
        " FROM given g JOIN opportunities o USING (opportunity_id)),"
        f" divided AS (SELECT *{exact} FROM weighed), ranked AS (SELECT *{ranks} FROM divided)"
        " SELECT opportunity_id, rep_id, kind, CAST(parts AS DOUBLE) / CAST(whole AS DOUBLE),"
        f" {', '.join(_part_of(name) for name in columns)} FROM ranked ORDER BY opportunity_id, kind, rep_id"
    )


def _crowded(connection: "DuckDBPyConnection") -> list[_Row]:
    """List the credits of deals that have more than 1: row, what they share, and the share."""
    rows = connection.execute(
        f"SELECT source_row, shared, parts FROM (SELECT *, sum(parts) OVER w AS whole, count(*) OVER w AS n FROM ("
        f"SELECT source_row, {_PARTS} AS parts, CASE WHEN {_KIND} = '{OVERLAY}'"
        " THEN concat(rep_id, chr(31), opportunity_id) ELSE opportunity_id END AS shared"
        " FROM credits) WINDOW w AS (PARTITION BY shared))"
        f" WHERE whole > {WHOLE} + {SLACK} * n ORDER BY source_row"
    ).fetchall()
    return [(int(row[0]), str(row[1]), int(row[2])) for row in rows]


def _over(rows: list[_Row]) -> list[_Row]:
    """Give the rows that do not fit beside those before them."""
    kept: dict[str, list[int]] = {}
    over: list[_Row] = []
    for row in rows:
        parts = [*kept.get(row[1], ()), row[2]]
        if sum(parts) > WHOLE + SLACK * len(parts):
            over.append(row)
        else:
            kept[row[1]] = parts
    return over


def _set_aside(connection: "DuckDBPyConnection", loaded: "Loaded", over: list[_Row]) -> "Loaded":
    file, reason = loaded.plan.file, "adds up to more than 1 with earlier rows"
    rejected = [("credits", file, row, "share", reason, parts / WHOLE) for row, _, parts in over]
    connection.execute(insert_values("rejected", rejected, SET_ASIDE))
    places = ", ".join(str(row[0]) for row in over)
    connection.execute(f"DELETE FROM credits WHERE source_row IN ({places})")
    report = replace(
        loaded.report, loaded=loaded.report.loaded - len(over), rejected=loaded.report.rejected + len(over)
    )
    said = f"credits: {counted(len(over), 'row', 'rows')} set aside: shares add up to more than 1 (first in {file}, row {over[0][0]})."
    return replace(loaded, report=report, notices=(*loaded.notices, said))


def _tell_rest(connection: "DuckDBPyConnection", loaded: "Loaded") -> "Loaded":
    """Warn of deals whose revenue shares add up to less than 1."""
    deals, rows = connection.execute(
        "SELECT count(*), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM credits"
        f" WHERE kind = '{REVENUE}' GROUP BY opportunity_id"
        f" HAVING sum({_PARTS}) < {WHOLE} - {SLACK} * count(*))"
    ).fetchall()[0]
    if not deals:
        return loaded
    whose = counted(deals, "opportunity has", "opportunities have")
    said = f"credits: {whose} shares that add up to less than 1; the rest stays with the owner."
    report = replace(loaded.report, warned=loaded.report.warned + int(rows))
    return replace(loaded, report=report, notices=(*loaded.notices, said))


def _given() -> str:
    """SQL of one row a deal, kind and rep with a share, the owners with the rest of the revenue among them."""
    said = f"SELECT opportunity_id, rep_id, kind, {_PARTS} AS parts FROM credits WHERE rep_id IS NOT NULL"
    rest = (
        f"SELECT o.opportunity_id, o.rep_id, '{REVENUE}', s.rest FROM (SELECT opportunity_id,"
        f" {WHOLE} - sum({_PARTS}) AS rest, count(*) AS n FROM credits"
        f" WHERE kind = '{REVENUE}' AND rep_id IS NOT NULL GROUP BY opportunity_id) s"
        f" JOIN opportunities o ON o.opportunity_id = s.opportunity_id WHERE s.rest > {SLACK} * s.n"
    )
    return (
        "SELECT opportunity_id, rep_id, kind, CAST(sum(parts) AS HUGEINT) AS parts"
        f" FROM ({said} UNION ALL {rest}) GROUP BY ALL HAVING sum(parts) > 0"
    )


def _part_of(name: str) -> str:
    """SQL of a rep's part of an amount; what is returned has the sign of the deal."""
    half_even = f"2 * rest_{name} > whole OR (2 * rest_{name} = whole AND floor_{name} % 2 = 1)"
    more = f"CASE WHEN kind = '{REVENUE}' THEN more_{name} ELSE {half_even} END"
    return f"CAST(sign({name}) * (floor_{name} + CAST({more} AS HUGEINT)) AS BIGINT)"
