"""Taking the last import back: the database before it, with its history and quotas, is current again."""

from dataclasses import dataclass
from pathlib import Path

from salesnb.crm.dataset import read_only
from salesnb.crm.importing import ImportReport, known_import, write_rejected
from salesnb.crm.snapshots import current_database, exclusive, go_back, others
from salesnb.errors import BadInput, MissingFile

__all__ = ["Undone", "undo_import"]


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What was taken back, and what there is again; ``of_quotas`` where only quotas had been imported last."""

    was: ImportReport
    again: ImportReport
    of_quotas: bool


def undo_import(data_dir: Path) -> Undone:
    """Make the database before the last import current again; what that import brought is removed.

    Only the database before the current one is kept, so that one import can be taken back.

    Raises
    ------
    MissingFile
        When nothing was imported.
    BadInput
        When there is no earlier database.
    CannotWrite
        When the folder is read-only; nothing has changed then.
    """
    with exclusive(data_dir):
        was, _ = known_import(current_database(data_dir))
        if was is None:
            raise MissingFile("No data has been imported yet.", where=str(data_dir))
        number = _number(was.path)
        kept = [
            (known, _number(known.path))
            for path in others(data_dir)
            for known in known_import(path)[:1]
            if known
        ]
        earlier = [(count, known.path, known) for known, count in kept if count <= number]
        if not earlier:
            raise BadInput(
                "There is nothing to go back to: of earlier data only that before the last import is kept.",
                where=str(data_dir),
                hint="Import the right files again.",
            )
        before, path, again = max(earlier, key=lambda found: found[0])
        go_back(data_dir, path)
        write_rejected(path, data_dir)
    return Undone(was=was, again=again, of_quotas=before == number)


def _number(database: Path) -> int:
    """Give how many imports a database has seen; importing quotas alone is none."""
    with read_only(database) as connection:
        row = connection.execute("SELECT max(import_no) FROM imports").fetchone()
    return int(row[0] or 0) if row else 0
