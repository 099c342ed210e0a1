"""``salesnb lab``: the workspace in JupyterLab."""

import argparse
import os
import sys

from salesnb.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = "Further arguments are handed to jupyter lab, such as --no-browser."


def run(arguments: argparse.Namespace) -> int:
    """Become JupyterLab, so that signals and the exit code are its own."""
    workspace = Workspace.open(arguments.workspace)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={workspace.root}", *arguments.more]
    os.execv(sys.executable, command)  # noqa: S606 -- a list, no shell
