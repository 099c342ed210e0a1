"""Notebooks as text and as nbformat's nodes; the one place that calls its untyped functions."""

from salesnb.workbooks.leaving_out import GRAMMAR, left_out

with left_out(GRAMMAR):
    import nbformat
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary

__all__ = ["dumped", "parsed", "sign"]


def parsed(text: str) -> NotebookNode:
    """Read a notebook; older formats are upgraded.

    Raises
    ------
    ValueError
        When it is not one.
    """
    node: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    return node


def dumped(notebook: NotebookNode) -> str:
    """Write a notebook as JupyterLab does."""
    text: str = nbformat.writes(notebook, version=4)  # type: ignore[no-untyped-call]
    return text + "\n"


def sign(text: str) -> bool:
    """Let this user's JupyterLab trust a notebook; False where signatures cannot be kept.

    Without it the static charts are shown still.
    """
    try:
        NotebookNotary().sign(parsed(text))  # type: ignore[no-untyped-call]
    except OSError:
        return False
    return True
