"""A kernel that is forked from a process which has imported everything, as nbclient sees kernels."""

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError

from salesnb.workbooks.wire import Wire

__all__ = ["ForkedKernel", "can_fork", "environment"]

_GRACE = 5.0


def can_fork() -> bool:
    """Tell whether kernels can be forked here: on Linux and macOS they can."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


def environment(withheld: frozenset[str], runtime: Path) -> dict[str, str]:
    """Give the environment that the cells of a workbook see: this process's without what is withheld.

    Parameters
    ----------
    runtime
        A folder for what IPython writes, apart from the user's own.
    """
    from salesnb.workbooks.processes import python_path

    # A workbook reads its extract and needs no password; what its cells print is kept and mailed.
    seen = {name: value for name, value in os.environ.items() if name not in withheld}
    return {
        **seen,
        "IPYTHONDIR": str(runtime / "ipython"),
        "PYTHONSTARTUP": "",
        # What is written out of a set comes in one order.
        "PYTHONHASHSEED": "0",
        **python_path(),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


class _Zygote:
    """The process that kernels are forked from; it ends when this one does."""

    def __init__(self, withheld: frozenset[str]) -> None:
        self.withheld = withheld
        self._runtime = Path(tempfile.mkdtemp(prefix="salesnb-zygote-"))
        self.environment = environment(withheld, self._runtime)
        self._control, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(  # noqa: S603 -- this interpreter
                [sys.executable, "-m", "salesnb.workbooks.zygote", str(other.fileno())],
                pass_fds=(other.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self.environment,
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, folder: str) -> socket.socket:
        """Ask for a kernel that works in a folder; it answers as soon as all is imported."""
        ours, theirs = socket.socketpair()
        request = {"folder": folder, "environment": {**environment(self.withheld, self._runtime)}}
        with theirs:
            socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno()])
        return ours

    def close(self) -> None:
        """End it, and all kernels that still run."""
        self._control.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._runtime, ignore_errors=True)


class _Zygotes:
    """The one process of this one that kernels are forked from, made when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: _Zygote | None = None
        atexit.register(self.close)

    def of(self, withheld: frozenset[str]) -> _Zygote:
        with self._lock:
            known = self._known
            if known is not None and known.is_alive and known.withheld == withheld:
                return known
            if known is not None:
                known.close()
            self._known = _Zygote(withheld)
            return self._known

    def close(self) -> None:
        with self._lock:
            known, self._known = self._known, None
            if known is not None:
                known.close()


_ZYGOTES = _Zygotes()


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
        self.session = Session(key=b"")
        self.shell_channel = self
        self._connection = _ZYGOTES.of(withheld).fork(folder)
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
            first = self._next(time.monotonic() + self._patience)
            self._pid = int(json.loads(first[1][0])["pid"])
            yield self
        except TimeoutError:
            raise DeadKernelError("The kernel does not start") from None
        finally:
            self._connection.close()
            if self._pid:
                with contextlib.suppress(OSError):
                    os.killpg(self._pid, signal.SIGKILL)

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
