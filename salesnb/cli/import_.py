"""``salesnb import``: CRM files into the workspace."""

import argparse
import contextlib
import json
import stat
import sys
from dataclasses import asdict, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.progress import progress_line
from salesnb.cli.quotas import add_quota_arguments, quota_options, take_quotas
from salesnb.cli.table import print_text
from salesnb.errors import BadInput, BadUsage, MissingFile
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from salesnb.actions.stale_data import Doubt
    from salesnb.crm.guessing import Draft
    from salesnb.crm.importing import TableReport


_SHOWN = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "source", metavar="SOURCE", type=Path, nargs="?", help="a folder, CSV, Parquet, Excel or DuckDB file"
    )
    parser.add_argument("--mapping", metavar="FILE|PROFILE", help="a mapping.toml, or the name of a profile")
    parser.add_argument(
        "--yes", action="store_true", help="load without asking, also what looks partial or older than before"
    )
    parser.add_argument("--undo", action="store_true", help="take the last import back")
    parser.add_argument(
        "--quotas",
        action="store_true",
        help="the source is a file of quotas, also where it does not look like one",
    )
    parser.add_argument(
        "--kpi", metavar="NAME", default="won_amount", help="of quotas that name none (won_amount)"
    )
    add_quota_arguments(parser)
    parser.add_argument("--format", choices=["text", "json"], default="text", help="of what is printed")


def run(arguments: argparse.Namespace) -> int:
    """Import and print a line a table."""
    from salesnb.actions.importing import import_data

    workspace = Workspace.open(arguments.workspace)
    if arguments.undo:
        return _undo(workspace, arguments)
    if arguments.source is None:
        raise BadUsage("SOURCE is missing.", hint="Name a folder or a file: salesnb import SOURCE.")
    _refuse_unreachable(arguments.source)
    if _is_of_quotas(workspace, arguments):
        return _import_quotas(workspace, arguments)
    if not arguments.mapping and not _mapping_settled(workspace, arguments):
        # Scripts must not go on as if there were data; a person has just said no.
        return 0 if _at_terminal() else 1
    with progress_line() as progress:
        report = import_data(
            workspace,
            arguments.source,
            arguments.mapping,
            progress=progress,
            accept=lambda doubts: _accept(doubts, arguments, progress),
        )
    for notice in report.notices:
        say(notice)
    _print_tables(report.tables, arguments.format)
    say(_conclusion(workspace, report))
    return 0


def _accept(
    doubts: "Sequence[Doubt]", arguments: argparse.Namespace, progress: "Callable[[str], None]"
) -> None:
    """Ask whether data that looks partial or old is to be loaded; where nobody can be asked, it is not."""
    if arguments.yes:
        return
    what = " ".join(doubt.what for doubt in doubts)
    advice = " ".join(dict.fromkeys(doubt.advice for doubt in doubts))
    if _at_terminal():
        progress("waiting for an answer")
        say(f"\n{what} {advice}")
        if _agreed("Load it all the same? [y/N] "):
            return
    source = quote(str(arguments.source))
    mapping = f" --mapping {quote(arguments.mapping)}" if arguments.mapping else ""
    raise BadInput(
        f"Nothing was loaded. {what}",
        hint=f"{advice} To load it all the same: salesnb import {source}{mapping} --yes",
    )


def _undo(workspace: Workspace, arguments: argparse.Namespace) -> int:
    """Take the last import back, and say what there is again."""
    from salesnb.actions.importing import undo_last

    if arguments.source is not None:
        raise BadUsage(
            "--undo takes no SOURCE.", hint="Take the last import back with: salesnb import --undo"
        )
    undone = undo_last(workspace)
    _print_tables(undone.again.tables, arguments.format)
    date = workspace.settings.formatter.date
    what = "quotas that were imported last" if undone.of_quotas else f"data as of {date(undone.was.as_of)}"
    say(
        f"Taken back: the {what}. Data is as of {date(undone.again.as_of)} again, with its history and quotas."
    )
    return 0


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _refuse_unreachable(source: Path) -> None:
    """Refuse what the system does not let us look at, and what has no end."""
    try:
        mode = source.stat().st_mode
        if stat.S_ISDIR(mode):
            next(source.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        where = str(source.parent)[:_SHOWN]
        raise MissingFile(f"Cannot read {source.name[:_SHOWN]}: {error.strerror}.", where=where) from error
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise BadInput(
            "It is a pipe or a device, not a file.",
            where=str(source),
            hint="Save what it gives to a file first.",
        )


def _print_tables(tables: "Sequence[TableReport]", form: str) -> None:
    if form == "json":
        print(json.dumps([_counts(table) for table in tables], indent=2))
        return
    for table in tables:
        print(
            f"{table.name}: read {table.read}, loaded {table.loaded}, rejected {table.rejected}, "
            f"repaired {table.repaired}, warned {table.warned}"
        )


def _is_of_quotas(workspace: Workspace, arguments: argparse.Namespace) -> bool:
    from salesnb.actions.quotas import looks_like_quotas

    if arguments.quotas and arguments.mapping:
        raise BadUsage("Files of quotas have no mapping.", hint="Leave out --mapping, or --quotas.")
    # What can be said about files of quotas is said about nothing else.
    said = arguments.quotas or any((arguments.year, arguments.scale, arguments.names))
    return said or (not arguments.mapping and looks_like_quotas(workspace, arguments.source))


def _import_quotas(workspace: Workspace, arguments: argparse.Namespace) -> int:
    """Take quotas in, and say which plans they are for."""
    options = replace(quota_options(arguments), kpi=arguments.kpi)
    report, reading = take_quotas(workspace, arguments.source, options, ask=not arguments.yes)
    _print_tables([report], arguments.format)
    first, last = (pick(quota.period.label for quota in reading.quotas) for pick in (min, max))
    owners = len({quota.owner for quota in reading.quotas})
    say(f"Kept quotas of {owners} for {first} to {last}; deals stay as they are.{_aside(report.rejected)}")
    say("Plan with them: salesnb plan new NAME --period P --quotas")
    return 0


def _mapping_settled(workspace: Workspace, arguments: argparse.Namespace) -> bool:
    """See to it that the workspace has a mapping: guess one, show it and ask. False when it is not to be loaded now."""
    from salesnb.actions.importing import MAPPING_FILE, draft_for, write_draft

    with progress_line() as progress:
        draft = draft_for(workspace, arguments.source, progress=progress)
    if draft is None:
        say(f"Read by the {MAPPING_FILE} of the workspace; remove it to have a mapping guessed.")
        return True
    # What is printed for programs stays on its own.
    with contextlib.redirect_stdout(sys.stderr):
        _show(draft)
    path = write_draft(workspace, draft)
    if draft.missing:
        for sentence in draft.missing:
            say(sentence)
        raise BadInput(
            f"The guess is not complete; it is written to {path.name}.",
            hint=f"Fill in what is missing there, then: salesnb import {quote(str(arguments.source))}",
        )
    if arguments.yes:
        return True
    if _at_terminal():
        say(f"This is written to {path.name}, a comment at each guess.")
        if _agreed("Load with it now? [y/N] "):
            return True
    say(
        f"Nothing is loaded yet. The mapping is in {path.name}; look it over, then:"
        f" salesnb import {quote(str(arguments.source))}"
    )
    return False


def _agreed(question: str) -> bool:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _show(draft: "Draft") -> None:
    """Show what was guessed: our column, theirs and some values; what is won and lost; what is left over."""
    say(f"This looks like {draft.profile}." if draft.profile else "Guessed from names, types and values:")
    records: list[dict[str, object]] = [
        {
            "table": line.table,
            "salesnb": line.ours,
            "source": line.theirs,
            "values": ", ".join(line.samples[:3]) or "(empty)",
        }
        for line in draft.lines
    ]
    if records:
        print_text(["table", "salesnb", "source", "values"], records)
    if draft.status:
        print()
        print_text(
            ["status", "rows", "means"],
            [
                {"status": value.value or "(empty)", "rows": value.count, "means": value.meaning}
                for value in draft.status
            ],
        )
    if draft.beginnings:
        say(
            f"Only the beginning of {', '.join(draft.beginnings)} was looked at, and is what is counted here."
        )
    for file, columns in draft.unmapped:
        say(f"{file}: kept as dimensions: {', '.join(columns)}.")
    for sentence in draft.beside:
        say(sentence)
    for name in draft.unused:
        say(f"Not used: {name}")


def _counts(table) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- crm's TableReport, imported on use
    counts = asdict(table)
    return {"table": counts.pop("name"), **counts}


def _conclusion(workspace: Workspace, report) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    rejected = sum(table.rejected for table in report.tables)
    aside = _aside(rejected)
    state = "Loaded" if report.changed else "Nothing has changed since the last import"
    as_of = workspace.settings.formatter.date(report.as_of)
    return f"{state}; data as of {as_of}.{aside}"


def _aside(rejected: int) -> str:
    rows = "row is" if rejected == 1 else "rows are"
    return f" {rejected} {rows} set aside in data/rejected.csv, each with its reason." if rejected else ""
