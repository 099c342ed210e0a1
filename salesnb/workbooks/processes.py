"""An executor of processes in which a worker that dies takes nothing with it but its own task.

`concurrent.futures.ProcessPoolExecutor` gives up on every task once one worker dies, and its workers outlive
a parent that is killed. Here each worker has a pipe of its own, and ends when the parent does.
"""

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from salesnb.errors import SalesnbError

__all__ = ["ProcessExecutor", "WorkerDied"]

_GRACE = 5.0
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

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 -- Executor's signature
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
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
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
                answer, failed = self._ask(fn, args, kwargs)
            except (OSError, EOFError, ValueError, TypeError, AttributeError, SalesnbError) as error:
                # The pipe broke, the process did not start, or the task cannot be pickled.
                answer, failed = error, True
            if failed:
                future.set_exception(answer)
            else:
                future.set_result(answer)
        self._close()

    def _ask(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, bool]:
        process, pipe = self._started()
        pipe.send((fn, args, kwargs))
        ready = wait([pipe, process.sentinel])
        if pipe in ready:
            with contextlib.suppress(EOFError, OSError):
                answer: tuple[Any, bool] = pipe.recv()
                return answer
        process.join()
        self._process = None
        raise WorkerDied(
            f"The worker process ended {_how(process.exitcode)}.", hint="The other reviews went on."
        )

    def _started(self) -> tuple[BaseProcess, Connection]:
        with self._lock:
            if self._stopped:
                raise WorkerDied("The run was stopped.")
            if self._process is None or self._pipe is None:
                context = multiprocessing.get_context("spawn")
                self._pipe, theirs = context.Pipe()
                self._process = context.Process(
                    target=_serve, args=(theirs,), name="salesnb-review", daemon=False
                )
                self._process.start()
                theirs.close()
            return self._process, self._pipe

    def _close(self) -> None:
        """Let the process end: it does when its pipe does; one that hangs is killed."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.join(_GRACE)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
        return f"by signal {name}" + (", as it does when memory runs out" if name == "SIGKILL" else "")
    return f"with exit code {code}"


def _serve(pipe: Connection) -> None:
    """Do one task after another until the pipe closes."""
    _leave_the_terminal()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            fn, args, kwargs = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (fn(*args, **kwargs), False)
        except Exception as error:  # noqa: BLE001 -- the review worker: the task's error belongs to whoever asked
            answer = (error, True)
        with contextlib.suppress(OSError):
            pipe.send(answer)


def _leave_the_terminal() -> None:
    """Leave Ctrl-C to the parent, who ends its workers in order; to be told to end unwinds what runs."""
    if hasattr(os, "setsid"):
        with contextlib.suppress(OSError):
            os.setsid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _end_with_parent() -> None:
    """End at once when the parent is gone, however it went; kernels notice by themselves when theirs is."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
