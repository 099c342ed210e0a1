"""What ``salesnb import`` and ``salesnb plan new`` have in common about files of quotas."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.arguments import whole_number
from salesnb.cli.progress import progress_line
from salesnb.counting import counted
from salesnb.errors import BadUsage
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.actions.quotas import QuotaOptions
    from salesnb.crm.quotas import Owner, Reading, UnknownOwner
    from salesnb.crm.report import TableReport

__all__ = ["add_quota_arguments", "quota_options", "take_quotas"]

_MOST_LINES = 20
_LONGEST = 60


def add_quota_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be said about a file of quotas."""
    group = parser.add_argument_group("files of quotas")
    group.add_argument("--year", metavar="Y", type=whole_number, help="the year of months that name none")
    group.add_argument(
        "--scale", metavar="N", type=whole_number, help="what figures are multiplied by, such as 1000"
    )
    group.add_argument(
        "--name",
        dest="names",
        metavar="TEXT=OWNER",
        action="append",
        default=[],
        help="whom a name in the file means, by name or id; nobody where OWNER is empty",
    )


def quota_options(arguments: argparse.Namespace) -> "QuotaOptions":
    """Read what is said about a file of quotas."""
    from salesnb.actions.quotas import QuotaOptions

    names = []
    for text in arguments.names:
        name, equals, owner = text.partition("=")
        if not equals or not name.strip():
            raise BadUsage(f"--name {text!r} is not readable.", hint="Write --name 'Bob Smith=Robert Smith'.")
        names.append((name.strip(), owner.strip()))
    return QuotaOptions(year=arguments.year, scale=arguments.scale, names=tuple(names))


def take_quotas(
    workspace: Workspace, source: Path, options: "QuotaOptions", *, ask: bool
) -> "tuple[TableReport, Reading]":
    """Import a file of quotas, and say what a person should know of it.

    In a terminal it asks whom unknown names mean; what is said, now or with --name, is written down for the next time.
    """
    from salesnb.actions.quotas import import_quotas, remember_names

    if ask and sys.stdin.isatty() and sys.stderr.isatty():
        options = _ask_whose(workspace, source, options)
    if options.names:
        remember_names(workspace, dict(options.names))
    with progress_line() as progress:
        report, reading = import_quotas(workspace, source, options, progress=progress)
    _say_reading(reading)
    return report, reading


def _ask_whose(workspace: Workspace, source: Path, options: "QuotaOptions") -> "QuotaOptions":
    """Ask in a terminal whom unknown names mean."""
    from salesnb.actions.quotas import read_quota_file

    reading = read_quota_file(workspace, source, options)
    chosen = {unknown.text: _ask(unknown) for unknown in reading.unknown}
    said = tuple((text, owner.id if owner else "") for text, owner in chosen.items())
    return replace(options, names=(*options.names, *said))


def _ask(unknown: "UnknownOwner") -> "Owner | None":
    quotas = counted(unknown.quotas, "quota", "quotas")
    sys.stderr.write(f"Who is {unknown.text!r} ({quotas})?\n")
    for number, owner in enumerate(unknown.nearest, start=1):
        sys.stderr.write(f"  {number}  {owner.name} ({owner.id})\n")
    sys.stderr.write("  0  nobody: leave out\n")
    while True:
        sys.stderr.write("Number [0]: ")
        sys.stderr.flush()
        answer = sys.stdin.readline().strip() or "0"
        if answer.isdigit() and int(answer) <= len(unknown.nearest):
            return unknown.nearest[int(answer) - 1] if int(answer) else None


def _say_reading(reading: "Reading") -> None:
    """Say what a person should know of what was read."""
    from salesnb.crm.quotas.reading import NAMELESS

    for notice in reading.notices:
        say(notice)
    _list("Totals that disagree with the quotas", reading.disagreements)
    _list("Look at these, they may be slips; they are taken as they stand", reading.outliers)
    nameless = [item for item in reading.rejected if item.reason.startswith(NAMELESS)]
    if nameless:
        first = nameless[0]
        say(f"{len(nameless)} set aside, the first in row {first.row} of {first.file}: {first.reason}.")
    for unknown in reading.unknown[:_MOST_LINES]:
        near = (
            "; ".join(f"{owner.name} ({owner.id})" for owner in unknown.nearest)
            or "nobody is called like that"
        )
        say(f"Nobody is called {_brief(unknown.text)!r} ({unknown.quotas} set aside). Nearest: {near}.")
    if len(reading.unknown) > _MOST_LINES:
        say(f"… and {counted(len(reading.unknown) - _MOST_LINES, 'name', 'names')} more that nobody has.")
    brief = [unknown for unknown in reading.unknown[:_MOST_LINES] if len(unknown.text) <= _LONGEST]
    if brief:
        say(f"Say who is meant: {' '.join(f'--name {_shell(unknown)}' for unknown in brief)}")


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _shell(unknown: "UnknownOwner") -> str:
    import shlex

    near = unknown.nearest[0].id if unknown.nearest else "OWNER"
    return shlex.quote(f"{unknown.text}={near}")


def _list(title: str, sentences: tuple[str, ...]) -> None:
    if sentences:
        say(f"{title}: {len(sentences)}")
    for sentence in sentences[:_MOST_LINES]:
        say(f"  {sentence}")
    if len(sentences) > _MOST_LINES:
        say(f"  … and {len(sentences) - _MOST_LINES} more.")
