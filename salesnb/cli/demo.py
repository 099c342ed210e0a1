"""``salesnb demo``: the whole main job on an invented company."""

import argparse
import shutil
import sys
from pathlib import Path

from salesnb.cli import say
from salesnb.cli.arguments import whole_number
from salesnb.cli.progress import progress_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "dir", metavar="DIR", nargs="?", type=Path, default=Path("salesnb-demo"), help="where to make it"
    )
    parser.add_argument(
        "--opportunities", metavar="N", type=whole_number, default=7_000, help="size of the sample (7000)"
    )
    parser.add_argument(
        "--jobs", metavar="N", type=whole_number, help="workers at once (default: the processors)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the demo and say what it made, where, in how many seconds, and how to open it."""
    from salesnb.actions.demo import make_demo

    with progress_line() as show:
        made = make_demo(arguments.dir, arguments.opportunities, jobs=arguments.jobs, progress=show)
    for line in (*made.lines, f"Open it in JupyterLab: {_program()} -C {arguments.dir} lab"):
        say(line)
    print(made.index)
    return 1 if made.failed else 0


def _program() -> str:
    """Name this program as the person at the terminal can call it again."""
    if shutil.which("salesnb"):
        return "salesnb"
    return f"{sys.executable} -m salesnb" if sys.argv[0].endswith("__main__.py") else sys.argv[0]
