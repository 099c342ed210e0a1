"""``salesnb reproduce``: a workbook made again, and what differs."""

import argparse
from pathlib import Path

from salesnb.cli.arguments import whole_number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a review's .ipynb or .html where its run left it"
    )
    parser.add_argument(
        "--timeout", metavar="S", type=whole_number, default=300, help="seconds a cell may take (300)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print ``identical``, or what differs, a line each; differences make the exit code 1."""
    from salesnb.actions.reproducing import reproduce

    found = reproduce(arguments.file, timeout=arguments.timeout)
    for difference in found or ("identical",):
        print(difference)
    return 1 if found else 0
