"""A process that has imported what workbooks need and runs nothing: their kernels are forked from it.

A kernel that is forked needs no start of an interpreter, no imports and no sockets of its own. It shares nothing with
others but what was imported: each runs one workbook, in a session of processes of its own, and ends with it.
"""

import asyncio
import contextlib
import ctypes
import gc
import importlib
import json
import logging
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from salesnb.money import Formatter
from salesnb.workbooks.wire import KEY, Wire

__all__ = ["IMPORTED", "main"]

# Imported before any workbook asks: importing starts nothing, so that a fork of it is safe.
IMPORTED = (
    "salesnb",
    "salesnb.workbooks.review",
    "salesnb.workbooks.plan_view",
    "matplotlib_inline.backend_inline",
)
_LONGEST_REQUEST = 1 << 20
_PR_SET_PDEATHSIG = 1


def main(control: socket.socket, runtime: str) -> None:
    """Fork a kernel for each request until the other side of the socket is gone, then end all that still run.

    Parameters
    ----------
    runtime
        A folder of its own, which goes with it.
    """
    kernel = _kernel()
    for name in IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # The words of the commonest locale are read once for all.
    Formatter().compact(1)
    # What is there now is never looked at by the collectors of the kernels, and so stays shared with them.
    gc.collect()
    gc.freeze()
    running: set[int] = set()
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, _LONGEST_REQUEST, 1)
        running -= _ended(running)
        if not request:
            break
        child = os.fork()
        if child == 0:
            control.close()
            _serve(kernel, socket.socket(fileno=descriptors[0]), json.loads(request))
        running.add(child)
        os.close(descriptors[0])
    for child in running:
        with contextlib.suppress(OSError):
            os.killpg(child, signal.SIGKILL)
    shutil.rmtree(runtime, ignore_errors=True)
    os._exit(0)


def _ended(running: set[int]) -> set[int]:
    """Take note of the children that have ended."""
    return {child for child in running if os.waitpid(child, os.WNOHANG)[0]}


def _kernel() -> Any:
    """Make a kernel that still has nobody to talk to; it starts no thread."""
    from ipykernel.ipkernel import IPythonKernel
    from jupyter_client.session import Session
    from traitlets import Any as AnyTrait
    from traitlets.config import Config

    class Kernel(IPythonKernel):
        """IPython's kernel, whose messages go wherever they are taken."""

        shell_stream = AnyTrait()
        iopub_socket = AnyTrait()
        iopub_thread = AnyTrait()
        # There is one thread that runs cells, and no other that hands them over.
        _supports_kernel_subshells = False

        def _abort_queues(self, _subshell_id: str | None = None) -> None:
            """Leave what waits: nobody asks for another cell before the answer to the last."""

    # The history of a workbook is its cells: none is written to a file, by a thread.
    config = Config({"HistoryManager": {"enabled": False}})
    kernel: Any = Kernel.instance(config=config, session=Session(key=KEY), log=logging.getLogger("ipykernel"))
    kernel.shell.exit_now = False
    kernel.shell.extension_manager.load_extension("storemagic")
    return kernel


def _serve(kernel: Any, connection: socket.socket, request: Mapping[str, Any]) -> None:
    """Be the kernel of one workbook; never returns."""
    from IPython.core import shellapp

    starts: Any = shellapp.InteractiveShellApp
    try:
        os.setsid()
        _end_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        starts.init_path(SimpleNamespace(ignore_cwd=False))
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        wire = Wire(connection)
        _connect(kernel, wire)
        asyncio.run(_answer(kernel, wire))
    finally:
        # Whatever came of it must not go on as the process that this was forked from.
        os._exit(1)


def _connect(kernel: Any, wire: Wire) -> None:
    """Let all that the kernel says go over the wire, as it would go over its sockets."""
    from ipykernel import iostream

    streams: Any = iostream
    kernel.session.pid = os.getpid()
    kernel.shell_stream = wire.stream("shell")
    kernel.iopub_thread = streams.IOPubThread(wire.stream("iopub"), session=kernel.session)
    kernel.iopub_thread.start()
    told = kernel.iopub_socket = kernel.iopub_thread.background_socket
    kernel.shell.displayhook.pub_socket = told
    kernel.shell.display_pub.pub_socket = told
    sys.stdout, sys.stderr = (
        streams.OutStream(kernel.session, kernel.iopub_thread, name) for name in ("stdout", "stderr")
    )


async def _answer(kernel: Any, wire: Wire) -> None:
    """Answer what comes in, in its order, while what cells left running in the background goes on."""
    import zmq

    loop, inbox = asyncio.get_running_loop(), asyncio.Queue[list[bytes]]()

    def listen() -> None:
        while (message := wire.receive()) is not None:
            loop.call_soon_threadsafe(inbox.put_nowait, message[1])
        # Nobody is left to run for; with this process goes whatever its cells have started.
        os.killpg(0, signal.SIGKILL)

    # Cells that run without end do not let the loop notice.
    threading.Thread(target=listen, daemon=True).start()
    wire.send("shell", [json.dumps({"pid": os.getpid()}).encode()])
    kernel.shell_channel_thread = _Elsewhere()
    while True:
        await kernel.dispatch_shell([zmq.Frame(part) for part in await inbox.get()])


class _Elsewhere:
    """Stands for the thread that would hand cells over; the kernel asks which thread interrupts are for."""

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


def _end_with_parent() -> None:
    """Have the system end this process when the one it was forked from is gone, where it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    # The folder that this was started in has no say in what is imported.
    del sys.path[0]
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
