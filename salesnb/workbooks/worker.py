"""A worker process: does the tasks that come in on its standard input, and answers on its standard output.

It knows nothing of the program that started it, so that a run works from a script, a notebook or a server.
"""

import contextlib
import os
import pickle
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO

__all__ = ["main", "receive", "send"]

_HEADER = 8


def send(pipe: BinaryIO, message: bytes) -> None:
    """Write a message, its length first."""
    pipe.write(len(message).to_bytes(_HEADER, "big"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """Read a message; None where the other side is gone."""
    header = pipe.read(_HEADER)
    if len(header) < _HEADER:
        return None
    length = int.from_bytes(header, "big")
    message = pipe.read(length)
    return message if len(message) == length else None


class _Inbox(threading.Thread):
    """Reads ahead, so that it notices at once when the parent is gone, however it went."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.tasks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.busy = False

    def run(self) -> None:
        while (message := receive(sys.stdin.buffer)) is not None:
            self.tasks.put(message)
        if self.busy:
            # Nobody waits for the answer; kernels notice by themselves that their parent went.
            os._exit(1)
        self.tasks.put(None)


def main() -> None:
    """Do one task after another until the parent closes the input or is gone."""
    # What anybody prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # To be told to end unwinds what runs, and so ends its kernel.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    inbox = _Inbox()
    inbox.start()
    while (message := inbox.tasks.get()) is not None:
        inbox.busy = True
        answer = _done(message)
        with contextlib.suppress(OSError):
            send(answers, answer)
        inbox.busy = False


def _done(message: bytes) -> bytes:
    try:
        fn, args, kwargs = pickle.loads(message)  # noqa: S301 -- from the process that started this one
        return _packed(fn(*args, **kwargs), failed=False)
    except Exception as error:  # noqa: BLE001 -- the review worker: the task's error belongs to whoever asked
        return _packed(error, failed=True)


def _packed(answer: Any, *, failed: bool) -> bytes:
    try:
        return pickle.dumps((answer, failed))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        return pickle.dumps((TypeError(f"The answer cannot be sent: {error}"), True))


if __name__ == "__main__":
    try:
        main()
    except SystemExit as told:
        # What ran has been unwound. The thread that reads ahead still holds the standard input, over which Python's own
        # way out would stumble with a message that nobody can use.
        sys.stderr.flush()
        os._exit(told.code if isinstance(told.code, int) else 1)
