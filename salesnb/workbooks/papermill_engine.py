"""What papermill loads as its engine ``salesnb``: ``papermill --engine salesnb in.ipynb out.ipynb``."""

from typing import Any

__all__ = ["engine"]


class _Engine:
    """Stands for `salesnb.workbooks.engine.SalesnbEngine`, which is imported once it is used.

    Papermill loads all engines while it is being imported itself, and that one is built on papermill.
    """

    def __getattr__(self, name: str) -> Any:
        from salesnb.workbooks.engine import SalesnbEngine

        return getattr(SalesnbEngine, name)


engine = _Engine()
