"""Rid a finished notebook of what is about the machine and the moment: the same inputs give the same file."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

__all__ = ["cleaned", "without_machine_paths"]

_INJECTED = "injected-parameters"
_MARKER = "papermill-error-cell-tag"
_CELL_MARK = "/ipykernel_"
_CELL_FILE = re.compile(rf"[^\s\"'<>()]*{_CELL_MARK}\d+/\d+\.py")
_PATH = re.compile(r"(?<![\w.~:/+=-])/(?:[\w.@+-]+/)+[\w.@+-]*")


def cleaned(notebook: NotebookNode, *, ids: frozenset[str], parameters: Mapping[str, Any]) -> NotebookNode:
    """Rid a notebook, in place, of timings, machine paths, random ids and papermill's marks.

    Parameters
    ----------
    ids
        The template's own cell ids; other cells get one by their place.
    parameters
        Kept in the metadata, where papermill's readers look for them.
    """
    notebook.cells = [cell for cell in notebook.cells if _MARKER not in cell.metadata.get("tags", ())]
    for index, cell in enumerate(notebook.cells):
        _clean_cell(cell)
        if cell.get("id") not in ids:
            cell["id"] = _INJECTED if _INJECTED in cell.metadata.get("tags", ()) else f"cell-{index}"
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    notebook.metadata["papermill"] = {"parameters": dict(parameters)}
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def without_machine_paths(text: str) -> str:
    """Shorten every absolute path of this machine to its last part.

    What merely looks like a path, because no such folder is at the root of this machine, stays.

    Examples
    --------
    >>> without_machine_paths("see /usr/lib/python3/os.py and https://example.org/usr/lib/x")
    'see …/os.py and https://example.org/usr/lib/x'
    >>> without_machine_paths("won/lost/open, 24/7/365")
    'won/lost/open, 24/7/365'
    """
    home = str(Path.home())
    if len(home) > 1:
        text = re.sub(rf"(?<![\w.~:/+=-]){re.escape(home)}(?![\w./-])", "~", text)
    # Looking for it in a picture that is written as one long word takes longer than all else that a review does.
    if _CELL_MARK in text:
        text = _CELL_FILE.sub("cell.py", text)
    return _PATH.sub(_shortened, text)


def _shortened(match: re.Match[str]) -> str:
    path = match[0]
    first = path.split("/", 2)[1]
    if not os.path.isdir(f"/{first}"):  # noqa: PTH112 -- text, not a path of ours
        return path
    return f"…/{path.rstrip('/').rsplit('/', 1)[-1]}"


def _clean_cell(cell: NotebookNode) -> None:
    for key in ("papermill", "execution"):
        cell.metadata.pop(key, None)
    tags = cell.metadata.get("tags")
    if tags == []:
        del cell.metadata["tags"]
    if tags and _INJECTED in tags:
        cell.metadata["jupyter"] = {**cell.metadata.get("jupyter", {}), "source_hidden": True}
    for output in cell.get("outputs", ()):
        for key, value in output.items():
            output[key] = _scrubbed(value)


def _scrubbed(value: Any, kind: str = "") -> Any:
    """Take machine paths out of every text; pictures are left alone."""
    if kind.startswith("image/") and kind != "image/svg+xml":
        return value
    if isinstance(value, str):
        return without_machine_paths(value)
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {key: _scrubbed(item, key) for key, item in value.items()}
    return value
