"""Every opportunity once, from the day it entered the pipeline to the day it left, or once for each place it was at."""

from collections.abc import Iterable
from typing import Any

from salesnb.kpis.query import OWNER
from salesnb.kpis.scan import Scan
from salesnb.kpis.spans import FIRST_DAY, LAST_DAY

__all__ = ["lives", "places_move", "stays"]

_SHARED = ("opportunity_id", "rep_id", "amount", "expected_amount")


def lives(scan: Scan, reads: tuple[str, ...], columns: Iterable[str]) -> Any:
    """Select every opportunity once, with the dimensions of the day that it closed; None where there are none.

    Parameters
    ----------
    reads
        Dimensions that are wanted besides those of the scan.
    columns
        What is wanted of the opportunities.

    Returns
    -------
    Ibis table or None
        With ``created_on`` and ``closed_on``.
    """
    import ibis

    table = scan.deals.known_columns([*columns, *_needed(scan, reads), "created_on", "closed_on"])
    if scan.deals.book.moves:
        table = table.mutate(place_on=table.closed_on.fill_null(ibis.date(scan.as_of)))
    return scan.of_whom(table, reads)


def stays(scan: Scan, reads: tuple[str, ...], columns: Iterable[str]) -> Any:
    """Select every opportunity once for each place at which it was open, from ``entered`` to before ``left``.

    Only where deals count for their owners: who share in one may have moved on different days.
    """
    import ibis

    table = scan.deals.known_columns([*columns, *_needed(scan, reads), "created_on", "closed_on"])
    moves, first, last = scan.deals.book.moves_table(), ibis.date(FIRST_DAY), ibis.date(LAST_DAY)
    came_before = table.created_on.fill_null(first) < moves.moved_out.fill_null(last)
    left_after = table.closed_on.fill_null(last) > moves.moved_in.fill_null(first)
    joined = table.left_join(moves, [table.rep_id == moves.moved_rep, came_before, left_after])
    created, came = joined.created_on, joined.moved_in
    closed, went = joined.closed_on, joined.moved_out
    placed = joined.mutate(
        entered=came.isnull().ifelse(created, ibis.greatest(created.fill_null(came), came)),
        left=went.isnull().ifelse(closed, ibis.least(closed.fill_null(went), went)),
        place_on=joined.moved_on.fill_null(ibis.date(scan.as_of)),
    )
    return scan.of_whom(placed, reads)


def places_move(scan: Scan, reads: tuple[str, ...]) -> bool:
    """Tell whether the dimensions of an open deal may depend on the day."""
    of_levels = any(found.table == "org_levels" for found in _dimensions(scan, reads))
    return of_levels and not scan.restated and bool(scan.deals.book.moves)


def _needed(scan: Scan, reads: tuple[str, ...]) -> set[str]:
    found = {dimension.found_by for dimension in _dimensions(scan, reads)}
    return found if scan.credit == OWNER else {*found, *_SHARED}


def _dimensions(scan: Scan, reads: tuple[str, ...]) -> list[Any]:
    found = [scan.deals.readable(name) for name in (*scan.dimensions, *reads)]
    return found + [one.dimension for one in scan.filters]
