"""papermill's engine ``salesnb``: a kernel that is forked warm where that can be, and a limit on what cells put out.

It is papermill's entry point too: ``papermill --engine salesnb in.ipynb out.ipynb``.
"""

import asyncio
import os
import sys
from contextlib import suppress
from typing import Any

from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.utils import merge_kwargs, remove_args

from salesnb.workbooks.forked import ForkedKernel
from salesnb.workbooks.forking import can_fork

__all__ = ["ENGINE", "MOST_OUTPUT", "SalesnbEngine", "TooMuchOutputError"]

ENGINE = "salesnb"
# A review has about a megabyte; a loop that prints fills a disk.
MOST_OUTPUT = 20_000_000


class TooMuchOutputError(Exception):
    """The cells put out more than anybody reads."""


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill is not typed
    """Counts what comes from the kernel, and interrupts it where it is too much."""

    _seen = 0
    withheld: frozenset[str] = frozenset()

    def process_message(self, msg: dict[str, Any], *rest: Any, **more: Any) -> Any:
        """Take one message in."""
        content = msg["content"]
        self._seen += len(str(content.get("text", "")))
        self._seen += sum(len(str(part)) for part in content.get("data", {}).values())
        if self._seen > MOST_OUTPUT:
            self._interrupt()
            raise TooMuchOutputError
        return super().process_message(msg, *rest, **more)

    def _interrupt(self) -> None:
        asyncio.ensure_future(self.km.interrupt_kernel())  # noqa: RUF006 -- the client's loop ends with it


class _ForkedClient(_Client):
    """Runs the cells in a kernel that is forked, one after the other, with nothing between them to wait for."""

    def execute(self, **_more: Any) -> NotebookNode:
        """Run the cells; the notebook has what they put out, also of the cell at which it stopped."""
        self.reset_execution_trackers()
        folder = self.resources.get("metadata", {}).get("path") or os.getcwd()  # noqa: PTH109 -- as the kernel's own
        with ForkedKernel(str(folder), self.withheld, self.startup_timeout).running() as kernel:
            self.kc = self.km = kernel
            self.papermill_execute_cells()
            answer = kernel.answer(kernel.kernel_info(), None)
            self.nb.metadata["language_info"] = answer["content"]["language_info"]
            self.set_widgets_metadata()
        notebook: NotebookNode = self.nb
        return notebook

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_more: Any) -> NotebookNode:
        """Run a cell, unless it is none of code or is tagged to be skipped.

        Raises
        ------
        CellExecutionError, CellTimeoutError, DeadKernelError
            When it fails, takes too long or ends its kernel.
        """
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        cell.outputs, self.clear_before_next_output = [], False
        if self.record_timing:
            cell["metadata"]["execution"] = {}
        allows = not self.force_raise_errors and (self.allow_errors or "raises-exception" in tags)
        request = self.kc.execute(cell.source, stop_on_error=not allows)
        self.code_cells_executed += 1
        try:
            answer = self.kc.answer(
                request, self._get_timeout(cell), lambda message: self._told(message, cell, cell_index)
            )
        except TimeoutError:
            timeout = self._get_timeout(cell)
            raise CellTimeoutError.error_from_timeout_and_cell(
                "Cell execution timed out", timeout, cell
            ) from None
        content = answer["content"]
        if content["status"] == "error" and not (allows or content.get("ename") in self.allow_error_names):
            raise CellExecutionError.from_cell_and_msg(cell, content)
        return cell

    def _interrupt(self) -> None:
        """Do nothing: the kernel ends with what is raised."""

    def _told(self, message: dict[str, Any], cell: NotebookNode, cell_index: int) -> None:
        with suppress(CellExecutionComplete):
            self.process_message(message, cell, cell_index)


class SalesnbEngine(NBClientEngine):  # type: ignore[misc]  # papermill is not typed
    """Papermill's own engine, with the clients above.

    ``forks`` says whether the kernel is forked; where it is not said, it is where the platform can and the kernel's name
    stands for the interpreter that runs this. Else a kernel is started, as papermill does.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        execution_timeout: int | None = None,
        start_timeout: int = 60,
        forks: bool | None = None,
        withheld: frozenset[str] = frozenset(),
        **more: Any,
    ) -> Any:
        """Run the cells."""
        given = merge_kwargs(
            remove_args(["input_path", "timeout", "startup_timeout"], **more),
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
        )
        if forks is None:
            forks = can_fork() and _is_own(kernel_name)
        client = (_ForkedClient if forks else _Client)(nb_man, **given)
        client.withheld = withheld
        return client.execute()


def _is_own(kernel_name: str) -> bool:
    """Tell whether a kernel's name stands for the interpreter that runs this."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec(kernel_name)
    except NoSuchKernel:
        return False
    known = {sys.executable, "python", "python3", os.path.realpath(sys.executable)}
    own = spec.argv[0] in known and "ipykernel_launcher" in spec.argv
    return own and spec.language == "python" and not spec.env


papermill_engines.register(ENGINE, SalesnbEngine)
