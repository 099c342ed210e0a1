"""A process that has imported everything and does work in forked children, each of which it may be told to kill.

It reads a line ``SECONDS NAME ARGUMENT…`` and answers with the child's exit status: 0, or -9 when it was killed
after so many seconds. So a kill hits the work, not the start of an interpreter, and fifty of them take seconds.
"""

import multiprocessing
import os
import sys
from pathlib import Path


def import_files(files: str, data: str) -> None:
    """Import a sample into a data folder."""
    from salesnb.crm.importing import ImportSettings, import_source
    from salesnb.crm.mapping import load_mapping

    settings = ImportSettings(currency="USD", time_zone="UTC", levels=("region", "team"))
    import_source(Path(files), load_mapping("sample"), settings, Path(data))


def command(*arguments: str) -> None:
    """Run the command line."""
    from salesnb.cli import main

    status = main(list(arguments))
    if status:
        sys.exit(status)


def _preload() -> None:
    """Import only: an engine that is used before a fork may hang the child."""
    import duckdb  # noqa: F401
    import ibis  # noqa: F401
    import nbformat  # noqa: F401
    import papermill  # noqa: F401

    import salesnb.actions.plans
    import salesnb.actions.reviewing
    import salesnb.cli
    import salesnb.crm.dataset
    import salesnb.crm.importing
    import salesnb.crm.mapping
    import salesnb.kpis
    import salesnb.workbooks.runner  # noqa: F401


def _serve(line: str) -> int:
    seconds, name, *arguments = line.rstrip("\n").split("\t")
    work = {"import_files": import_files, "command": command}[name]
    child = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    child.start()
    child.join(float(seconds))
    child.kill()
    child.join()
    return child.exitcode or 0


def main() -> None:
    """Serve until the standard input ends; what the work prints goes to the standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _preload()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(_serve(line), file=answers, flush=True)


if __name__ == "__main__":
    main()
