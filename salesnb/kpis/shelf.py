"""Definitions on disk: the present one of each KPI, and every version that was promoted.

``kpis/NAME.toml`` is the definition, ``kpis/.history/NAME/VERSION.toml`` are its versions. A save holds the lock of that
KPI while it compares the file with what its saver had read, writes the version, and then replaces the file, atomically.
A process that is killed in between leaves the file as it was.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from salesnb.errors import CannotWrite, SalesnbError, StaleSave
from salesnb.files import cannot_write, write_atomic
from salesnb.kpis.definition import Definition
from salesnb.kpis.language.naming import origin_of
from salesnb.kpis.standing import same_figures

__all__ = ["Shelf"]

_VERSION = re.compile(r"[1-9][0-9]{0,8}\.toml")


@dataclass(frozen=True)
class Shelf:
    """The definitions of a workspace.

    Attributes
    ----------
    folder
        ``kpis/``; made when first saved to.
    patience
        Seconds to wait for another process that is saving the same KPI.
    """

    folder: Path
    patience: float = 60.0

    def path(self, name: str) -> Path:
        """Give the file of a KPI, which may not be there; a definition has no name that would lead elsewhere."""
        return self.folder / f"{name}.toml"

    def text(self, name: str) -> bytes | None:
        """Give what the file of a KPI holds; None where there is none.

        Raises
        ------
        CannotWrite
            When it is there and cannot be read, so that it could not be compared.
        """
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_write(self.path(name), error) from error

    def versions(self, name: str) -> tuple[int, ...]:
        """List the versions that were promoted, the first one first."""
        found = (path.name for path in self._history(name).glob("*.toml"))
        return tuple(sorted(int(file[:-5]) for file in found if _VERSION.fullmatch(file)))

    def next_version(self, definition: Definition, mark: str) -> int:
        """Give the version that a definition has when it is promoted: the last one's where the figures are the same.

        Parameters
        ----------
        mark
            What would be certified; see ``salesnb.kpis.standing``.
        """
        numbers = self.versions(definition.name)
        now = self.text(definition.name)
        last = self.version(definition.name, numbers[-1]) if numbers else _read(now) if now else None
        if last is None:
            return definition.version
        if last.certified.count("-") == mark.count("-"):
            same = same_figures(last.certified, mark)
        else:
            same = last.fingerprint == definition.fingerprint
        return last.version if same else last.version + 1

    def version(self, name: str, number: int) -> Definition:
        """Read a version.

        Raises
        ------
        Damaged, BadInput
            When it cannot be read.
        """
        path = self._history(name) / f"{number}.toml"
        where = f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"
        return Definition.from_toml(path.read_text(encoding="utf-8"), where=where)

    def save(self, definition: Definition, *, read: bytes | None) -> bool:
        """Keep a definition; whether anything had to be written.

        Parameters
        ----------
        read
            What the file held when its saver looked, as `text` gave it.

        Raises
        ------
        StaleSave
            When the file has changed since; nothing is overwritten.
        CannotWrite
            When the folder cannot be written to.
        """
        name, text = definition.name, definition.to_toml()
        with self._locked(name):
            now = self.text(name)
            if now not in (read, text.encode()):
                raise StaleSave(
                    f"The KPI {name} was changed while it was checked.",
                    where=origin_of(name),
                    hint="Nothing was overwritten. Look at it, and promote again.",
                )
            entry = self._history(name) / f"{definition.version}.toml"
            if now == text.encode() and entry.is_file() and entry.read_bytes() == now:
                return False
            if now is not None:
                self._keep_earlier(name, now, definition)
            write_atomic(entry, text)
            write_atomic(self.path(name), text)
        return True

    def _keep_earlier(self, name: str, now: bytes, definition: Definition) -> None:
        """Keep what the file holds where it is neither a version that is kept nor what is being promoted."""
        folder = self._history(name)
        if any(path.read_bytes() == now for path in folder.glob("*.toml")):
            return
        earlier = _read(now)
        if earlier is None:
            write_atomic(folder / f"replaced-{hashlib.sha256(now).hexdigest()[:8]}.toml", now)
        elif earlier.fingerprint != definition.fingerprint and earlier.version != definition.version:
            entry = folder / f"{earlier.version}.toml"
            copy = folder / f"replaced-{hashlib.sha256(now).hexdigest()[:8]}.toml"
            write_atomic(copy if entry.exists() else entry, now)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """Keep other processes from saving this KPI; the system lets go when a process dies."""
        from filelock import FileLock, Timeout

        folder = self._history(name)
        lock = FileLock(folder / ".lock", timeout=self.patience)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise CannotWrite(
                f"Another process has been saving the KPI {name} for {self.patience:g} seconds.",
                where=str(folder),
                hint="Wait for it or end it, and promote again; nothing was changed.",
            ) from None
        except OSError as error:
            raise cannot_write(self.path(name), error) from error
        try:
            yield
        finally:
            lock.release()

    def _history(self, name: str) -> Path:
        return self.folder / ".history" / name


def _read(text: bytes) -> Definition | None:
    """Read a definition; None where it is none."""
    try:
        return Definition.from_toml(text.decode(), where="")
    except (SalesnbError, UnicodeDecodeError):
        return None
