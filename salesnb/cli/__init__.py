"""The command line: ``salesnb COMMAND``. Each command is a module here; it parses, calls an action and prints."""

import argparse
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from salesnb import __version__
from salesnb.errors import SalesnbError
from salesnb.secrets import Secrets, read_secrets

__all__ = ["COMMANDS", "main", "make_parser"]

_MINUS = re.compile(r"-[.,]?\d")
# name, what it does; the module of the same name is imported only when the command is asked for
COMMANDS = {
    "demo": "make a sample workspace with a plan and a review for every team",
    "new": "make an empty workspace",
    "import": "read CRM files, check them and load them",
    "changes": "tell what moved in the open pipeline since the import before, or since a day",
    "kpi": "list, show, query and check KPIs",
    "plan": "make plans, cascade goals, compare revisions",
    "review": "write a review workbook for every team",
    "deliver": "send each review to whom it is for, once, or copy it into a folder",
    "reproduce": "make a finished review again and say whether it is identical, or what differs",
    "session": "plan together: goals, segments, allocation and scenarios in JupyterLab or as an application",
    "lab": "open the workspace in JupyterLab",
    "plugins": "list what installed packages add, and what failed to load",
}


# What these do not know is meant for the program that they become.
_HANDING_ON = ("lab", "session")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Returns
    -------
    int
        0 done, 1 something failed or is infeasible, 2 wrong usage, 3 our own error.
    """
    secrets = Secrets()
    try:
        arguments = list(sys.argv[1:] if argv is None else argv)
        secrets = _secrets(arguments)
        parsed = _parse(arguments)
        for warning in secrets.warnings():
            say(warning)
        return _run(parsed)
    except SalesnbError as error:
        say(f"salesnb: {secrets.hide(str(error))}")
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has gone (`salesnb … | head`); nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        say("salesnb: stopped. What was finished is kept; run the same command again to go on.")
        return 130
    except Exception as error:  # noqa: BLE001 -- the command line: our bugs are one line for the user, the rest in a file
        return _own_error(error, secrets)


def make_parser(arguments: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Build the parser; only modules of commands that stand in ``arguments`` are imported."""
    parser = argparse.ArgumentParser(
        prog="salesnb",
        description="Sales planning in Jupyter: goals, allocation and KPI reviews for every team.",
        epilog="Exit codes: 0 done, 1 something failed or is infeasible, 2 wrong usage, 3 an error of our own.",
    )
    parser.add_argument("--version", action="version", version=f"salesnb {__version__}")
    parser.add_argument(
        "-C", dest="workspace", metavar="WORKSPACE", default=".", help="the workspace (default: here)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name in arguments:
            _module(name).add_arguments(command)
    return parser


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; what ``lab`` and ``session`` do not know is meant for JupyterLab."""
    parser = make_parser(arguments)
    parsed, more = parser.parse_known_args(with_minus(arguments))
    if more and parsed.command not in _HANDING_ON:
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    parsed.more = more
    return parsed


def with_minus(arguments: Sequence[str]) -> list[str]:
    """Tie values that begin with a minus to their options, ``--share -5%`` as ``--share=-5%``.

    argparse takes ``-5%`` for an option that nobody knows; no option of ours begins with a digit.
    """
    found: list[str] = []
    for argument in arguments:
        before = found[-1] if found else ""
        if _MINUS.match(argument) and before.startswith("--") and "=" not in before and len(before) > 2:
            found[-1] = f"{before}={argument}"
        else:
            found.append(argument)
    return found


def _secrets(arguments: Sequence[str]) -> Secrets:
    """Learn what must not be repeated before anything can go wrong, even the reading of the arguments."""
    from salesnb.workspace import settings_file

    given = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    given.add_argument("-C", dest="workspace", default=".")
    try:
        found = settings_file(given.parse_known_args(arguments)[0].workspace)
    except (argparse.ArgumentError, OSError, ValueError):
        return Secrets()
    return read_secrets(found) if found else Secrets()


def say(text: str) -> None:
    """Tell the person at the terminal something; data goes to standard output instead."""
    print(text, file=sys.stderr, flush=True)


def _run(parsed: argparse.Namespace) -> int:
    result = _module(parsed.command).run(parsed)
    sys.stdout.flush()
    return int(result)


def _module(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- a module with add_arguments and run
    return import_module(f"salesnb.cli.{name}_" if name == "import" else f"salesnb.cli.{name}")


def _own_error(error: Exception, secrets: Secrets) -> int:
    trace = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile(
        "w", prefix="salesnb-error-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(secrets.hide(f"salesnb {__version__}\n{' '.join(sys.argv)}\n\n{trace}"))
    told = secrets.hide(f"{type(error).__name__}: {error}")
    say(f"salesnb: an error of our own: {told}. Details are in {Path(log.name)}.")
    return 3
