"""A kernel that is forked from a process which has imported everything, as nbclient sees kernels."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError

from salesnb.workbooks.forking import zygote
from salesnb.workbooks.wire import KEY, Wire

__all__ = ["ForkedKernel"]


class ForkedKernel:
    """The kernel of one workbook, and what nbclient's stand-ins for widgets ask of a client.

    Parameters
    ----------
    folder
        Where its cells work.
    withheld
        Environment variables that they must not see.
    patience
        Seconds until it must be there.

    Attributes
    ----------
    shell_channel
        Takes a message to it with ``send``.
    """

    def __init__(self, folder: str, withheld: frozenset[str] = frozenset(), patience: float = 60) -> None:
        self.session = Session(key=KEY)
        self.shell_channel = self
        self._connection = zygote(withheld).fork(folder)
        self._wire = Wire(self._connection)
        self._pid = 0
        self._patience = patience

    @contextlib.contextmanager
    def running(self) -> Iterator["ForkedKernel"]:
        """Have it end with the block, with all that its cells have started.

        Raises
        ------
        DeadKernelError
            When it does not come to be.
        """
        try:
            self._pid = self._started()
            yield self
        finally:
            self._connection.close()
            if self._pid:
                with contextlib.suppress(OSError):
                    os.killpg(self._pid, signal.SIGKILL)

    def _started(self) -> int:
        """Wait until it is there; gives its process, which is the first that it says."""
        try:
            _, frames = self._next(time.monotonic() + self._patience)
        except TimeoutError:
            raise DeadKernelError("The kernel does not start") from None
        return int(json.loads(frames[0])["pid"])

    def execute(self, code: str, *, stop_on_error: bool = True) -> str:
        """Ask for a cell to be run; gives the id of the request."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        return self.send(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        """Ask what it is; gives the id of the request."""
        return self.send(self.session.msg("kernel_info_request"))

    def send(self, message: dict[str, Any]) -> str:
        """Send a message; gives its id."""
        # Whoever waits for an answer is told that it is gone.
        with contextlib.suppress(OSError):
            self._wire.send("shell", self.session.serialize(message))
        return str(message["header"]["msg_id"])

    def answer(
        self, request: str, timeout: float | None, told: Callable[[dict[str, Any]], None] = lambda _: None
    ) -> dict[str, Any]:
        """Wait for the answer to a request, and for the kernel to be done with it.

        Parameters
        ----------
        timeout
            Seconds; None for as long as it takes.
        told
            Called with what it tells of the request meanwhile.

        Raises
        ------
        TimeoutError
            When there is none in time.
        DeadKernelError
            When the kernel is gone.
        """
        until = None if timeout is None else time.monotonic() + timeout
        answer: dict[str, Any] | None = None
        idle = False
        while answer is None or not idle:
            channel, frames = self._next(until)
            _, parts = self.session.feed_identities(frames)
            message = self.session.deserialize(parts)
            if message["parent_header"].get("msg_id") != request:
                continue
            if channel == "shell":
                answer = message
                continue
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            told(message)
        return answer

    def _next(self, until: float | None) -> tuple[str, list[bytes]]:
        message = self._wire.receive(until)
        if message is None:
            raise DeadKernelError("Kernel died")
        return message
