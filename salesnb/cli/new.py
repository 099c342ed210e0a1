"""``salesnb new``: an empty workspace."""

import argparse
from dataclasses import replace
from pathlib import Path

from salesnb.cli import say
from salesnb.workspace import Settings, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("dir", metavar="DIR", help="the folder to make")
    parser.add_argument("--company", help="shown on pages")
    parser.add_argument("--currency", help="of every amount, such as EUR (default: USD)")
    parser.add_argument("--locale", help="of numbers and dates, such as de_DE (default: en_US)")


def run(arguments: argparse.Namespace) -> int:
    """Make the workspace and say what comes next."""
    given = {key: getattr(arguments, key) for key in ("company", "currency", "locale")}
    settings = replace(Settings(), **{key: value for key, value in given.items() if value})
    workspace = Workspace.create(arguments.dir, settings)
    folder = Path(arguments.dir)
    say(f"Made the workspace {workspace.root.name}. Next: cd {folder}; salesnb import FILE_OR_FOLDER")
    return 0
