"""What ``salesnb kpi reconcile`` is told of a report, and how it prints why salesnb says something else."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.cli import say
from salesnb.cli.result import as_read, written
from salesnb.cli.table import print_text
from salesnb.errors import BadUsage
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.kpis.reconciling import Reconciliation
    from salesnb.money import Formatter

__all__ = ["add_report_arguments", "print_reconciliation", "read_columns"]

_MOST_DEALS = 20


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be said about a report."""
    parser.add_argument(
        "--expect",
        metavar="FILE",
        type=Path,
        required=True,
        help="a report with a row a deal, as downloaded from the CRM: CSV or Excel",
    )
    parser.add_argument(
        "--columns",
        metavar="OURS=COLUMN",
        nargs="+",
        action="extend",
        default=[],
        help="columns of the report that are guessed wrong, such as amount='Amount (converted)'; empty for none",
    )


def read_columns(arguments: argparse.Namespace) -> dict[str, str]:
    """Give the columns that were named by hand.

    Raises
    ------
    BadUsage
        When one is not written as OURS=COLUMN.
    """
    found = {}
    for text in arguments.columns:
        ours, equals, theirs = text.partition("=")
        if not equals or not ours.strip():
            raise BadUsage(
                f"--columns {text!r} names no column.", hint="Write OURS=COLUMN, such as amount=Amount."
            )
        found[ours.strip()] = theirs.strip()
    return found


def print_reconciliation(found: "Reconciliation", workspace: Workspace, form: str) -> None:
    """Print two figures, the reasons why they differ, and the deals behind each reason."""
    columns = "; ".join(f"{ours} = {theirs}" for ours, theirs in found.columns)
    say(f"{found.file} is read so: {columns}.")
    for notice in found.notices:
        say(notice)
    digits = workspace.settings.digits
    if form == "csv":
        print(found.deal_table().to_csv(digits), end="")
    elif form == "json":
        _print_json(found, digits)
    else:
        _print_for_people(found, workspace.settings.formatter)


def _print_json(found: "Reconciliation", digits: int) -> None:
    from salesnb.kpis import Column, Result

    names = ("report", "salesnb", "difference")
    figures = Result(
        columns=tuple(Column(name=name, role="kpi", unit=found.unit) for name in names),
        rows=((found.expected, found.actual, found.difference),),
    )
    document = {
        "kpi": found.kpi,
        **figures.to_records(digits)[0],
        "reasons": found.reason_table().to_records(digits),
        "deals": found.deal_table().to_records(digits),
    }
    print(json.dumps(document, indent=2, ensure_ascii=False))


def _print_for_people(found: "Reconciliation", fmt: "Formatter") -> None:
    reasons = found.reason_table()
    column = reasons.columns[-1]
    figures = (
        (f"{found.label} in {found.file}", found.expected),
        (f"{found.label} in salesnb", found.actual),
        ("Difference", found.difference),
    )
    width = max(len(what) for what, _ in figures)
    values = [written(value, column, fmt) or "" for _, value in figures]
    for (what, _), value in zip(figures, values, strict=True):
        print(f"{what.ljust(width)}  {value.rjust(max(map(len, values)))}")
    if not found.effects:
        say("They agree, deal by deal.")
        return
    print()
    total = ("Total", None, found.difference)
    print_text(
        ["reason", "deals", "effect"], as_read(reasons, [*reasons, total], fmt), right=["deals", "effect"]
    )
    _print_deals(found, fmt)


def _print_deals(found: "Reconciliation", fmt: "Formatter") -> None:
    """Print the deals, the largest effects of each reason first, and no more of one than can be read."""
    deals = found.deal_table()
    names = [column.name for column in deals.columns]
    shown: list[tuple[Any, ...]] = []
    more = []
    for reason in found.reasons:
        mine = [row for row in deals if row[names.index("reason")] == reason.label]
        shown += mine[:_MOST_DEALS]
        if len(mine) > _MOST_DEALS:
            more.append(f"{len(mine) - _MOST_DEALS} more of {reason.label!r}")
    print()
    right = [column.name for column in deals.columns if column.unit]
    print_text(names, as_read(deals, shown, fmt), right=right, whole=["detail"])
    if more:
        say(f"Not shown: {'; '.join(more)}. --format csv has all.")
