"""An executor of processes in which a worker that dies takes nothing with it but its own task.

`concurrent.futures.ProcessPoolExecutor` gives up on every task once one worker dies, and its workers outlive
a parent that is killed. Here each worker has a pipe of its own, and ends when the parent does.
"""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, BinaryIO, cast

from salesnb.errors import SalesnbError
from salesnb.workbooks.worker import receive, send

__all__ = ["ProcessExecutor", "WorkerDied", "python_path"]

_GRACE = 5.0
# The process did not start or ended, or the task or its answer cannot be sent.
_REFUSALS = (
    OSError, EOFError, ValueError, TypeError, AttributeError, ImportError, pickle.PickleError, SalesnbError,
)  # fmt: skip
_Item = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class WorkerDied(SalesnbError, RuntimeError):
    """A worker process that ended in the middle of its task: killed, out of memory, or crashed."""


class ProcessExecutor(Executor):
    """Run tasks in a fixed number of processes that are started anew, not forked.

    Parameters
    ----------
    workers
        Processes at once.

    Examples
    --------
    >>> with ProcessExecutor(1) as executor:  # doctest: +SKIP
    ...     executor.submit(pow, 2, 5).result()
    32
    """

    def __init__(self, workers: int) -> None:
        self._tasks: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._workers = [_Worker(self._tasks) for _ in range(workers)]
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a task; its result is a `WorkerDied` when its process ends before it."""
        if self._closed:
            message = "cannot schedule new futures after shutdown"
            raise RuntimeError(message)
        future: Future[Any] = Future()
        self._tasks.put((future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 -- Executor's signature
        """Stop; with ``cancel_futures`` also what is running now is ended, with all that it started."""
        self._closed = True
        if cancel_futures:
            self._drop_queued()
        for worker in self._workers:
            if cancel_futures:
                worker.stop()
            self._tasks.put(None)
        for worker in self._workers if wait else ():
            worker.join()

    def _drop_queued(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                item = self._tasks.get_nowait()
                if item:
                    item[0].cancel()


class _Worker:
    """A thread that feeds one process, and starts another when it has died."""

    def __init__(self, tasks: "queue.SimpleQueue[_Item | None]") -> None:
        self._tasks = tasks
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._loop, daemon=True, name="salesnb-worker")
        self._thread.start()

    def stop(self) -> None:
        """End the process, kindly first, so that it ends what it has started."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.terminate()

    def join(self) -> None:
        self._thread.join()

    def _loop(self) -> None:
        while (item := self._tasks.get()) is not None:
            future, fn, args, kwargs = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer, failed = self._ask(pickle.dumps((fn, args, kwargs)))
            except _REFUSALS as error:
                answer, failed = error, True
            if failed:
                future.set_exception(answer)
            else:
                future.set_result(answer)
        self._close()

    def _ask(self, message: bytes) -> tuple[Any, bool]:
        process = self._started()
        found = None
        with contextlib.suppress(BrokenPipeError):
            send(cast("BinaryIO", process.stdin), message)
            found = receive(cast("BinaryIO", process.stdout))
        if found is None:
            code = process.wait()
            self._close()
            raise WorkerDied(f"The worker process ended {_how(code)}.", hint="The other reviews went on.")
        answer: tuple[Any, bool] = pickle.loads(found)  # noqa: S301 -- from the process that we started
        return answer

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._stopped:
                raise WorkerDied("The run was stopped.")
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "salesnb.workbooks.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, **python_path()},
                    # Ctrl-C is for the parent, who ends its workers in order.
                    start_new_session=True,
                )
            return self._process

    def _close(self) -> None:
        """Let the process end: it does when its input does; one that hangs is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            cast("BinaryIO", process.stdin).close()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        cast("BinaryIO", process.stdout).close()


def python_path() -> dict[str, str]:
    """Let started interpreters find a checkout that is not installed."""
    source = Path(__file__).resolve().parents[2]
    own = [] if "site-packages" in source.parts else [str(source)]
    paths = [*own, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths)} if paths else {}


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
        return f"by signal {name}" + (", as it does when memory runs out" if name == "SIGKILL" else "")
    return f"with exit code {code}"
