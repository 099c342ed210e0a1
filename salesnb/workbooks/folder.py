"""The folder of a run: one writer at a time, whole files only, and what killed runs left is swept away."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from salesnb.errors import BadUsage, CannotWrite
from salesnb.files import cannot_write, replace_link, write_atomic

__all__ = [
    "SCRATCH",
    "locked",
    "point_latest",
    "remove_files",
    "runtime_prefix",
    "sweep",
    "write_changed",
    "write_files",
]

SCRATCH = ".work"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder and hold it alone; the lock beside it ends with the process, however that ends.

    Raises
    ------
    BadUsage
        When another run holds it.
    CannotWrite
        When the folder cannot be made, or a file stands in its place.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise CannotWrite(
            "A file stands where the run's folder should be.",
            where=str(folder),
            hint="Move it, or give --out.",
        ) from None
    except OSError as error:
        raise cannot_write(folder, error) from error
    lock = FileLock(folder.parent / f".{folder.name}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BadUsage(
            "Another run is writing into this folder.",
            where=str(folder),
            hint="Wait until it has ended, or give --out.",
        ) from None
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def sweep(folder: Path) -> None:
    """Remove what killed runs left: working folders, and files that were not yet renamed."""
    shutil.rmtree(folder / SCRATCH, ignore_errors=True)
    for left in Path(tempfile.gettempdir()).glob(f"{runtime_prefix(folder)}*"):
        shutil.rmtree(left, ignore_errors=True)
    for place in (folder, folder / "extracts"):
        for path in place.glob(".*.tmp"):
            path.unlink(missing_ok=True)


def runtime_prefix(folder: Path) -> str:
    """Start of the names of the short-lived folders that a run's kernels have their sockets in.

    They lie in the system's folder for temporary files, for a path to a socket has to be short.
    """
    return f"salesnb-{sha256(str(folder.absolute()).encode()).hexdigest()[:12]}-"


def write_files(folder: Path, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Write files, each at once and only where it differs, and give the SHA-256 of each by name."""
    for name, content in contents.items():
        write_changed(folder / name, content)
    return {name: sha256(content).hexdigest() for name, content in contents.items()}


def write_changed(path: Path, content: bytes) -> bool:
    """Write a file unless it holds this already; tell whether it was written."""
    try:
        if path.read_bytes() == content:
            return False
    except OSError:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
    write_atomic(path, content)
    return True


def remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove files by their names from the folder; what lies outside of it is left alone."""
    for name in names:
        path = folder / name
        if ".." in path.parts or not path.is_relative_to(folder):
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error


def point_latest(folder: Path) -> bool:
    """Let ``latest`` beside the folder name it, in one step; tell whether it named another one before."""
    link = folder.parent / "latest"
    if link.is_symlink() and str(link.readlink()) == folder.name:
        return False
    replace_link(link, folder.name)
    return True
