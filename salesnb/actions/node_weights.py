"""Weights of nodes as people keep them in files."""

from pathlib import Path

from salesnb.actions.allocation_files import table_rows
from salesnb.crm.quotas.amounts import amount, decimal_mark
from salesnb.errors import BadInput

__all__ = ["read_weights"]


def read_weights(path: Path) -> tuple[tuple[str, str], ...]:
    """Read the weight of each node from CSV or a spreadsheet with the columns node and weight.

    Returns
    -------
    tuple
        Pairs of a node and its weight, in plain digits where it is a decimal number.

    Raises
    ------
    BadInput
        When a column is missing or not known, or a cell is empty.
    MissingFile
        When there is no such file.
    """
    rows = table_rows(path, ("node", "weight"), ())
    for where, row in rows:
        empty = next((name for name, text in row.items() if not text), None)
        if empty:
            raise BadInput(f"{empty!r} is empty.", where=where, hint="Fill it in, or delete the row.")
    mark = decimal_mark(row["weight"].removesuffix("%").strip() for _, row in rows)
    return tuple((row["node"], _plain(row["weight"], mark)) for _, row in rows)


def _plain(text: str, mark: str) -> str:
    """Write a decimal number with a point; what is none stays for whoever reads weights."""
    number = text.removesuffix("%").strip()
    try:
        found = amount(number, mark)
    except ValueError:
        return text
    return text if found is None else f"{found:f}{'%' * text.endswith('%')}"
