"""Questions whose answers are wanted later, so that an engine finds them while something else is done."""

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Ahead", "Answer", "later"]

# Waits for an answer, and gives it.
Answer: TypeAlias = "Callable[[], pa.Table]"


def later(expr: Any) -> Answer:
    """Ask when the answer is wanted."""
    found: Answer = expr.to_pyarrow
    return found


class Ahead:
    """Asks ahead; an engine that answers one question at a time is asked when the answer is wanted.

    What is not answered when it is left, because something went wrong, is stopped.

    Parameters
    ----------
    backend
        The engine.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._running: list[Any] = []

    def ask(self, expr: Any) -> Answer:
        """Ask for a table."""
        ahead = getattr(self._backend, "ahead", None)
        running = ahead(expr) if ahead else None
        if running is None:
            return later(expr)
        self._running.append(running)
        answer: Answer = running.answer
        return answer

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what runs."""
        for running in self._running:
            running.stop()
        self._running.clear()
