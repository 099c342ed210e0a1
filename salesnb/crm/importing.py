"""An import: files in, one database out, and the old one in place until the new one is whole."""

import contextlib
import json
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Counts
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.crm.building import SCHEMA, Built, ImportSettings, build
from salesnb.crm.companions import companions
from salesnb.crm.dataset import Meta, read_meta, read_only
from salesnb.crm.files import digest_of, locate
from salesnb.crm.mapping import Mapping
from salesnb.crm.report import TableReport
from salesnb.crm.snapshots import current_database, exclusive, publish, scratch_folder
from salesnb.crm.sql import insert_values, quote_literal
from salesnb.crm.tables import SET_ASIDE
from salesnb.errors import CannotWrite, Damaged, MissingFile, SalesnbError
from salesnb.files import cannot_write, write_atomic
from salesnb.money import minor_digits

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "REJECTED",
    "UNCLAIMED",
    "ImportReport",
    "ImportSettings",
    "TableReport",
    "import_source",
    "known_import",
    "open_engine",
    "with_quotas",
    "write_rejected",
]

REJECTED = "rejected.csv"
# Under which key the database keeps the quotas whose name nobody has.
UNCLAIMED = "quotas_unclaimed"
_MEMORY = "1GB"


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    tables
        Counts of each table that was mapped, opportunities first.
    notices
        What people should know, a sentence each, naming file, row and field.
    changed
        Whether there is new data; the same files again change nothing.
    path
        The database.
    loaded_before
        Rows of each table that the import before had loaded; empty when there was none.
    unwon
        What is wrong and what to do, where no deal is won though some have ended.
    """

    tables: tuple[TableReport, ...]
    notices: tuple[str, ...]
    fingerprint: str
    as_of: date
    changed: bool
    path: Path
    loaded_before: Counts[str, int]
    unwon: tuple[str, str] | None = None


def import_source(
    source: Path,
    mapping: Mapping,
    settings: ImportSettings,
    data_dir: Path,
    *,
    progress: Callable[[str], None] | None = None,
    accept: Callable[[ImportReport | None, ImportReport], None] = lambda before, now: None,  # noqa: ARG005 -- by default all
) -> ImportReport:
    """Read, check and load a source into ``data_dir``, and switch to the result when it is whole.

    Rows that break a rule are set aside in ``rejected.csv``; the import goes on. While it runs, and if it
    fails or is killed, readers see the data that was there before.

    Parameters
    ----------
    source
        A folder, or a CSV, Parquet, Excel or DuckDB file.
    progress
        Told in a few words what is being done.
    accept
        Given what the import before did, if there was one, and what this one is about to do; what it raises stops the
        import.

    Raises
    ------
    MissingFile, BadInput
        When the source or the mapping is missing something or does not fit.
    Damaged
        When a file is not of the kind that its name says.
    CannotWrite
        When the data folder is read-only or the disk full; nothing has changed then.
    """
    say = progress or (lambda _: None)
    minor_digits(settings.currency)
    mapped = locate(source, mapping)
    beside, told = companions(source, mapped)
    files = (*mapped, *beside)
    with exclusive(data_dir):
        fingerprint = digest_of(files, SCHEMA, mapping.digest, repr(settings))
        known, meta = known_import(current_database(data_dir))
        if known and meta and meta.source_fingerprint == fingerprint:
            write_rejected(known.path, data_dir)
            return known
        # Data that cannot be read has nothing to compare with.
        before = known.path if known else None
        counts = {table.name: table.loaded for table in known.tables} if known else {}
        quotas = meta.quotas if meta and not any(file.mapping.table == "quotas" for file in files) else ""
        own, fingerprint = fingerprint, with_quotas(fingerprint, quotas)
        paths = tuple(path for file in files for path in file.paths)
        with scratch_folder(data_dir) as scratch:
            with open_engine(scratch, data_dir, paths, before) as connection:
                built = build(
                    connection,
                    files,
                    mapping,
                    settings,
                    scratch,
                    before,
                    fingerprint=fingerprint,
                    say=say,
                    told=told,
                )
                accept(known, _report(built, known.path if known else data_dir, fingerprint, counts))
                if before and quotas:
                    _carry_quotas(connection, before)
                about = {"loaded_before": json.dumps(counts), "source_fingerprint": own, "quotas": quotas}
                connection.execute(insert_values("meta", about.items()))
            say("switching to the new data")
            path = publish(data_dir, scratch / "build.duckdb", fingerprint)
        write_rejected(path, data_dir)
    return _report(built, path, fingerprint, counts)


def _report(built: Built, path: Path, fingerprint: str, before: Counts[str, int]) -> ImportReport:
    return ImportReport(
        tables=built.tables,
        notices=built.notices,
        fingerprint=fingerprint,
        as_of=built.as_of,
        changed=True,
        path=path,
        loaded_before=before,
        unwon=built.unwon,
    )


@contextlib.contextmanager
def open_engine(
    scratch: Path, data_dir: Path, files: tuple[Path, ...], before: Path | None
) -> Iterator["DuckDBPyConnection"]:
    """Open the new database; the engine may touch nothing but the files of this import, and loads no extension."""
    import duckdb

    databases = (*files, *((before,) if before else ()))
    # Attaching a database looks for its log beside it, though there is none.
    reachable = [f"{path.absolute()}{ending}" for path in databases for ending in ("", ".wal")]
    try:
        with duckdb.connect(
            str(scratch / "build.duckdb"),
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                # What this and later versions of the engine read is smaller and faster than what all do.
                "storage_compatibility_version": "v1.5.0",
            },
        ) as connection:
            connection.execute(f"SET memory_limit = '{_MEMORY}'")
            # In a kernel the engine would draw one where results go.
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"SET temp_directory = {quote_literal(str(scratch / 'spill'))}")
            connection.execute(f"SET allowed_directories = [{quote_literal(str(scratch.absolute()))}]")
            connection.execute(
                f"SET allowed_paths = [{', '.join(quote_literal(path) for path in reachable)}]"
            )
            connection.execute("SET enable_external_access = false")
            yield connection
            connection.execute("CHECKPOINT")
    except OSError as error:
        if isinstance(error, SalesnbError):
            raise
        raise cannot_write(data_dir, error) from error
    except duckdb.OutOfMemoryException as error:
        raise CannotWrite(
            "The data does not fit into memory and the disk beside it.",
            where=str(data_dir),
            hint="Free some memory or space; nothing was changed.",
        ) from error
    except (
        duckdb.IOException,
        duckdb.FatalException,
        # Nobody else is connected, so a commit can only fail on the disk.
        duckdb.TransactionException,
    ) as error:
        raise CannotWrite(
            f"The data could not be written: {str(error).splitlines()[0]}",
            where=str(data_dir),
            hint="Free some space there; nothing was changed.",
        ) from error


def write_rejected(database: Path, data_dir: Path) -> None:
    """Write the rows that were set aside, in one step; a file that is right already is left alone."""
    import csv
    import io

    text = io.StringIO()
    # Only characters of the line end are quoted, and "\r" may stand in a value too.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("table", "file", "row", "field", "reason", "value"))
    with read_only(database) as connection:
        cursor = connection.execute(
            f"SELECT {', '.join(SET_ASIDE)} FROM rejected ORDER BY table_name, file, source_row, field, reason"
        )
        while rows := cursor.fetchmany(10_000):
            writer.writerows(rows)
    path, content = data_dir / REJECTED, text.getvalue().replace("\r\n", "\n")
    with contextlib.suppress(OSError):
        if path.read_bytes() == content.encode():
            return
    write_atomic(path, content)


def with_quotas(fingerprint: str, quotas: str) -> str:
    """Give the fingerprint of data with quotas beside it that were imported on their own."""
    return (
        sha256(f"{fingerprint} {quotas}".encode()).hexdigest()[: len(fingerprint)] if quotas else fingerprint
    )


def _carry_quotas(connection: "DuckDBPyConnection", before: Path) -> None:
    """Take over the quotas that were imported on their own, with what was set aside of them."""
    run = connection.execute
    run(f"ATTACH {quote_literal(str(before))} AS before (READ_ONLY)")
    run("INSERT INTO quotas BY NAME SELECT * FROM before.quotas")
    run(f"INSERT INTO meta BY NAME SELECT * FROM before.meta WHERE key = '{UNCLAIMED}'")
    for table in ("rejected", "import_report"):
        run(f"INSERT INTO {table} BY NAME SELECT * FROM before.{table} WHERE table_name = 'quotas'")
    run("DETACH before")


def known_import(database: Path | None) -> tuple[ImportReport, Meta] | tuple[None, None]:
    """Give the report of an earlier import and what holds for its data; None when its database cannot be read."""
    if database is None:
        return None, None
    try:
        with read_only(database) as connection:
            meta = read_meta(connection)
            rows = connection.execute("SELECT * FROM import_report").fetchall()
            notices = connection.execute("SELECT value FROM meta WHERE key = 'notice'").fetchall()
    except (Damaged, MissingFile):
        return None, None
    report = ImportReport(
        tables=tuple(
            TableReport(name=n, read=a, loaded=b, rejected=c, repaired=d, warned=e)
            for n, a, b, c, d, e in rows
        ),
        notices=tuple(str(row[0]) for row in notices),
        fingerprint=meta.fingerprint,
        as_of=meta.as_of,
        changed=False,
        path=database,
        loaded_before=meta.loaded_before,
    )
    return report, meta
