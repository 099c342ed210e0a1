"""A kernel that is forked from a process which has imported everything, as nbclient sees kernels."""

import asyncio
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
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.session import Session

from salesnb.workbooks.wire import Wire, messages

__all__ = ["ForkedKernel", "can_fork", "environment"]

_CHUNK = 1 << 20
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
    """The kernel of one workbook: what nbclient asks of a kernel's manager and of its client.

    Parameters
    ----------
    folder
        Where its cells work.
    withheld
        Environment variables that they must not see.

    Attributes
    ----------
    shell_channel, iopub_channel
        As of a `jupyter_client.KernelClient`.
    """

    def __init__(self, folder: str, withheld: frozenset[str] = frozenset()) -> None:
        self.session = Session(key=b"")
        self._connection = _ZYGOTES.of(withheld).fork(folder)
        self._wire = Wire(self._connection)
        self._buffer = bytearray()
        self._pid: int | None = None
        self._gone = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self.shell_channel, self.iopub_channel = _Channel(self, "shell"), _Channel(self, "iopub")

    @contextlib.contextmanager
    def running(self) -> Iterator["ForkedKernel"]:
        """Have it end with the block, with all that its cells have started."""
        try:
            yield self
        finally:
            self._end()

    def execute(self, code: str, *, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Ask for a cell to be run; gives the id of the request."""
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        return self.ask(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        """Ask what it is; gives the id of the request."""
        return self.ask(self.session.msg("kernel_info_request"))

    async def is_alive(self) -> bool:
        """Tell whether it is there."""
        return not self._gone

    async def interrupt_kernel(self) -> None:
        """Stop the cell that runs."""
        if self._pid is not None:
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGINT)

    def ask(self, message: dict[str, Any]) -> str:
        """Send a request; gives its id."""
        with contextlib.suppress(OSError):
            self._wire.send("shell", self.session.serialize(message))
        return str(message["header"]["msg_id"])

    async def readable(self) -> None:
        """Wait until something came in, or the kernel is gone."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            if not self._gone:
                loop.add_reader(self._connection, self._read)
        waits = loop.create_future()
        self._waiting.append(waits)
        await waits

    def _read(self) -> None:
        try:
            found = self._connection.recv(_CHUNK)
        except OSError:
            found = b""
        if not found:
            self._forget()
        self._buffer += found
        for channel, frames in messages(self._buffer):
            self._take(channel, frames)
        for waits in self._waiting:
            if not waits.done():
                waits.set_result(None)
        self._waiting.clear()

    def _take(self, channel: str, frames: list[bytes]) -> None:
        if self._pid is None:
            self._pid = int(json.loads(frames[0])["pid"])
            return
        _, parts = self.session.feed_identities(frames)
        known = {"shell": self.shell_channel, "iopub": self.iopub_channel}[channel]
        known.came.append(self.session.deserialize(parts))

    def _forget(self) -> None:
        if self._gone:
            return
        self._gone = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._connection)

    def _end(self) -> None:
        self._forget()
        self._connection.close()
        if self._pid is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._pid, signal.SIGKILL)


class _Channel:
    """What came from the kernel on a channel and was not taken yet."""

    def __init__(self, kernel: ForkedKernel, name: str) -> None:
        self._kernel, self._name = kernel, name
        self.came: deque[dict[str, Any]] = deque()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # noqa: ASYNC109 -- nbclient's own
        """Wait for a message.

        Raises
        ------
        Empty
            When none came in so many seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not self.came:
                    await self._kernel.readable()
        except TimeoutError:
            raise Empty from None
        return self.came.popleft()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message, such as a widget's."""
        self._kernel.ask(message)
