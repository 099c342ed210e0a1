"""A worker that dies takes nothing with it but its own task."""

import operator
import os
import signal
import time

import pytest

from salesnb.workbooks.processes import ProcessExecutor, WorkerDied

pytestmark = pytest.mark.slow


@pytest.fixture
def executor():
    made = ProcessExecutor(1)
    yield made
    made.shutdown(cancel_futures=True)


def test_results_and_errors_come_back(executor):
    assert executor.submit(pow, 2, 5).result(timeout=60) == 32
    with pytest.raises(ZeroDivisionError):
        executor.submit(operator.truediv, 1, 0).result(timeout=60)


def test_a_worker_that_dies_fails_its_own_task_only(executor):
    before, dies, after = executor.submit(pow, 2, 2), executor.submit(os._exit, 7), executor.submit(pow, 3, 3)
    assert before.result(timeout=60) == 4
    with pytest.raises(WorkerDied, match="exit code 7"):
        dies.result(timeout=60)
    assert after.result(timeout=60) == 27


def test_a_worker_that_is_killed_says_by_what(executor):
    pid = executor.submit(os.getpid).result(timeout=60)
    future = executor.submit(time.sleep, 60)
    while not future.running():
        pass
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="SIGKILL"):
        future.result(timeout=60)


def test_what_cannot_be_sent_fails_its_own_task_only(executor):
    with pytest.raises((AttributeError, TypeError)):
        executor.submit(lambda: 1).result(timeout=60)
    assert executor.submit(pow, 2, 3).result(timeout=60) == 8


def test_cancelling_ends_what_runs_and_drops_what_waits(executor):
    pid = executor.submit(os.getpid).result(timeout=60)
    running, waiting = executor.submit(time.sleep, 60), executor.submit(pow, 2, 2)
    while not running.running():
        pass
    executor.shutdown(cancel_futures=True)
    assert waiting.cancelled()
    with pytest.raises(WorkerDied):
        running.result(timeout=1)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeError):
        executor.submit(pow, 1, 1)
