"""``salesnb plan roadmap``: what is due by month or week, and the deals and pipeline that takes."""

import argparse
import json

from salesnb.cli import say
from salesnb.cli.arguments import day
from salesnb.cli.table import print_text
from salesnb.workspace import Workspace

__all__ = ["add_roadmap", "print_roadmap"]


def add_roadmap(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-command."""
    parser = commands.add_parser(
        "roadmap", help="what is due by month or week, deals to create and pipeline to hold for it"
    )
    parser.add_argument("name", metavar="PLAN")
    parser.add_argument("--kpi", metavar="KPI", help="of which goal, where several have quotas")
    parser.add_argument("--by", choices=["month", "week"], default="month", help="of how long the steps are")
    parser.add_argument("--node", metavar="NODE", help="of one node or rep; by default the company's")
    parser.add_argument("--level", metavar="LEVEL", help="of all nodes of a level, such as team")
    parser.add_argument("--as-of", metavar="DATE", type=day, help="the last day of which results are known")
    parser.add_argument(
        "--weights",
        metavar="W,W,…",
        help="spread the goal by these shares of its months, which come to one exactly (.3,.3,.4), or by history again"
        " (history), and save the plan",
    )
    parser.add_argument(
        "--why", metavar="TEXT", default="", help="the reason for the weights, kept with them"
    )
    parser.add_argument("--format", choices=["table", "json"], default="table", help="of what is printed")


def print_roadmap(arguments: argparse.Namespace) -> int:
    """Change the weights where some are given, and print the roadmap."""
    from salesnb.actions.roadmap_words import roadmap_document, roadmap_lines, roadmap_table
    from salesnb.actions.roadmapping import RoadmapQuery, roadmap_of_plan, weigh_months

    workspace = Workspace.open(arguments.workspace)
    if arguments.weights:
        plan = weigh_months(
            workspace, arguments.name, arguments.weights, kpi=arguments.kpi, why=arguments.why
        )
        say(f"Saved revision {plan.revision}.")
    asked = RoadmapQuery(
        kpi=arguments.kpi,
        grain=arguments.by,
        node=arguments.node,
        level=arguments.level,
        as_of=arguments.as_of,
    )
    found = roadmap_of_plan(workspace, arguments.name, asked)
    if arguments.format == "json":
        print(json.dumps(roadmap_document(found, workspace.settings.digits), indent=2, ensure_ascii=False))
        return 0
    formatter = workspace.settings.formatter
    for line in roadmap_lines(found, formatter):
        say(line)
    columns, records = roadmap_table(found, formatter)
    print_text(columns, records, right=[name for name in columns if name not in {"node", "month", "week"}])
    return 0
