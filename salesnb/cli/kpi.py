"""``salesnb kpi``: the catalogue, figures, and the rows behind them."""

import argparse
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.arguments import day, dimension_filter
from salesnb.cli.curve import add_curve_arguments, print_curve
from salesnb.cli.explanation import add_explain_arguments, run_explain
from salesnb.cli.promotion import add_promote_arguments, print_gate, promote_file
from salesnb.cli.reconciliation import add_report_arguments, print_reconciliation, read_columns
from salesnb.cli.result import print_result, total_row
from salesnb.cli.table import print_csv, print_json, print_text
from salesnb.counting import counted
from salesnb.errors import BadUsage, MissingFile
from salesnb.workspace import Workspace, settings_file

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Beside, Kpi, Query
    from salesnb.registry import Registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of each sub-command."""
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _with_format(commands.add_parser("list", help="every KPI with unit and formula"))
    show = commands.add_parser("show", help="one KPI in full")
    show.add_argument("name", metavar="NAME")
    commands.add_parser("check", help="check every KPI on the workspace's data")
    query = commands.add_parser("query", help="figures, by dimensions and time")
    query.add_argument("names", metavar="NAME", nargs="+")
    query.add_argument(
        "--plan",
        metavar="NAME",
        help="whose quotas and targets count; by default those of the plan that fits the days: approved plans before those"
        " proposed, then drafts; among these the shortest period, then the one saved last",
    )
    _selection(query)
    _beside(query)
    rows = commands.add_parser("rows", help="the opportunities behind a figure; they add up to it")
    rows.add_argument("name", metavar="NAME")
    _selection(rows)
    curve = commands.add_parser("curve", help="win rate or cycle over the age of deals, open ones included")
    add_curve_arguments(curve)
    _selection(curve)
    add_promote_arguments(
        commands.add_parser(
            "promote", help="check a definition and keep it, certified or as a draft, in kpis/"
        )
    )
    compared = commands.add_parser(
        "reconcile", help="why a report of the CRM says something else, deal by deal"
    )
    compared.add_argument("name", metavar="NAME", help="a sum or count over deals, such as won_amount")
    add_report_arguments(compared)
    _selection(compared, by=False)
    explained = commands.add_parser("explain", help="why a KPI differs between two periods, or from a plan")
    add_explain_arguments(explained)


def run(arguments: argparse.Namespace) -> int:
    """Call the sub-command."""
    return _ACTIONS[arguments.action](arguments)


def _selection(parser: argparse.ArgumentParser, *, by: bool = True) -> None:
    if by:
        parser.add_argument(
            "--by",
            metavar="DIM[,DIM|week|month|quarter|year]",
            default="",
            help="dimensions and at most one time grain",
        )
        parser.add_argument(
            "--known",
            metavar="DATE",
            type=day,
            help="as it was known on that day: by the last import by then, without what was entered or corrected since",
        )
    else:
        parser.set_defaults(by="")
    parser.add_argument("--from", dest="first", metavar="DATE", type=day, help="first day")
    parser.add_argument("--to", dest="last", metavar="DATE", type=day, help="last day, included")
    parser.add_argument(
        "--as-of",
        dest="as_of",
        metavar="DATE",
        type=day,
        help="the day as of which it is told, by the data of now",
    )
    parser.add_argument(
        "--where",
        metavar="DIM=VALUE",
        action="append",
        default=[],
        help="a filter; several are joined by AND",
    )
    parser.add_argument(
        "--credit",
        choices=["owner", "credit", "overlay"],
        help="whose a shared deal is: its owner's, of all with a share of it, or overlays alone (default: credit for"
        " KPIs about quotas, else owner)",
    )
    parser.add_argument(
        "--restated", action="store_true", help="by the organisation of the as-of day, whatever it was then"
    )
    _with_format(parser)


def _beside(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("beside each figure")
    group.add_argument(
        "--compare",
        metavar="TIME[,TIME]",
        default="",
        help="previous (the period before) and last_year (the same period a year before), with change and growth",
    )
    group.add_argument("--rolling", metavar="N", type=int, default=0, help="over the last N weeks, months, …")
    group.add_argument("--ytd", action="store_true", help="from the start of the fiscal year on")
    group.add_argument(
        "--targets", action="store_true", help="the targets of plans, and how far they are off"
    )
    group.add_argument("--totals", action="store_true", help="subtotals and a total, right for ratios too")


def _with_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=["table", "csv", "json"], default="table", help="of what is printed"
    )


def _list(arguments: argparse.Namespace) -> int:
    with _catalogue(arguments) as (known, _):
        kpis = [kpi for _, kpi in known.items() if not kpi.hidden]
        for told in known.failures.values():
            say(f"Set aside: {told}")
    records: list[dict[str, object]] = [{name: getattr(kpi, name) for name in _LISTED} for kpi in kpis]
    _PRINTERS[arguments.format](list(_LISTED), records)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from salesnb.kpis.lineage import lineage

    _refuse_ordered(arguments.name)
    with _catalogue(arguments) as (known, data):
        kpi = known.get(arguments.name)
        made_of = lineage(kpi, known, data)
    for field in _SHOWN:
        if field != "description" or kpi.description:
            print(f"{field:12} {getattr(kpi, field)}")
    print("made of")
    for line in made_of.text().splitlines():
        print(f"  {line}")
    return 0


def _refuse_ordered(*names: str) -> None:
    """Say what the name is that only an explanation knows."""
    from salesnb.kpis.order_sales import ORDERED

    if ORDERED in names:
        raise BadUsage(
            f"{ORDERED} is no KPI: salesnb kpi explain calls the amount of the orders so, which it tells by price, volume and"
            " mix.",
            hint=f"Explain it: salesnb kpi explain {ORDERED} --period P --against P. Where no pipeline is loaded, won_amount"
            " is the amount of the orders.",
        )


@contextlib.contextmanager
def _catalogue(arguments: argparse.Namespace) -> "Iterator[tuple[Registry[Kpi], Dataset | None]]":
    """Give the workspace's KPIs, checked on its data where there is some, and that; outside those of salesnb."""
    if settings_file(arguments.workspace) is None:
        from salesnb.kpis import catalogue

        yield catalogue(), None
        return
    workspace = Workspace.open(arguments.workspace)
    try:
        data = workspace.dataset()
    except MissingFile:
        yield workspace.catalogue(), None
        return
    with data:
        yield workspace.catalogue(data), data


def _check(arguments: argparse.Namespace) -> int:
    from salesnb.kpis import check

    workspace = Workspace.open(arguments.workspace)
    with workspace.dataset() as data:
        known = workspace.catalogue(data)
        checks = check(data, workspace.calendar, known)
        failed = sum(not found.passed for found in checks)
        for found in checks:
            print(
                f"{'ok    ' if found.passed else 'FAILED'} {found.kpi}: {found.name}{': ' + found.detail if found.detail else ''}"
            )
        stopped = print_gate(workspace, data)
    for told in known.failures.values():
        say(f"Set aside: {told}")
    own = f"; {stopped} of the gate failed" if stopped else ""
    say(f"{counted(len(checks) - failed, 'check', 'checks')} passed, {failed} failed{own}.")
    return 1 if failed or stopped or known.failures else 0


def _query(arguments: argparse.Namespace) -> int:
    from salesnb.actions.querying import query_kpis

    _refuse_ordered(*arguments.names)
    workspace = Workspace.open(arguments.workspace)
    query = _read_query(tuple(arguments.names), arguments)
    result = query_kpis(workspace, query, known=arguments.known, plan=arguments.plan)
    print_result(result, workspace, arguments.format)
    return 0


def _rows(arguments: argparse.Namespace) -> int:
    from salesnb.actions.querying import kpi_rows
    from salesnb.kpis.listing import NAMED

    _refuse_ordered(arguments.name)
    workspace = Workspace.open(arguments.workspace)
    query = _read_query((arguments.name,), arguments)
    result = kpi_rows(workspace, arguments.name, query, known=arguments.known)
    if arguments.format == "table":
        # People read names; programs need the ids too.
        result = result.without(NAMED.values())
    print_result(result, workspace, arguments.format, totals=total_row(result, workspace.catalogue()))
    return 0


def _curve(arguments: argparse.Namespace) -> int:
    from salesnb.kpis.aging import CURVE_BASIS

    return print_curve(Workspace.open(arguments.workspace), _read_query((CURVE_BASIS,), arguments), arguments)


def _reconcile(arguments: argparse.Namespace) -> int:
    from salesnb.actions.reconciling import reconcile_query

    workspace = Workspace.open(arguments.workspace)
    query = _read_query((arguments.name,), arguments)
    found = reconcile_query(workspace, query, arguments.expect, read_columns(arguments))
    print_reconciliation(found, workspace, arguments.format)
    return 0


def _read_query(names: tuple[str, ...], arguments: argparse.Namespace) -> "Query":
    from salesnb.kpis import Query

    return Query(
        kpis=names,
        by=tuple(part.strip() for part in arguments.by.split(",") if part.strip()),
        start=arguments.first,
        end=arguments.last + timedelta(days=1) if arguments.last else None,
        as_of=arguments.as_of,
        where=tuple(dimension_filter(text) for text in arguments.where),
        credit=arguments.credit,
        restated=arguments.restated,
        beside=_read_beside(arguments),
    )


def _read_beside(arguments: argparse.Namespace) -> "Beside | None":
    from salesnb.kpis import Beside

    if arguments.action != "query":
        return None
    return Beside(
        compare=tuple(part.strip() for part in arguments.compare.split(",") if part.strip()),
        rolling=arguments.rolling,
        year_to_date=arguments.ytd,
        targets=arguments.targets,
        totals=arguments.totals,
    )


_ACTIONS = {
    "list": _list,
    "show": _show,
    "check": _check,
    "query": _query,
    "rows": _rows,
    "curve": _curve,
    "promote": promote_file,
    "reconcile": _reconcile,
    "explain": run_explain,
}
_LISTED = ("name", "unit", "status", "version", "owner", "formula")
_SHOWN = (
    "name", "label", "description", "unit", "formula", "source", "basis", "additive", "version", "status", "owner",
)  # fmt: skip
_PRINTERS = {"table": print_text, "csv": print_csv, "json": print_json}
