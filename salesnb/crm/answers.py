"""What was asked of data before, for as long as it is open: data that is open does not change."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

__all__ = ["Answers"]

T = TypeVar("T")


class Answers:
    """The answers that were asked for last, up to a size; several threads may ask.

    Parameters
    ----------
    most
        How large all that is kept may be together, in values; what is larger is not kept.

    Examples
    --------
    >>> answers = Answers(most=2)
    >>> answers.get("a", lambda: 1), answers.get("a", lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int = 2_000_000) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, ask: Callable[[], T], size: Callable[[T], int] = lambda _: 1) -> T:
        """Give the answer to a question, and ask only where it is not kept.

        Parameters
        ----------
        ask
            What finds the answer. Two threads that want it at the same time may both ask.
        size
            Tells how many values an answer has.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key][0]
                return found
        answer = ask()
        self._keep(key, answer, size(answer))
        return answer

    def _keep(self, key: Hashable, answer: Any, size: int) -> None:
        if size > self._most:
            return
        with self._lock:
            self._size += size - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (answer, size)
            while self._size > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._size -= gone

    def __contains__(self, key: Hashable) -> bool:
        """Whether the answer to a question is kept."""
        return key in self._kept

    def __len__(self) -> int:
        """Count the answers that are kept."""
        return len(self._kept)
