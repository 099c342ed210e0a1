"""``salesnb kpi explain``: why a KPI differs between two periods, or from a plan."""

import argparse
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.cli import say
from salesnb.cli.arguments import day, dimension_filter
from salesnb.cli.result import print_result
from salesnb.cli.table import print_csv, print_json, print_text
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesnb.actions.explaining import Explanation

__all__ = ["add_explain_arguments", "run_explain"]

_MEANING = """\
before + effects = after, for every row and over all, to the cent:
  volume      more or fewer deals closed (of orders: units), at the average
  win rate    won of those closed
  deal size   amount of those won
  price       amount of a unit, where orders say how many were sold
  mix         what was closed or sold moved to where a unit brings more, or less, than the average
  new, lost   lines that are there at one end only; against a plan: not planned, and nothing closed
  unpriced    amounts without units, and of items of which as many came back as were sold
With --tree, the KPI is shared among the leaves of kpis/TREE.tree.toml: sums, products and ratios of KPIs.
"""


def add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _MEANING
    parser.add_argument(
        "name", metavar="NAME", help="won_amount, ordered_amount, or a KPI that a tree is declared for"
    )
    parser.add_argument("--period", metavar="P", required=True, help="a period, such as 2017-Q4")
    parser.add_argument(
        "--against", metavar="P2|plan:PLAN", required=True, help="the period, or the plan, compared with"
    )
    parser.add_argument(
        "--by",
        metavar="DIM[,DIM]",
        help="dimensions that make a line (default: product, or the teams of a plan); '' is the whole as one",
    )
    parser.add_argument("--tree", metavar="TREE", help="a tree in kpis/ (default: the one of the KPI's name)")
    parser.add_argument(
        "--method",
        choices=["shapley", "anchored"],
        default="shapley",
        help="over all orders of the factors, or in one, from the earlier end",
    )
    parser.add_argument(
        "--where",
        metavar="DIM=VALUE",
        action="append",
        default=[],
        help="a filter; several are joined by AND",
    )
    parser.add_argument(
        "--as-of", dest="as_of", metavar="DATE", type=day, help="the day as of which both ends are told"
    )
    parser.add_argument("--svg", metavar="FILE", type=Path, help="draw the whole as a waterfall into a file")
    parser.add_argument(
        "--format", choices=["table", "csv", "json"], default="table", help="of what is printed"
    )


def run_explain(arguments: argparse.Namespace) -> int:
    """Find out why, and print it."""
    from salesnb.actions.explained import ExplainRequest
    from salesnb.actions.explaining import find_explanation

    workspace = Workspace.open(arguments.workspace)
    by = arguments.by
    found = find_explanation(
        workspace,
        ExplainRequest(
            kpi=arguments.name,
            period=arguments.period,
            against=arguments.against,
            by=None if by is None else tuple(part.strip() for part in by.split(",") if part.strip()),
            tree=arguments.tree,
            method=arguments.method,
            where=tuple(dimension_filter(text) for text in arguments.where),
            as_of=arguments.as_of,
        ),
    )
    if arguments.svg:
        _draw(found, arguments.svg)
    if arguments.format == "table":
        _print_table(found, workspace)
        return 0
    say(found.finding)
    say(f"{found.caption}.")
    _print_rows(found, workspace, arguments.format)
    return 0


def _draw(found: "Explanation", path: Path) -> None:
    from salesnb.charts.theme import fixed
    from salesnb.files import write_atomic

    write_atomic(path, fixed(found.chart.svg(opaque=True)))
    say(f"The waterfall is in {path}.")


def _print_rows(found: "Explanation", workspace: Workspace, form: str) -> None:
    if not found.found.tree:
        print_result(found.result(), workspace, form)
        return
    for notice in found.notices:
        say(notice)
    nodes = found.nodes()
    columns = list(nodes[0])
    if form == "csv":
        print_csv(columns, nodes)
        return
    plain = [
        {key: float(value) if isinstance(value, Decimal) else value for key, value in row.items()}
        for row in nodes
    ]
    print_json(columns, plain)


def _print_table(found: "Explanation", workspace: Workspace) -> None:
    """Print for people: the finding, the whole effect by effect, each line, and how it was computed."""
    for notice in found.notices:
        say(notice)
    print(found.finding)
    print()
    if found.found.tree:
        _print_nodes(found)
    else:
        _print_lines(found, workspace)
    print()
    print(f"{found.caption}; the effects add up exactly.")


def _print_lines(found: "Explanation", workspace: Workspace) -> None:
    """Print a row a line, and all of them together; effects that are nothing everywhere are left out."""
    result, write = found.result(), _writer(found, workspace)
    names = [column.name for column in result.columns]
    figures = [column.name for column in result.columns if column.role == "kpi"]
    kept = [n for n in names if n not in figures or n in {"before", "after"} or any(result.column(n))]
    records = [dict(zip(names, row, strict=True)) for row in result]
    if found.found.by and len(records) > 1:
        total = {name: sum(record[name] for record in records) for name in figures}
        records.append({**dict.fromkeys(found.found.by), found.found.by[0]: "Total"} | total)
    heads = {name: name if name in found.found.by else found.heading(name) for name in names}
    shown: list[dict[str, object]] = [
        {heads[name]: write(row[name]) if name in figures else row[name] for name in kept} for row in records
    ]
    print_text([heads[name] for name in kept], shown, right=[heads[name] for name in figures])


def _print_nodes(found: "Explanation") -> None:
    """Print a row a node of the tree, indented by its depth."""
    from salesnb.actions.explained_table import node_cells

    heads = found.heading("before"), found.heading("after"), "effect"
    shown: list[dict[str, object]] = [
        {
            "node": f"{'. ' * row['depth']}{row['node']}",
            "is": row["is"],
            **dict(zip(heads, node_cells(row, found), strict=True)),
        }
        for row in found.nodes()
    ]
    print_text(list(shown[0]), shown, right=heads)


def _writer(found: "Explanation", workspace: Workspace) -> "Callable[[Any], str]":
    """Write money with cents only where some amount has them: people add them up."""
    fmt = workspace.settings.formatter
    if found.found.unit != "money":
        return lambda value: fmt.value(value, found.found.unit)
    unit = 10**workspace.settings.digits
    cents = any(value % unit for row in found.result() for value in row[len(found.found.by) :])
    return lambda minor: fmt.money(minor, cents=cents)
