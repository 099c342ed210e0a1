"""Rows that are read one by one, brought into the engine with the place that each had."""

import re
from collections.abc import Iterable, Iterator

from salesnb.crm.staging import BrokenRow, Staged, StageRequest, cell, load_text, write_rows

__all__ = ["stage_rows"]


def stage_rows(
    request: StageRequest,
    rows: Iterable[tuple[int, list[str]] | BrokenRow],
    headers: tuple[str, ...],
    notices: tuple[str, ...] = (),
) -> Staged:
    """Write rows plainly and let the engine load them; memory stays flat."""
    good = request.scratch / f"{request.relation}.csv"
    bad = request.scratch / f"{request.relation}-broken.csv"
    broken: list[tuple[object, ...]] = []
    write_rows(good, _split(rows, request.mapping.skip_rows_matching, broken))
    write_rows(bad, broken)
    load_text(request, good, request.relation, ("source_row", *(cell(i) for i in range(len(headers)))))
    load_text(request, bad, f"{request.relation}_broken", ("source_row", "reason", "value"))
    good.unlink()
    bad.unlink()
    return Staged(
        relation=request.relation,
        headers=headers,
        row_sql="CAST(source_row AS BIGINT)",
        broken=f"{request.relation}_broken" if broken else "",
        notices=notices,
    )


def _split(
    rows: Iterable[tuple[int, list[str]] | BrokenRow], skip: str, broken: list[tuple[object, ...]]
) -> Iterator[tuple[object, ...]]:
    """Yield rows that fit, collect the others; rows that the mapping says to skip are neither."""
    unwanted = re.compile(skip) if skip else None
    for row in rows:
        text = row.value if isinstance(row, BrokenRow) else ",".join(row[1])
        if unwanted and unwanted.search(text):
            continue
        if isinstance(row, BrokenRow):
            broken.append((row.row, row.reason, row.value))
        else:
            yield (row[0], *row[1])
