"""``salesnb plan outlook``: what a plan's period will bring, and how good such outlooks were."""

import argparse
import json
from typing import Any

from salesnb.cli import say
from salesnb.cli.arguments import chances, day
from salesnb.cli.table import print_text
from salesnb.workspace import Workspace

__all__ = ["add_outlook", "print_outlook"]


def add_outlook(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-command."""
    parser = commands.add_parser(
        "outlook", help="what the period will bring, and how likely each quota is attained"
    )
    parser.add_argument("name", metavar="PLAN")
    parser.add_argument("--kpi", metavar="KPI", help="of one goal; all by default")
    parser.add_argument("--as-of", metavar="DATE", type=day, help="the last day of which results are known")
    parser.add_argument("--level", metavar="LEVEL", help="show the nodes of a level alone, such as team")
    parser.add_argument(
        "--chances",
        metavar="P,P,P",
        type=chances,
        default=(),
        help="with which commit, target and stretch are reached, such as .9,.5,.2 (default: salesnb.toml)",
    )
    parser.add_argument(
        "--backtest", action="store_true", help="how good it would have been on the workspace's own past"
    )
    parser.add_argument("--format", choices=["table", "json"], default="table", help="of what is printed")


def print_outlook(arguments: argparse.Namespace) -> int:
    """Tell the outlook, or try it on the past."""
    workspace = Workspace.open(arguments.workspace)
    return (_backtest if arguments.backtest else _outlook)(workspace, arguments)


def _outlook(workspace: Workspace, arguments: argparse.Namespace) -> int:
    from salesnb.actions.needing import needed_for_goal
    from salesnb.actions.outlook_words import outlook_json, outlook_lines, outlook_records
    from salesnb.actions.plan_outlook import outlook_of_plan
    from salesnb.cli.progress import progress_line

    formatter = workspace.settings.formatter
    with progress_line() as show:
        found = outlook_of_plan(
            workspace,
            arguments.name,
            kpi=arguments.kpi,
            as_of=arguments.as_of,
            chances=arguments.chances,
            progress=lambda done, of: show(f"Trying it on the past, once: month end {done} of {of}"),
        )
    needed = [needed_for_goal(workspace, one.goal, as_of=one.as_of) for one in found]
    if arguments.format == "json":
        documents = [
            outlook_json(one, workspace.settings.digits)
            | {"coverage_needed": coverage.coverage if coverage else None}
            for one, coverage in zip(found, needed, strict=True)
        ]
        print(json.dumps(documents, indent=2))
        return 0
    for one, coverage in zip(found, needed, strict=True):
        for line in (*outlook_lines(one, formatter), *([coverage.finding] if coverage else [])):
            say(line)
        records = outlook_records(one, formatter, level=arguments.level)
        columns = list(records[0])
        print_text(columns, records, right=columns[2:])
    return 0


def _backtest(workspace: Workspace, arguments: argparse.Namespace) -> int:
    from salesnb.actions.outlook_backtest import backtest_outlook
    from salesnb.actions.outlook_words import backtest_json, backtest_lines, backtest_records
    from salesnb.cli.progress import progress_line

    plan = workspace.plans().load(arguments.name)
    kpis = [arguments.kpi] if arguments.kpi else list(dict.fromkeys(quota.kpi for quota in plan.quotas))
    documents: list[Any] = []
    for kpi in kpis:
        with progress_line() as show:
            found = backtest_outlook(
                workspace,
                kpi,
                as_of=arguments.as_of,
                told=lambda done, of: show(f"Walking over the past: month end {done} of {of}"),
            )
        if arguments.format == "json":
            documents.append(backtest_json(found))
            continue
        columns, records = backtest_records(found)
        say(f"{kpi}, up to {workspace.settings.formatter.date(found.as_of)}:")
        print_text(columns, records, right=columns[1:])
        for line in backtest_lines(found):
            say(line)
    if documents:
        print(json.dumps(documents, indent=2))
    return 0
