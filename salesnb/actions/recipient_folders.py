"""A folder for each recipient in the run's: exactly what that recipient gets, and nothing is written that is there."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from salesnb.files import cannot_write, sha256_of, write_atomic

__all__ = ["FOLDERS", "mirror"]

FOLDERS = "for"


def mirror(run: Path, wanted: Mapping[str, Mapping[str, str]]) -> bool:
    """Let ``for/`` hold these folders and files and no others; tell whether anything was changed.

    Files are second names of those in the run's folder, which take no space; where the disk has no such thing, copies.

    Parameters
    ----------
    wanted
        By folder: names of files in the run's folder, with the SHA-256 of each.

    Raises
    ------
    CannotWrite
        When the disk does not take it.
    """
    root = run / FOLDERS
    try:
        changed = _only(root, wanted)
        for folder, files in wanted.items():
            changed |= _only(root / folder, files)
            for name, known in files.items():
                changed |= _place(run / name, root / folder / name, known)
    except OSError as error:
        raise cannot_write(root, error) from error
    return changed


def _only(folder: Path, names: Mapping[str, object]) -> bool:
    """Make a folder, and remove what does not belong: what others may not read must not stay behind."""
    changed = False
    # A link would lead the cleaning elsewhere.
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    if not folder.is_dir():
        if not names:
            return changed
        folder.mkdir()
        changed = True
    with os.scandir(folder) as entries:
        strangers = [entry for entry in entries if entry.name not in names]
    for entry in strangers:
        changed = True
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            Path(entry.path).unlink(missing_ok=True)
    return changed


def _place(source: Path, target: Path, known: str) -> bool:
    """Give a file its second name; one that is there, or a copy that is the same, stays."""
    if not source.exists():
        # Another run is making it anew at this moment, and will lay it out.
        return False
    if (
        target.is_file()
        and not target.is_symlink()
        and (target.samefile(source) or sha256_of(target) == known)
    ):
        return False
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:
        write_atomic(target, source.read_bytes())
    else:
        temporary.replace(target)
    return True
