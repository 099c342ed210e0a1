"""Run one workbook through papermill, in a kernel of its own."""

import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NotebookExecutionManager
from papermill.execute import prepare_notebook_metadata
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from salesnb.files import write_atomic
from salesnb.workbooks.clean import cleaned, without_machine_paths
from salesnb.workbooks.engine import ENGINE, MOST_OUTPUT, SalesnbEngine, TooMuchOutputError
from salesnb.workbooks.folder import runtime_prefix
from salesnb.workbooks.forking import can_fork, environment
from salesnb.workbooks.html import PageInfo, render
from salesnb.workbooks.jobs import CellError, Outcome, Task
from salesnb.workbooks.notebook import dumped, parsed

__all__ = ["run_task"]

KERNEL = "python3"
_START_TIMEOUT = 120
_LONGEST_MESSAGE = 2_000
# What a cell raises that has the workbook end there.
_LEFT = {("SystemExit", ""), ("SystemExit", "0")}
# A path to a Unix socket holds 107 bytes; what the kernel adds is shorter than this.
_LONGEST_SOCKET_FOLDER = 80


def run_task(task: Task) -> Outcome:
    """Run a task; whatever goes wrong becomes its outcome, never an exception.

    The template's own files go to a scratch folder that is removed afterwards. The extract lies there as it
    lies beside the finished notebook, so that the relative path in the parameters holds in both places.
    """
    scratch = Path(task.scratch)
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        extract = scratch / task.extract_path
        extract.parent.mkdir(parents=True)
        write_atomic(extract, task.extract)
        return _outcome(task, scratch)
    except Exception as error:  # noqa: BLE001 -- the review worker: one team's failure stays that team's
        return Outcome(error=_told(type(error).__name__, str(error)))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _outcome(task: Task, scratch: Path) -> Outcome:
    template = parsed(task.notebook)
    ids = frozenset(str(cell["id"]) for cell in template.cells if "id" in cell)
    notebook, error = _executed(template, task, scratch)
    if error is not None and error.cell is None:
        error = _located(error, notebook)
    finished = cleaned(notebook, ids=ids, parameters=task.parameters)
    text = dumped(finished)
    if error is not None:
        return Outcome(notebook=text, error=error)
    info = PageInfo(
        title=task.title, facts=task.facts, provenance=task.provenance, back=task.back, locale=task.locale
    )
    return Outcome(notebook=text, page=render(finished, info))


def _executed(template: NotebookNode, task: Task, scratch: Path) -> tuple[NotebookNode, CellError | None]:
    """Put in the parameters and run the cells as papermill does; the notebook is given however that ends.

    Of papermill only what works in memory is used: it writes the notebook before and after each cell, which takes as long as
    the cells.
    """
    # Its warnings of dead kernels would come between the lines of progress; the outcome says it all.
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    logging.getLogger("papermill").propagate = False
    notebook = parameterize_notebook(
        load_notebook_node(template),
        task.parameters,
        kernel_name=KERNEL,
        language="python",
        engine_name=ENGINE,
    )
    manager = NotebookExecutionManager(prepare_notebook_metadata(notebook, None, None), progress_bar=False)
    runtime = Path(tempfile.mkdtemp(prefix=runtime_prefix(Path(task.scratch).parents[1])))
    error = None
    try:
        manager.notebook_start()
        SalesnbEngine.execute_managed_notebook(
            manager,
            KERNEL,
            start_timeout=_START_TIMEOUT,
            execution_timeout=task.timeout,
            record_timing=False,
            shutdown_kernel="immediate",
            kernel_manager_class=_kernel_class(runtime, task.withheld),
            forks=can_fork() and not task.isolated,
            withheld=task.withheld,
            resources={"metadata": {"path": str(scratch)}},
        )
        error = _stopped(manager.nb)
    except CellTimeoutError:
        error = _told("Timeout", f"a cell took longer than {task.timeout} seconds; allow more with --timeout")
    except TooMuchOutputError:
        error = _told("TooMuchOutput", f"its cells put out more than {MOST_OUTPUT // 1_000_000} MB")
    except DeadKernelError:
        error = _told("DeadKernel", "its kernel ended: killed, out of memory, or ended by the cell itself")
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
    return manager.nb, error


def _stopped(notebook: NotebookNode) -> CellError | None:
    """Find the error that a notebook stopped with; to leave Python is none."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type != "error" or (output.ename, output.evalue) in _LEFT:
                continue
            return _told(
                output.ename, output.evalue, cell=index, count=cell.execution_count, source=cell.source
            )
        if cell.metadata.get("papermill", {}).get("exception") is True:
            return _told("CellExecutionError", "", cell=index, count=cell.execution_count, source=cell.source)
    return None


def _kernel_class(runtime: Path, withheld: frozenset[str]) -> type[AsyncKernelManager]:
    """Describe a kernel of the running interpreter, apart from the user's IPython; it needs no kernelspec."""
    spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="Python 3",
        language="python",
        env=environment(withheld, runtime),
    )

    class Kernel(AsyncKernelManager):
        """The kernel of one task."""

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.connection_file = str(runtime / "kernel.json")
            if os.name == "posix" and len(str(runtime)) <= _LONGEST_SOCKET_FOLDER:
                # Sockets in a folder of our own: no port that two kernels could take or that others reach.
                self.transport = "ipc"
                self.ip = str(runtime / "kernel")

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

        async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
            """Keep what the process itself says, such as a traceback of its own, out of the lines of progress."""
            seen = {name: value for name, value in kw["env"].items() if name not in withheld}
            with (runtime / "kernel.log").open("wb") as log:
                changed = {"env": seen, "stdout": log, "stderr": log}
                await super()._async_launch_kernel(kernel_cmd, **{**kw, **changed})

    return Kernel


def _located(error: CellError, notebook: NotebookNode) -> CellError:
    """Find the cell at which a run stopped that left no error there: the last that was begun."""
    begun = [
        (index, cell)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]
    if not begun:
        return error
    index, cell = begun[-1]
    return _told(error.name, error.message, cell=index, source=cell.source)


def _told(
    name: str, message: str, *, cell: int | None = None, count: int | None = None, source: str = ""
) -> CellError:
    text = without_machine_paths(str(message))[:_LONGEST_MESSAGE]
    return CellError(name=name, message=text, cell=cell, count=count, source=source)
