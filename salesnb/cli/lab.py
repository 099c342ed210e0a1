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
    # Jupyter stops for root, who in a container is the only user there is.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    folder = f"--ServerApp.root_dir={workspace.root}"
    command = [sys.executable, "-m", "jupyterlab", folder, *root, *arguments.more]
    os.execv(sys.executable, command)  # noqa: S606 -- a list, no shell
