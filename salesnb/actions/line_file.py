"""Files that are only ever appended to, a line a record.

A line is written whole or, where a process is killed at that moment, in part at the very end; such a line is left out
and told, and the next writer begins a new one. Writers wait for each other; readers need no lock.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from salesnb.errors import CannotWrite
from salesnb.files import cannot_write

__all__ = ["alone", "append_lines", "read_lines"]

_PATIENCE = 60.0


def read_lines(path: Path) -> tuple[list[bytes], bool]:
    """Read the whole lines of a file, which may not be there, and tell whether one was cut off.

    Raises
    ------
    CannotWrite
        When the file is there and cannot be opened.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return [], False
    except OSError as error:
        raise cannot_write(path, error) from error
    # What follows the last line's end was cut off, even where it can be read.
    *lines, rest = content.split(b"\n")
    return [line for line in lines if line], bool(rest)


def append_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Append lines, and see them on the disk.

    Raises
    ------
    CannotWrite
        When the file does not take them.
    """
    more = b"".join(line + b"\n" for line in lines)
    try:
        with path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                more = more if file.read(1) == b"\n" else b"\n" + more
            file.write(more)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def alone(path: Path, what: str) -> Iterator[None]:
    """Keep other processes from appending; the system lets go when a process dies.

    Raises
    ------
    CannotWrite
        When another process writes for a minute, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_suffix(".lock"), timeout=_PATIENCE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise CannotWrite(
            f"Another process has been writing {what} for {_PATIENCE:g} seconds.",
            where=str(path.parent),
            hint="Wait for it or end it, and ask again; nothing was changed.",
        ) from None
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()
