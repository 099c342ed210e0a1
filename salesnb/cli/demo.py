"""``salesnb demo``: the whole main job on an invented company."""

import argparse
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
    for line in made.lines:
        say(line)
    print(made.index)
    return 1 if made.failed else 0
