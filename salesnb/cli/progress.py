"""One line of progress: rewritten in a terminal, seldom repeated in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress_line"]

_SECONDS_BETWEEN_LOG_LINES = 10.0


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """Give a function that shows what is being done; the line is cleared at the end."""
    terminal = sys.stderr.isatty()
    last = [time.monotonic(), 0.0]

    def show(text: str) -> None:
        now = time.monotonic()
        if terminal:
            sys.stderr.write(f"\r\x1b[2K{text[:110]}")
            sys.stderr.flush()
        elif now - last[0] >= _SECONDS_BETWEEN_LOG_LINES:
            last[0] = now
            sys.stderr.write(f"{text}\n")

    try:
        yield show
    finally:
        if terminal:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
