"""What was known at an earlier import: the data of now with all undone that changed since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.crm.changes import KEYS
from salesnb.crm.dataset import Dataset, meta_of
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.errors import BadInput

if TYPE_CHECKING:
    import ibis
    from duckdb import DuckDBPyConnection

__all__ = ["KnownDataset", "KnownImport", "kept_imports", "known_at"]

_TEMPORARY = "temp.main"


@dataclass(frozen=True, kw_only=True)
class KnownImport:
    """An import: the how manieth, its as-of date, and what was said of it; that of the last one stands in the data."""

    number: int
    as_of: date
    fingerprint: str
    about: Mapping[str, Any]


def kept_imports(connection: "DuckDBPyConnection") -> tuple[KnownImport, ...]:
    """List the imports that can be gone back to, the first one first; the last is the data that is there.

    Empty for data that an earlier version loaded, which kept less.
    """
    columns = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'imports' AND column_name = 'about'"
    ).fetchall()
    if not columns:
        return ()
    rows = connection.execute(
        "SELECT import_no, as_of, fingerprint, coalesce(about, '{}') FROM imports ORDER BY import_no"
    ).fetchall()
    return tuple(
        KnownImport(number=number, as_of=day, fingerprint=fingerprint, about=json.loads(about))
        for number, day, fingerprint, about in rows
    )


def known_at(data: Dataset, wanted: KnownImport) -> Dataset:
    """Give a dataset as it was after one of its imports.

    Raises
    ------
    BadInput
        When money was in another currency then.
    """
    if wanted == data.imports[-1]:
        return data
    meta = meta_of(wanted.about["meta"])
    if (meta.currency, meta.digits) != (data.meta.currency, data.meta.digits):
        raise BadInput(
            f"The data of {wanted.as_of} is in {meta.currency}, that of now in {data.meta.currency}.",
            hint="Figures of one currency are not compared with those of another.",
        )
    return KnownDataset(data.now if isinstance(data, KnownDataset) else data, wanted)


class KnownDataset(Dataset):
    """A dataset as it was known at an earlier import; it shares the open file, and is closed with it.

    What a further column held that the source has dropped since is forgotten, so that column is not there.

    Parameters
    ----------
    data
        The data of now.
    then
        One of its earlier imports.

    Attributes
    ----------
    now
        The data of now.
    """

    def __init__(self, data: Dataset, then: KnownImport) -> None:
        kept = _columns_since(data, then)
        known = {name for names in kept.values() for name in names}
        meta = meta_of(then.about["meta"], known=frozenset(known))
        super().__init__(data.path, data.backend, meta)
        self.now = data
        self._then = then
        self._columns = kept
        self._tables: dict[str, ibis.Table] = {}

    @cached_property
    def imports(self) -> tuple[KnownImport, ...]:
        """The imports up to this one."""
        return tuple(found for found in self.now.imports if found.number <= self._then.number)

    def table(self, name: str) -> "ibis.Table":
        """Give a canonical table as it was; one that keeps no history, such as quotas, as it is now."""
        if name == "import_report":
            return self._report
        if name not in self._tables:
            self._tables[name] = self._undone(name) if name in KEYS else self.backend.table(name)
        return self._tables[name]

    def _undone(self, name: str) -> "ibis.Table":
        columns = self._columns.get(name, ())
        if not columns:
            now = self.backend.table(name)
            return now.drop(*({"source_row"} & set(now.columns))).limit(0)
        return self.backend.table(self._make_view(name, columns), database=_TEMPORARY)

    def loaded(self) -> dict[str, int]:
        """Count the rows of each table that the import loaded, as its report had them."""
        return {str(row[0]): int(row[2]) for row in self._then.about["report"]}

    def close(self) -> None:
        """Do nothing: the file belongs to the data of now."""

    @cached_property
    def _report(self) -> "ibis.Table":
        import ibis

        names = self.backend.table("import_report").columns
        kinds = {name: "string" if name == "table_name" else "int64" for name in names}
        rows = [dict(zip(names, row, strict=True)) for row in self._then.about["report"]]
        return ibis.memtable(rows, schema=kinds)

    def _make_view(self, table: str, columns: tuple[str, ...]) -> str:
        """Make a view of the rows under keys that did not change since, and of those that stood under the others."""
        number, key = self._then.number, f"{self._then.number} {table}"
        changed, earlier, view = f"changed since {key}", f"earlier rows {key}", f"known {key}"
        run = self.backend.con.execute
        run(
            f"CREATE OR REPLACE TEMP TABLE {q(changed)} AS SELECT row_key, min(import_no) AS import_no FROM changes"
            f" WHERE table_name = {quote_literal(table)} AND import_no > {number} GROUP BY row_key"
        )
        kinds = json.dumps({name: kind for name, kind in self._kinds(table) if name in columns})
        run(
            f"CREATE OR REPLACE TEMP TABLE {q(earlier)} AS"
            f" SELECT unnest(from_json(c.before, {quote_literal(kinds)})) FROM changes c JOIN {q(changed)} f"
            " ON c.row_key IS NOT DISTINCT FROM f.row_key AND c.import_no = f.import_no"
            f" WHERE c.table_name = {quote_literal(table)} AND c.before IS NOT NULL"
        )
        shown = ", ".join(q(name) for name in columns)
        run(
            f"CREATE OR REPLACE TEMP VIEW {q(view)} AS SELECT {shown} FROM {q(table)} n ANTI JOIN {q(changed)} f"
            f" ON n.{q(KEYS[table])} IS NOT DISTINCT FROM f.row_key UNION ALL SELECT {shown} FROM {q(earlier)}"
        )
        return view

    def _kinds(self, table: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = self.backend.con.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database()"
            f" AND table_name = {quote_literal(table)}"
        ).fetchall()
        return found


def _columns_since(data: Dataset, then: KnownImport) -> dict[str, tuple[str, ...]]:
    """List, by table, the columns that every import since had; only what those hold is known for every row."""
    later = [found.about["columns"] for found in data.imports if then.number <= found.number and found.about]
    kept = {}
    for table, columns in then.about["columns"].items():
        now = set(data.backend.table(table).columns)
        kept[table] = tuple(
            name for name in columns if name in now and all(name in about.get(table, ()) for about in later)
        )
    return kept
