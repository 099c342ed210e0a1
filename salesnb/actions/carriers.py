"""Ways of delivery: what one is given, what it promises, and the copying into folders.

A package adds its own through the entry-point group ``salesnb.deliveries``: an object as `Way` describes it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from salesnb.errors import BadInput, Damaged
from salesnb.files import cannot_write, write_atomic
from salesnb.registry import Registry

__all__ = ["WAYS", "Carry", "Folder", "MayHaveArrived", "Options", "OutOfReach", "Parcel", "Way"]


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What one recipient is sent at once.

    Attributes
    ----------
    recipient
        An e-mail address, checked.
    folder
        The recipient's own name for a folder: safe, and no other's.
    run
        Names of the folders of the plan and of the run; no paths.
    subject, text
        One line, and the findings as plain text.
    files, pages
        Names of all files, each safe and without a folder; those that a mail carries. Read them with `read`.
    key
        SHA-256 of recipient and contents: the same for the very same parcel.
    source, hashes
        Where the files are, and the SHA-256 of each by name.
    """

    recipient: str
    folder: str
    run: tuple[str, str]
    subject: str
    text: str
    files: tuple[str, ...]
    pages: tuple[str, ...]
    key: str
    source: Path = field(repr=False)
    hashes: Mapping[str, str] = field(repr=False)

    def read(self, name: str) -> bytes:
        """Give a file's bytes.

        Raises
        ------
        Damaged
            When they are not what the run wrote.
        """
        content = (self.source / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != self.hashes[name]:
            raise Damaged(f"{name} is not as the run wrote it.", hint="Run salesnb review again.")
        return content


@dataclass(frozen=True, kw_only=True)
class Options:
    """A way's section of the settings, such as ``[deliveries.smtp]``.

    Attributes
    ----------
    values
        As TOML gives them; secrets are names such as ``${NAME}``, see `salesnb.secrets.expand`.
    where
        File and section, for messages.
    root
        The workspace's folder.
    """

    values: Mapping[str, Any] = field(repr=False)
    where: str
    root: Path

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        """Give an option's value.

        Raises
        ------
        BadInput
            When it is of another type, or is not there and has no default.
        """
        value = self.values.get(key, default)
        if value is None:
            raise BadInput(f"{key} is missing.", where=self.where, hint=f"Write {key} = ….")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            words = {str: "text in quotes", int: "a whole number", bool: "true or false"}
            raise BadInput(
                f"{key} is not {words[kind]}.", where=self.where, hint=f"Write {key} = {words[kind]}."
            )
        return value


Carry = Callable[[Parcel], None]


class MayHaveArrived(OSError):
    """The connection was lost when the parcel was on its way: it may have arrived or not."""


class OutOfReach(OSError):
    """Nothing can be delivered at all, so that the rest need not be tried."""


class Way(Protocol):
    """A way of delivery.

    Attributes
    ----------
    repeatable
        Whether a parcel that is delivered twice is there once. If so, one that was interrupted is simply delivered
        again; else people are told that it may have arrived.
    """

    @property
    def repeatable(self) -> bool:
        """See above."""

    def check(self, options: Options) -> None:
        """Check the options; nothing is reached or written yet.

        Raises
        ------
        SalesnbError
            When they do not fit.
        """

    def open(self, options: Options) -> AbstractContextManager[Carry]:
        """Give what delivers one parcel, for a ``with`` block.

        It returns when the parcel has arrived as far as can be known. It raises OSError or SalesnbError when it has
        certainly not, `MayHaveArrived` when nobody can tell, and `OutOfReach` when none can.
        """


WAYS = Registry[Way]("way of delivery", "salesnb.deliveries")


class Folder:
    """Copies into ``base/RECIPIENT/PLAN/RUN/``; each file is there whole or not at all."""

    repeatable = True

    def check(self, options: Options) -> None:
        """Check that a base is named, and is no file."""
        base = self._base(options)
        if base.exists() and not base.is_dir():
            raise BadInput(f"base is {base.name}, a file.", where=options.where, hint="Name a folder.")

    @contextmanager
    def open(self, options: Options) -> Iterator[Carry]:
        """Give what copies one parcel's files."""
        base = self._base(options)

        def carry(parcel: Parcel) -> None:
            place = base.joinpath(parcel.folder, *parcel.run)
            try:
                place.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise cannot_write(place, error) from error
            for name in parcel.files:
                write_atomic(place / name, parcel.read(name))

        yield carry

    def _base(self, options: Options) -> Path:
        unknown = set(options.values) - {"base"}
        if unknown:
            raise BadInput(
                f"There is no setting {min(unknown)!r}.", where=options.where, hint="There is base only."
            )
        return options.root / str(options.take("base", str))


WAYS.add("folder", Folder(), origin=__name__)
