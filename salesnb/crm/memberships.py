"""Dated memberships: nobody belongs anywhere with more than a share of 1."""

from dataclasses import replace
from typing import TYPE_CHECKING

from salesnb.crm.loading import Loaded
from salesnb.crm.sql import insert_values
from salesnb.crm.tables import SET_ASIDE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["reject_overlaps"]

_START, _END = "0001-01-01", "9999-12-31"
_SLACK = 1e-9

_Row = tuple[int, str, str, str, float]


def reject_overlaps(connection: "DuckDBPyConnection", loaded: Loaded) -> Loaded:
    """Set aside memberships that would bring a rep above a share of 1 at any date; the first stay."""
    connection.execute("UPDATE memberships SET share = coalesce(share, 1)")
    rows = connection.execute(
        f"SELECT source_row, rep_id, CAST(coalesce(valid_from, DATE '{_START}') AS VARCHAR),"
        f" CAST(coalesce(valid_to, DATE '{_END}') AS VARCHAR), share FROM memberships ORDER BY source_row"
    ).fetchall()
    over = _over([(int(r[0]), str(r[1]), str(r[2]), str(r[3]), float(r[4])) for r in rows])
    if not over:
        return loaded
    file = loaded.plan.file
    reason = "adds up to more than 1 with earlier rows"
    connection.execute(
        insert_values(
            "rejected", [("memberships", file, row[0], "share", reason, row[4]) for row in over], SET_ASIDE
        )
    )
    places = ", ".join(str(row[0]) for row in over)
    connection.execute(f"DELETE FROM memberships WHERE source_row IN ({places})")
    report = replace(
        loaded.report, loaded=loaded.report.loaded - len(over), rejected=loaded.report.rejected + len(over)
    )
    count = "1 row" if len(over) == 1 else f"{len(over):,} rows"
    said = (
        f"memberships: {count} set aside: shares add up to more than 1 (first in {file}, row {over[0][0]})."
    )
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
