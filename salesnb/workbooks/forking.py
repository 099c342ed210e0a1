"""The process that kernels are forked from, as the process that asks for them sees it.

It takes a moment to import what kernels need, so that it is started as early as can be; nothing is imported for that here.
"""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

__all__ = ["can_fork", "environment", "zygote"]

_GRACE = 5.0
_MODULE = "salesnb.workbooks.zygote"


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
        self._control, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(  # noqa: S603 -- this interpreter
                [sys.executable, "-m", _MODULE, str(other.fileno()), str(self._runtime)],
                pass_fds=(other.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(withheld, self._runtime),
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, folder: str) -> socket.socket:
        """Ask for a kernel that works in a folder; it answers as soon as all is imported."""
        ours, theirs = socket.socketpair()
        request = {"folder": folder, "environment": environment(self.withheld, self._runtime)}
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


def zygote(withheld: frozenset[str]) -> _Zygote:
    """Give the process to fork kernels from that see nothing of what is withheld; it is started where it is not there."""
    return _ZYGOTES.of(withheld)
