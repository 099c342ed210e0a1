"""papermill's engine ``salesnb``: a kernel that is forked warm where that can be, and a limit on what cells put out.

It is papermill's entry point too: ``papermill --engine salesnb in.ipynb out.ipynb``.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.utils import merge_kwargs, remove_args

from salesnb.workbooks.forked import ForkedKernel, can_fork

__all__ = ["ENGINE", "MOST_OUTPUT", "SalesnbEngine", "TooMuchOutputError"]

ENGINE = "salesnb"
# A review has about a megabyte; a loop that prints fills a disk.
MOST_OUTPUT = 20_000_000


class TooMuchOutputError(Exception):
    """The cells put out more than anybody reads."""


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill is not typed
    """Counts what comes from the kernel, and interrupts it where it is too much."""

    _seen = 0

    def process_message(self, msg: dict[str, Any], *rest: Any, **more: Any) -> Any:
        """Take one message in."""
        content = msg["content"]
        self._seen += len(str(content.get("text", "")))
        self._seen += sum(len(str(part)) for part in content.get("data", {}).values())
        if self._seen > MOST_OUTPUT:
            asyncio.ensure_future(self.km.interrupt_kernel())  # noqa: RUF006 -- the client's loop ends with it
            raise TooMuchOutputError
        return super().process_message(msg, *rest, **more)


class _ForkedClient(_Client):
    """Runs the cells in a kernel that is forked."""

    withheld: frozenset[str] = frozenset()

    @contextmanager
    def setup_kernel(self, **_more: Any) -> Iterator[None]:
        """Have a kernel while the cells run."""
        folder = self.resources.get("metadata", {}).get("path") or os.getcwd()  # noqa: PTH109 -- as the kernel's own
        with ForkedKernel(str(folder), self.withheld).running() as kernel:
            self.kc = self.km = kernel
            yield


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
        saves: bool = True,
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
        if forks:
            client.withheld = withheld
        if saves:
            return client.execute()
        # Papermill writes the whole notebook before and after each cell, which takes as long as the cells; what a run
        # leaves when it ends, however it does, is all that is read.
        save, nb_man.save = nb_man.save, _nothing
        try:
            return client.execute()
        finally:
            nb_man.save = save
            nb_man.save()


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


def _nothing(**_more: Any) -> None:
    """Do nothing."""


papermill_engines.register(ENGINE, SalesnbEngine)
