"""``salesnb session``: plan together, in JupyterLab or as an application of its own."""

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from salesnb.actions.session_notebook import session_notebook
from salesnb.errors import MissingFile
from salesnb.workspace import Workspace

# A page that asks nothing of other machines (salesnb/voila), and an extension left out that has no place in it.
_VOILA = ("--template=salesnb", "--VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "plan",
        nargs="?",
        default="",
        metavar="PLAN",
        help="the plan (default: the one that was changed last)",
    )
    parser.add_argument(
        "--app", action="store_true", help="as a plain application, with Voila, in place of JupyterLab"
    )
    parser.epilog = "Further arguments are handed to jupyter lab or voila, such as --no-browser."


def run(arguments: argparse.Namespace) -> int:
    """Become JupyterLab or Voila, so that signals and the exit code are its own."""
    workspace = Workspace.open(arguments.workspace)
    notebook = session_notebook(workspace, arguments.plan)
    if arguments.app:
        if find_spec("voila") is None:
            raise MissingFile("Voila is not installed.", hint="Install it: pip install 'salesnb[voila]'.")
        command = [sys.executable, "-m", "voila", str(notebook), *_VOILA]
        paths = [str(Path(__file__).resolve().parents[1]), os.environ.get("JUPYTER_PATH", "")]
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))
    else:
        # Jupyter stops for root, who in a container is the only user there is.
        root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        folder = f"--ServerApp.root_dir={workspace.root}"
        command = [sys.executable, "-m", "jupyterlab", folder, *root, f"/{notebook.name}"]
    os.execv(sys.executable, [*command, *arguments.more])  # noqa: S606 -- a list, no shell
