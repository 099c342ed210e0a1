"""Files that are either whole or not there."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from salesnb.errors import CannotWrite

__all__ = ["cannot_write", "replace_link", "sha256_of", "write_atomic"]


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a file so that readers see the old content or the new, never a part.

    The content goes to a temporary file in the same folder, is flushed to the disk and renamed.

    Raises
    ------
    CannotWrite
        When the folder is missing or read-only, or the disk is full. Nothing is left behind.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode_of(path))
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def replace_link(link: Path, target: str) -> None:
    """Point a symbolic link at another name in one step; where links are not to be had, write the name into a file.

    Raises
    ------
    CannotWrite
        When the folder does not take it.
    """
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(link)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        write_atomic(link, f"{target}\n")


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """Turn the system's refusal to write into words."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return CannotWrite(
        f"Cannot write {path.name}: {reason.lower()}.",
        where=str(path.parent),
        hint="Free some space or choose a folder that you may write to; nothing was changed.",
    )


def _mode_of(path: Path) -> int:
    """Keep the permissions of the file that is replaced; new files follow the process's umask."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
