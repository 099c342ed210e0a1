"""Quotas beside the data: a copy of the current database with other quotas takes its place, in one step."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.crm.dataset import read_meta, read_only
from salesnb.crm.importing import UNCLAIMED, open_engine, with_quotas, write_rejected
from salesnb.crm.quotas.reading import Reading
from salesnb.crm.report import TableReport
from salesnb.crm.snapshots import current_database, exclusive, publish, scratch_folder
from salesnb.crm.sql import insert_values, quote_literal
from salesnb.crm.tables import SET_ASIDE
from salesnb.errors import MissingFile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from salesnb.crm.dataset import Dataset

__all__ = ["KeptQuota", "keep_quotas", "kept_quotas", "unclaimed_quotas"]

_TABLE = "quotas"
_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class KeptQuota:
    """A quota as it is kept: whose, of which KPI, for the label of a period, in minor units or as a count."""

    owner: str
    kpi: str
    period: str
    amount: int


def keep_quotas(
    data_dir: Path, reading: Reading, *, say: Callable[[str], None] = lambda _: None
) -> TableReport:
    """Put quotas in the place of those that were kept, and switch to the result; deals stay as they are.

    An import of other CRM files carries them on.

    Raises
    ------
    MissingFile
        When nothing was imported that they could stand beside.
    CannotWrite
        When the data folder is read-only or the disk full; nothing has changed then.
    """
    report = TableReport(
        name=_TABLE,
        read=reading.read,
        loaded=len(reading.quotas),
        rejected=len(reading.rejected),
        repaired=reading.rounded,
        warned=len(reading.outliers) + len(reading.disagreements),
    )
    with exclusive(data_dir):
        current = current_database(data_dir)
        if current is None or not current.is_file():
            raise MissingFile(
                "There are no deals yet that quotas could be held against.",
                where=str(data_dir),
                hint="Import the CRM's files first: salesnb import SOURCE.",
            )
        with read_only(current) as connection:
            deals = read_meta(connection).source_fingerprint
        digest = sha256(repr((reading.quotas, reading.rejected)).encode()).hexdigest()[:16]
        fingerprint = with_quotas(deals, digest)
        with scratch_folder(data_dir) as scratch:
            say("writing the quotas")
            shutil.copyfile(current, scratch / "build.duckdb")
            with open_engine(scratch, data_dir, (), None) as connection:
                _replace(connection, reading, report)
                _describe(connection, fingerprint, digest, reading)
            path = publish(data_dir, scratch / "build.duckdb", fingerprint)
        write_rejected(path, data_dir)
    return report


def _describe(connection: "DuckDBPyConnection", fingerprint: str, digest: str, reading: Reading) -> None:
    """Note the quotas' fingerprint, and those whose name nobody has: a plan asks for them."""
    aside = [(quota.owner, quota.kpi, quota.period.label, quota.amount) for quota in reading.unclaimed]
    values = {
        "fingerprint": fingerprint,
        "quotas": digest,
        UNCLAIMED: json.dumps(aside, ensure_ascii=False),
    }
    for key in values:
        connection.execute(f"DELETE FROM meta WHERE key = {quote_literal(key)}")
    connection.execute(insert_values("meta", list(values.items())))


def _replace(connection: "DuckDBPyConnection", reading: Reading, report: TableReport) -> None:
    run = connection.execute
    run(f"DELETE FROM {_TABLE}")
    run(f"DELETE FROM rejected WHERE table_name = '{_TABLE}'")
    run(f"DELETE FROM import_report WHERE table_name = '{_TABLE}'")
    rows = [(quota.owner, quota.period.label, quota.kpi, quota.amount) for quota in reading.quotas]
    _insert(connection, _TABLE, rows, ("owner", "period", "kpi", "amount"))
    aside = [(_TABLE, item.file, item.row, item.field, item.reason, item.value) for item in reading.rejected]
    _insert(connection, "rejected", aside, SET_ASIDE)
    counts = (report.name, report.read, report.loaded, report.rejected, report.repaired, report.warned)
    run(insert_values("import_report", [counts]))


def _insert(
    connection: "DuckDBPyConnection",
    table: str,
    rows: Sequence[tuple[object, ...]],
    columns: tuple[str, ...] = (),
) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(insert_values(table, rows[start : start + _AT_ONCE], columns))


def kept_quotas(data: "Dataset") -> tuple[KeptQuota, ...]:
    """Give the quotas that stand beside the data; those without amount are none."""
    found = data.table(_TABLE).to_pyarrow().to_pylist()
    return tuple(
        KeptQuota(owner=row["owner"], kpi=row["kpi"] or "", period=row["period"], amount=int(row["amount"]))
        for row in found
        if row["amount"] is not None
    )


def unclaimed_quotas(data: "Dataset") -> tuple[KeptQuota, ...]:
    """Give the quotas that were set aside because nobody has the name that they are for, which is their owner here."""
    meta = data.table("meta")
    found = meta.filter(meta.key == UNCLAIMED).to_pyarrow().to_pylist()
    rows = json.loads(found[0]["value"]) if found else []
    return tuple(
        KeptQuota(owner=owner, kpi=kpi, period=period, amount=int(amount))
        for owner, kpi, period, amount in rows
    )
