"""``salesnb changes``: the bridge from the open pipeline of an earlier import to that of now."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.cli import say
from salesnb.cli.arguments import day, dimension_filter
from salesnb.cli.result import print_result
from salesnb.cli.table import print_text
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.actions.changing import Changes
    from salesnb.kpis.bridge import BridgeRow

_MEANING = """\
then + effects = now, for every row and over all, to the cent:
  created        new since then
  added late     created before, and entered or dated since
  reopened       was won or lost, and is open again
  won, lost      closed since then
  removed        no longer in the CRM
  resized        the expected amount changed
  reassigned     went from one group of --by or --where to another; adds up to zero
with --period, a deal whose expected close crosses an end of the period:
  pushed out     out of it, to later         pulled in      into it, from later
  slipped in     into it, from earlier       pulled ahead   out of it, to earlier
changed, and numbers in brackets: how many deals that is; one that was resized is one deal before and after.
pushed later and pulled earlier stand beside the sum: deals that stayed in, with another expected close.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _MEANING
    parser.add_argument(
        "--since",
        metavar="DATE",
        type=day,
        help="the day whose knowledge is compared with (default: the import before)",
    )
    parser.add_argument("--by", metavar="DIM[,DIM]", default="", help="dimensions, such as team or product")
    parser.add_argument(
        "--period",
        metavar="P",
        help="only deals expected to close in it, such as 2017-Q4, or without that date",
    )
    parser.add_argument(
        "--where",
        metavar="DIM=VALUE",
        action="append",
        default=[],
        help="a filter; several are joined by AND",
    )
    parser.add_argument("--count", action="store_true", help="numbers of deals instead of amounts")
    parser.add_argument(
        "--deals", action="store_true", help="the deals, with what they were and what they are"
    )
    parser.add_argument("--svg", metavar="FILE", type=Path, help="draw the whole as a waterfall into a file")
    parser.add_argument(
        "--format", choices=["table", "csv", "json"], default="table", help="of what is printed"
    )


def run(arguments: argparse.Namespace) -> int:
    """Find what changed, and print it."""
    from salesnb.actions.changing import find_changes

    workspace = Workspace.open(arguments.workspace)
    found = find_changes(
        workspace,
        tuple(part.strip() for part in arguments.by.split(",") if part.strip()),
        tuple(dimension_filter(text) for text in arguments.where),
        since=arguments.since,
        period=arguments.period,
    )
    if arguments.svg:
        _draw(found, arguments.svg)
    result = found.deals() if arguments.deals else found.result(count=arguments.count)
    if arguments.format != "table":
        say(found.finding)
        print_result(result, workspace, arguments.format)
        return 0
    print(found.finding)
    if found.moved:
        print()
        _print_table(found, workspace, arguments)
    return 0


def _draw(found: "Changes", path: Path) -> None:
    from salesnb.charts.theme import fixed
    from salesnb.files import write_atomic

    write_atomic(path, fixed(found.chart.svg(opaque=True)))
    say(f"The waterfall is in {path}.")


def _print_table(found: "Changes", workspace: Workspace, arguments: argparse.Namespace) -> None:
    """Print for people: nothing that is zero everywhere, and what adds up."""
    if arguments.deals:
        _print_deals(found, workspace)
    elif found.by:
        _print_groups(found, workspace, count=arguments.count)
    else:
        _print_whole(found, workspace)


def _print_whole(found: "Changes", workspace: Workspace) -> None:
    """Print a line an effect, with its deals."""
    row, write, count = found.bridge.total, _money(found, workspace), workspace.settings.formatter.count
    lines = [("then", row.then), *row.effects.items(), ("now", row.now)]
    shown: list[dict[str, object]] = [
        {
            "": _heading(name),
            "amount": write(sums.amount),
            "deals": count(sums.deals),
            # A deal that was resized is one deal before and after, so that the sum of deals does not tell of it.
            "changed": count(found.bridge.deals_of(name)) if name in row.effects else "",
        }
        for name, sums in lines
    ]
    print_text(["", "amount", "deals", "changed"], shown, right=["amount", "deals", "changed"])


def _print_groups(found: "Changes", workspace: Workspace, *, count: bool) -> None:
    """Print a row a group, and all of them together; beside each amount how many deals are behind it."""
    result = found.result(count=count)
    names = [column.name for column in result.columns]
    sums = [column.name for column in result.columns if column.role == "kpi"]
    kept = [n for n in names if n not in sums or n in {"then", "now"} or any(result.column(n))]
    records = [dict(zip(names, row, strict=True)) for row in result]
    deals = [_deals_behind(row, names, found) for row in found.rows]
    if len(records) > 1:
        deals.append({name: found.bridge.deals_of(name) for name in names})
        total = {name: sum(record[name] for record in records) for name in sums}
        records.append({**dict.fromkeys(found.by), found.by[0]: "Total"} | total)
    fmt = workspace.settings.formatter
    write = fmt.count if count else _money(found, workspace)

    def cell(name: str, value: Any, behind: int) -> Any:
        if name not in sums:
            return value
        return f"{write(value)} ({fmt.count(behind)})" if behind and not count else write(value)

    shown = [
        {_heading(name): cell(name, row[name], behind[name]) for name in kept}
        for row, behind in zip(records, deals, strict=True)
    ]
    print_text(list(map(_heading, kept)), shown, right=list(map(_heading, sums)))


def _deals_behind(row: "BridgeRow", names: Sequence[str], found: "Changes") -> dict[str, int]:
    return {name: found.bridge.deals_of(name, row.group) for name in names}


def _money(found: "Changes", workspace: Workspace) -> "Callable[[float | None], str]":
    """Write money with cents only where some amount has them: people add them up."""
    fmt, unit = workspace.settings.formatter, 10**workspace.settings.digits
    cents = any(amount % unit for amount in found.amounts)
    return lambda minor: fmt.money(minor, cents=cents)


def _print_deals(found: "Changes", workspace: Workspace) -> None:
    write = _money(found, workspace)
    result = found.deals()
    names = [column.name for column in result.columns]
    shown = []
    for row in result:
        record = dict(zip(names, row, strict=True))
        # Ids are keys: people read the name, or the account where a deal has none.
        shown.append(
            {
                **{name: record[name] for name in found.by},
                "change": _heading(record["change"]),
                "deal": record["name"] or record["opportunity_id"],
                "account": record["account"],
                "rep": record["rep"],
                "amount": write(record["amount"]),
                "what": record["what"],
            }
        )
    print_text(list(shown[0]), shown, right=["amount"], whole=["what"])


def _heading(name: str) -> str:
    return name.replace("_", " ")
