"""The folder of a run: one writer at a time, whole files only, and what killed runs left is swept away."""

import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from salesnb.errors import BadUsage, CannotWrite
from salesnb.files import cannot_write, replace_link, write_atomic

__all__ = [
    "SCRATCH",
    "alone",
    "locked",
    "point_latest",
    "remove_files",
    "runtime_prefix",
    "sweep",
    "write_changed",
    "write_files",
]

SCRATCH = ".work"
# Whether a whole run holds the folder, or one of some workbooks only writes what stands above them, is told by so many seconds.
_BRIEFLY = 5.0


@contextmanager
def locked(folder: Path, slugs: Collection[str] | None = None) -> Iterator[None]:
    """Make the folder and hold it alone; the locks beside it end with the process, however that ends.

    Parameters
    ----------
    slugs
        Hold these workbooks alone; others may be made by other runs at the same time, until one wants the whole folder.

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
    if slugs is None:
        with alone(folder):
            # Nobody can begin while this holds, so that it is enough to look whether anybody has.
            with _held(folder, sorted(path.stem for path in _locks(folder).glob("*.lock"))):
                pass
            shutil.rmtree(_locks(folder), ignore_errors=True)
            yield
        return
    with ExitStack() as stack:
        with alone(folder, _BRIEFLY):
            stack.enter_context(_held(folder, sorted(slugs)))
        yield


@contextmanager
def alone(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold a folder alone, once nobody else has for so many seconds.

    Raises
    ------
    BadUsage
        When another run holds it.
    CannotWrite
        When there can be no lock.
    """
    with _lock(folder.parent / f".{folder.name}.lock", folder, "into this folder", patience):
        yield


def _locks(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.locks"


@contextmanager
def _held(folder: Path, slugs: Iterable[str]) -> Iterator[None]:
    with ExitStack() as stack:
        for slug in slugs:
            stack.enter_context(_lock(_locks(folder) / f"{slug}.lock", folder, f"{slug}.html"))
        yield


@contextmanager
def _lock(path: Path, folder: Path, what: str, patience: float = 0.0) -> Iterator[None]:
    lock = FileLock(path, timeout=patience)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise BadUsage(
            f"Another run is writing {what}, or it is being delivered.",
            where=str(folder),
            hint="Wait until that has ended; a run may also be given --out.",
        ) from None
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def sweep(folder: Path, slugs: Collection[str] | None = None) -> None:
    """Remove what killed runs left: working folders, and files that were not yet renamed.

    Parameters
    ----------
    slugs
        Look at these workbooks alone: others may be made at this moment.
    """
    if slugs is not None:
        for slug in slugs:
            shutil.rmtree(folder / SCRATCH / slug, ignore_errors=True)
        with suppress(OSError):
            (folder / SCRATCH).rmdir()
        return
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
