"""Which database is current, how another takes its place, and when old ones go.

Every import writes a database of its own and renames it into place; then the small file ``current``, which
holds its name, is replaced. A reader holds the file that it opened, so nothing changes under it. The current
database and the one before it stay; older ones are removed. On POSIX systems a reader that still has one open keeps
it until it closes; where the system refuses to remove an open file, it stays until a later import.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from salesnb.errors import CannotWrite
from salesnb.files import cannot_write, write_atomic

__all__ = ["CURRENT", "current_database", "exclusive", "go_back", "others", "publish", "scratch_folder"]

CURRENT = "current"
_SCRATCH = ".import-"
_LOCK = ".import.lock"


def current_database(data_dir: Path) -> Path | None:
    """Path of the database that was switched to last; None before the first import."""
    try:
        name = (data_dir / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    # The name is all that stands there; a path would lead elsewhere.
    return data_dir / Path(name).name if name else None


@contextlib.contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Let one import run at a time; another waits for its turn.

    Raises
    ------
    CannotWrite
        When the folder cannot be made or written.
    """
    from filelock import FileLock

    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / _LOCK)
        lock.acquire()
    except (OSError, NotImplementedError) as error:
        raise _refused(data_dir, error) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def scratch_folder(data_dir: Path) -> Iterator[Path]:
    """Make a folder for one import, removed after it; what killed imports left behind is removed first."""
    for old in data_dir.glob(f"{_SCRATCH}*"):
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=data_dir))
    except OSError as error:
        raise _refused(data_dir, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(data_dir: Path, built: Path, fingerprint: str) -> Path:
    """Move a finished database into place, switch to it, and remove those before the last.

    Raises
    ------
    CannotWrite
        When that fails; the data before it stays current.
    """
    before = current_database(data_dir)
    target = _free_name(data_dir, fingerprint, before)
    try:
        _flush(built)
        built.replace(target)
        _flush_folder(data_dir)
    except OSError as error:
        raise _refused(target, error) from error
    write_atomic(data_dir / CURRENT, f"{target.name}\n")
    for old in others(data_dir):
        if old != before:
            _remove(old)
    return target


def others(data_dir: Path) -> tuple[Path, ...]:
    """List the databases that are not current; mostly that is the one before."""
    current = current_database(data_dir)
    return tuple(path for path in sorted(data_dir.glob("crm-*.duckdb")) if path != current)


def go_back(data_dir: Path, earlier: Path) -> None:
    """Switch to an earlier database, and remove the one that was current.

    Raises
    ------
    CannotWrite
        When that fails; nothing has changed then.
    """
    undone = current_database(data_dir)
    write_atomic(data_dir / CURRENT, f"{earlier.name}\n")
    if undone is not None:
        _remove(undone)


def _remove(old: Path) -> None:
    # Where the system protects open files, a later import tries again.
    with contextlib.suppress(OSError):
        old.unlink()


def _free_name(data_dir: Path, fingerprint: str, before: Path | None) -> Path:
    """Give a name that no reader may have open: going back to earlier data does not touch its old file."""
    target, number = data_dir / f"crm-{fingerprint}.duckdb", 1
    while target.exists() or target == before:
        number += 1
        target = data_dir / f"crm-{fingerprint}-{number}.duckdb"
    return target


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a rename last; not every system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refused(path: Path, error: Exception) -> CannotWrite:
    reason = error if isinstance(error, OSError) else OSError(str(error))
    return cannot_write(path, reason)
