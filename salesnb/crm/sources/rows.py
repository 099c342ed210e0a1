"""Rows that are read one by one, brought into the engine with the place that each had."""

import re
from collections.abc import Iterable, Iterator

from salesnb.counting import counted
from salesnb.crm.mapping import TableMapping
from salesnb.crm.staging import BrokenRow, Staged, StageRequest, cell, load_text, shown, write_rows

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
    split = _Split(request.mapping, broken)
    write_rows(good, split.rows(rows))
    notices = (*notices, *split.footer_notices(request.path.name))
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


class _Split:
    """Parts rows that fit from those that do not; rows that the mapping says to skip are neither."""

    def __init__(self, mapping: TableMapping, broken: list[tuple[object, ...]]) -> None:
        self._unwanted = re.compile(mapping.skip_rows_matching) if mapping.skip_rows_matching else None
        self._footer_expected = mapping.skip_footer
        self._broken = broken
        # Rows of a single cell that no full row has come after yet.
        self._pending: list[tuple[int, list[str]] | BrokenRow] = []

    def rows(self, rows: Iterable[tuple[int, list[str]] | BrokenRow]) -> Iterator[tuple[object, ...]]:
        """Yield rows that fit, and collect the others."""
        for row in rows:
            text = row.value if isinstance(row, BrokenRow) else ",".join(row[1])
            if self._unwanted and self._unwanted.search(text):
                continue
            if self._footer_expected and _single(row):
                self._pending.append(row)
                continue
            for earlier in self._pending:
                yield from self._sorted(earlier)
            self._pending.clear()
            yield from self._sorted(row)

    def _sorted(self, row: tuple[int, list[str]] | BrokenRow) -> Iterator[tuple[object, ...]]:
        if isinstance(row, BrokenRow):
            self._broken.append((row.row, row.reason, row.value))
        else:
            yield (row[0], *row[1])

    def footer_notices(self, file: str) -> tuple[str, ...]:
        """Say what was left out as a footer."""
        if not self._pending:
            return ()
        first = self._pending[0]
        text = first.value if isinstance(first, BrokenRow) else "".join(first[1])
        lines = counted(len(self._pending), "line", "lines")
        return (f"{file}: {lines} after the last row are left out as a footer, from {shown(text)!r} on.",)


def _single(row: tuple[int, list[str]] | BrokenRow) -> bool:
    """Tell whether a row has one cell only, the first or behind an empty margin the second."""
    if isinstance(row, BrokenRow):
        return row.cells == 1
    filled = [place for place, text in enumerate(row[1]) if text.strip()]
    return len(row[1]) > 1 and (not filled or filled in ([0], [1]))
