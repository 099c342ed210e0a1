"""Leave out what other packages import where it is there, and what takes seconds that nobody gains by."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

__all__ = ["GRAMMAR", "PYARROW", "left_out"]

# Checks addresses in other alphabets, for jsonschema; it compiles a grammar, which takes seconds. Notebooks have none.
GRAMMAR = "rfc3987_syntax"
# Writes to file systems of clusters, for papermill.
PYARROW = "pyarrow"


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Let modules be found missing by whoever imports them in the block; those that are imported already stay.

    Examples
    --------
    >>> with left_out("this"):
    ...     import this
    Traceback (most recent call last):
    ModuleNotFoundError: import of this halted; None in sys.modules
    """
    mine = [name for name in names if name not in sys.modules]
    for name in mine:
        sys.modules[name] = cast("ModuleType", None)
    try:
        yield
    finally:
        for name in mine:
            del sys.modules[name]
