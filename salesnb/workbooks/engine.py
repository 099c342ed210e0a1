"""papermill's engine, with a limit on what the cells of a workbook may put out."""

import asyncio
from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.utils import merge_kwargs, remove_args

__all__ = ["ENGINE", "MOST_OUTPUT", "TooMuchOutputError"]

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


class _Engine(NBClientEngine):  # type: ignore[misc]  # papermill is not typed
    """Papermill's own, with the client above."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, execution_timeout: int, start_timeout: int, **more: Any
    ) -> Any:
        """Run the cells."""
        given = merge_kwargs(
            remove_args(["input_path", "log_output", "stdout_file", "stderr_file"], **more),
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
        )
        # Papermill writes the whole notebook before and after each cell, which takes as long as the cells; what a run
        # leaves when it ends, however it does, is all that is read.
        save, nb_man.save = nb_man.save, _nothing
        try:
            return _Client(nb_man, **given).execute()
        finally:
            nb_man.save = save
            nb_man.save()


def _nothing(**_more: Any) -> None:
    """Do nothing."""


papermill_engines.register(ENGINE, _Engine)
