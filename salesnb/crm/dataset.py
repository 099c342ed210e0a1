"""Reading what was imported."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from salesnb.crm.answers import Answers
from salesnb.crm.snapshots import CURRENT, current_database
from salesnb.errors import BadInput, Damaged, MissingFile, SalesnbError

if TYPE_CHECKING:
    import ibis
    from duckdb import DuckDBPyConnection

    from salesnb.crm.history import KnownImport

__all__ = ["Dataset", "Meta", "meta_of", "read_meta", "read_only"]

# Between reading the name and opening the file, an import may switch twice and remove it.
_ATTEMPTS = 5
_IMPORT = "Load it with: salesnb import SOURCE."
_CLOSED_DOORS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}


# To write a statement takes Ibis longer than it takes the engine to answer it from few rows.
_STATEMENTS = 500


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What holds for the whole of the data.

    Attributes
    ----------
    currency, digits
        Of all money, which is in minor units: 1 USD with two digits is 100.
    as_of
        The day as of which everything is told.
    levels
        Levels of the organisation, from the top.
    fingerprint
        Of the files, the mapping and the settings that the data was made from.
    dimensions
        Further columns of the source that are kept, under the names that they have in the tables.
    loaded_before
        Rows of each table that the import before had loaded; empty when there was none.
    source_fingerprint
        The same without the quotas that were imported on their own.
    quotas
        Fingerprint of those; empty when there are none.
    """

    currency: str
    digits: int
    as_of: date
    levels: tuple[str, ...]
    fingerprint: str
    time_zone: str
    dimensions: tuple[str, ...]
    loaded_before: Mapping[str, int] = field(default_factory=dict)
    source_fingerprint: str = ""
    quotas: str = ""


class Dataset:
    """The imported data, open read-only; an import that runs meanwhile does not change it.

    Examples
    --------
    >>> with Dataset.open("data") as data:  # doctest: +SKIP
    ...     data.table("opportunities").count().execute()
    8800
    """

    def __init__(self, path: Path, backend: "ibis.BaseBackend", meta: Meta) -> None:
        self.path = path
        self.backend = backend
        self.meta = meta
        _remember_statements(backend)

    @classmethod
    def open(cls, path: str | Path) -> "Dataset":
        """Open a data folder's current database, or a database file.

        Raises
        ------
        MissingFile
            When nothing has been imported.
        Damaged
            When the file is not a database that salesnb wrote.
        """
        given = Path(path)
        if given.name == CURRENT and not given.is_dir():
            given = given.parent
        if given.is_file():
            return cls._open(given)
        for _ in range(_ATTEMPTS):
            database = current_database(given)
            if database is None:
                break
            if database.is_file():
                try:
                    return cls._open(database)
                except MissingFile:
                    continue
        raise MissingFile("No data has been imported yet.", where=str(given), hint=_IMPORT)

    @classmethod
    def _open(cls, path: Path) -> "Dataset":
        import duckdb

        from salesnb.crm.embedded import Embedded

        backend = Embedded()
        try:
            backend.do_connect(str(path), read_only=True, **_CLOSED_DOORS)
        except duckdb.Error as error:
            raise _unreadable(path, error) from error
        try:
            return cls(path, backend, read_meta(backend.con))
        except (duckdb.Error, KeyError, ValueError) as error:
            backend.disconnect()
            raise _unreadable(path, error) from error

    def table(self, name: str) -> "ibis.Table":
        """Give a canonical table as an Ibis expression."""
        return self.answers.get(("table", name), lambda: self.backend.table(name))

    @cached_property
    def answers(self) -> Answers:
        """What was asked of it; it holds as long as the dataset is open, because nothing in it changes."""
        return Answers()

    def has(self, name: str) -> bool:
        """Whether there is such a table; data of an earlier import lacks some."""
        return self.answers.get(("has", name), lambda: name in self.backend.list_tables())

    @cached_property
    def imports(self) -> "tuple[KnownImport, ...]":
        """The imports that can be gone back to, this one last; empty for data that an earlier version loaded."""
        from salesnb.crm.history import kept_imports

        return kept_imports(self.backend.con)

    def known(self, on: date) -> "Dataset":
        """Give the dataset as it was known on a day: as the import had it whose as-of date is the last up to that day.

        Of several of one date the last counts, which corrected the others.
        Everything works on it as on any dataset, and is told as of that import's date.

        Raises
        ------
        BadInput
            When nothing was imported by then, or in another currency.
        """
        from salesnb.crm.history import known_at

        if not self.imports and on >= self.meta.as_of:
            return self
        found = max((one for one in self.imports if one.as_of <= on), key=_newest, default=None)
        if found is None:
            since = min([one.as_of for one in self.imports], default=self.meta.as_of)
            raise BadInput(
                f"What was known on {on} is not kept; history starts with the data as of {since}.",
                hint="Every import from then on can be asked for.",
            )
        return known_at(self, found)

    def before(self, day: date | None = None) -> "Dataset | None":
        """Give the dataset as the import before had it; None where there is none.

        Parameters
        ----------
        day
            Instead of the import before, the last known before this day, as `known` finds it.

        Raises
        ------
        BadInput
            When it was in another currency.
        """
        from salesnb.crm.history import known_at

        earlier = self.imports[:-1]
        if day is not None:
            earlier = tuple(sorted((one for one in earlier if one.as_of < day), key=_newest))
        return known_at(self, earlier[-1]) if earlier else None

    def must_keep_history(self) -> None:
        """Refuse data that keeps no history of what was known; imported data does."""

    def loaded(self) -> dict[str, int]:
        """Count the rows of each table that the import loaded, as its report has them."""
        rows = self.backend.con.execute("SELECT table_name, loaded FROM import_report").fetchall()
        return {str(name): int(count) for name, count in rows}

    def close(self) -> None:
        """Let go of the file."""
        self.backend.disconnect()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


@contextlib.contextmanager
def read_only(path: Path) -> Iterator["DuckDBPyConnection"]:
    """Open a database as every reader does, without Ibis.

    Raises
    ------
    Damaged
        When it is not one, or not one of salesnb's.
    MissingFile
        When it is not there.
    """
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True, config=dict(_CLOSED_DOORS)) as connection:
            yield connection
    except (duckdb.Error, KeyError, ValueError) as error:
        raise _unreadable(path, error) from error


def read_meta(connection: "DuckDBPyConnection") -> Meta:
    """Read what holds for the whole of a database."""
    return meta_of(dict(connection.execute("SELECT key, value FROM meta").fetchall()))


def meta_of(values: Mapping[str, str], *, known: frozenset[str] | None = None) -> Meta:
    """Tell what holds for the whole of data from what is written of it.

    Parameters
    ----------
    known
        Columns that are still known of data of earlier; None means all.
    """
    return Meta(
        currency=values["currency"],
        digits=int(values["digits"]),
        as_of=date.fromisoformat(values["as_of"]),
        levels=_still_known(values["levels"], known),
        fingerprint=values["fingerprint"],
        time_zone=values["time_zone"],
        dimensions=_still_known(values["dimensions"], known),
        # Data that an earlier version loaded does not say.
        loaded_before=json.loads(values.get("loaded_before", "{}")),
        source_fingerprint=values.get("source_fingerprint") or values["fingerprint"],
        quotas=values.get("quotas", ""),
    )


def _newest(one: "KnownImport") -> tuple[date, int]:
    return (one.as_of, one.number)


def _still_known(names: str, known: frozenset[str] | None) -> tuple[str, ...]:
    return tuple(name for name in json.loads(names) if known is None or name in known)


def _unreadable(path: Path, error: Exception) -> SalesnbError:
    if not path.exists():
        return MissingFile(f"There is no {path.name}.", where=str(path.parent), hint=_IMPORT)
    reason = str(error).splitlines()[0]
    return Damaged(f"{path.name} cannot be read: {reason}", where=str(path.parent), hint=_IMPORT)


def _remember_statements(backend: "ibis.BaseBackend") -> None:
    """Have a backend write the statement of an expression once, whoever asks."""
    write, known = backend.compile, Answers(_STATEMENTS)

    def compiled(expr: "ibis.Expr", /, **options: object) -> str:
        if any(value is not None for value in options.values()):
            return str(write(expr, **options))
        return known.get(expr.op(), lambda: str(write(expr)))

    backend.compile = compiled
