"""A source to guess from: of large files of text only the beginning, so that a guess takes no longer than a look."""

from pathlib import Path

from salesnb.files import cannot_write

__all__ = ["MOST_BYTES", "beginnings"]

MOST_BYTES = 64_000_000
_TEXTS = (".csv", ".tsv", ".txt")


def beginnings(source: Path, scratch: Path) -> tuple[Path, tuple[str, ...]]:
    """Give a source of the same shape whose large files end early, and their names; the source itself where none is.

    Raises
    ------
    CannotWrite
        When there is no room.
    """
    files = sorted(path for path in source.iterdir() if path.is_file()) if source.is_dir() else [source]
    large = [path for path in files if path.suffix.lower() in _TEXTS and path.stat().st_size > MOST_BYTES]
    if not large:
        return source, ()
    folder = scratch / "beginnings"
    try:
        folder.mkdir()
        for path in files:
            if path in large:
                _copy_beginning(path, folder / path.name)
            else:
                (folder / path.name).symlink_to(path.absolute())
    except OSError as error:
        raise cannot_write(folder, error) from error
    shown = folder if source.is_dir() else folder / source.name
    return shown, tuple(path.name for path in large)


def _copy_beginning(path: Path, target: Path) -> None:
    """Copy up to the last line end; where there is none, and in encodings of several bytes, up to a whole character."""
    with path.open("rb") as file:
        piece = file.read(MOST_BYTES)
    end = len(piece) if piece.startswith((b"\xff\xfe", b"\xfe\xff")) else piece.rfind(b"\n") + 1
    target.write_bytes(piece[: end or len(piece)])
