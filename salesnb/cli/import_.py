"""``salesnb import``: CRM files into the workspace."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from salesnb.cli import say
from salesnb.cli.progress import progress_line
from salesnb.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "source", metavar="SOURCE", type=Path, help="a folder, CSV, Parquet, Excel or DuckDB file"
    )
    parser.add_argument("--mapping", metavar="FILE|PROFILE", help="a mapping.toml, or the name of a profile")
    parser.add_argument("--yes", action="store_true", help="load without asking")
    parser.add_argument("--format", choices=["text", "json"], default="text", help="of what is printed")


def run(arguments: argparse.Namespace) -> int:
    """Import and print a line a table."""
    from salesnb.actions.importing import import_data

    workspace = Workspace.open(arguments.workspace)
    with progress_line() as progress:
        report = import_data(workspace, arguments.source, arguments.mapping, progress=progress)
    for notice in report.notices:
        say(notice)
    if arguments.format == "json":
        print(json.dumps([_counts(table) for table in report.tables], indent=2))
    else:
        for table in report.tables:
            print(
                f"{table.name}: read {table.read}, loaded {table.loaded}, rejected {table.rejected}, "
                f"repaired {table.repaired}, warned {table.warned}"
            )
    say(_conclusion(workspace, report))
    return 0


def _counts(table) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- crm's TableReport, imported on use
    counts = asdict(table)
    return {"table": counts.pop("name"), **counts}


def _conclusion(workspace: Workspace, report) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    rejected = sum(table.rejected for table in report.tables)
    rows = "row is" if rejected == 1 else "rows are"
    aside = f" {rejected} {rows} set aside in data/rejected.csv, each with its reason." if rejected else ""
    state = "Loaded" if report.changed else "Nothing has changed since the last import"
    as_of = workspace.settings.formatter.date(report.as_of)
    return f"{state}; data as of {as_of}.{aside}"
