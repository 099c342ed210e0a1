"""``salesnb plan``: make plans, cascade goals, compare and restore revisions."""

import argparse
import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.agreeing import ACTIONS, add_agreeing
from salesnb.cli.allocate import add_allocate_arguments, run_allocate
from salesnb.cli.capacity import add_capacity_arguments, run_capacity
from salesnb.cli.cascade import add_cascade, add_given, given_of, pair_of, print_levels, run_cascade
from salesnb.cli.fairness import add_fairness_arguments, run_fairness
from salesnb.cli.outlook import add_outlook, print_outlook
from salesnb.cli.quotas import add_quota_arguments, quota_options, take_quotas
from salesnb.cli.roadmap import add_roadmap, print_roadmap
from salesnb.cli.table import print_json, print_text
from salesnb.errors import BadUsage
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.planning import Plan

# What --quotas means without a file; no file is called so.
_IMPORTED = Path("/")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of each sub-command."""
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_new(commands)
    show = commands.add_parser("show", help="goals and quotas of a plan")
    _plan_and_format(show)
    show.add_argument(
        "--by",
        choices=["week", "month", "quarter", "across", "commitment"],
        help="what each quota is in each of them, by the second cut, or beside what was committed",
    )
    commands.add_parser("list", help="the plans of the workspace")
    commands.add_parser("schema", help="the JSON Schema of a plan")
    add_cascade(commands)
    add_agreeing(commands)
    allocate = commands.add_parser("allocate", help="put budget, hours and people where they sell most")
    _plan_and_format(allocate)
    add_allocate_arguments(allocate)
    capacity = commands.add_parser("capacity", help="quotas against what reps and hires can bring")
    _plan_and_format(capacity)
    add_capacity_arguments(capacity)
    fairness = commands.add_parser("fairness", help="who attains the quotas, and what that depends on")
    _plan_and_format(fairness)
    add_fairness_arguments(fairness)
    _plan_and_format(commands.add_parser("history", help="the revisions of a plan"))
    add_outlook(commands)
    add_roadmap(commands)
    diff = commands.add_parser("diff", help="what differs between two revisions, in words")
    diff.add_argument("name", metavar="PLAN")
    diff.add_argument("revisions", metavar="REVISION", type=int, nargs="*", help="none: the last two")
    restore = commands.add_parser("restore", help="bring an earlier revision back, as a new one")
    restore.add_argument("name", metavar="PLAN")
    restore.add_argument("revision", metavar="REVISION", type=int)
    for verb, text in (
        ("propose", "propose a draft"),
        ("approve", "approve a plan: it is frozen from then on"),
    ):
        commands.add_parser(verb, help=text).add_argument("name", metavar="PLAN")


def _add_new(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    new = commands.add_parser(
        "new", help="a plan with goals, cascaded by history at once, or with the quotas given"
    )
    new.add_argument("name", metavar="NAME")
    new.add_argument("--period", metavar="P", required=True, help="such as 2017, 2017-Q4 or 2017-11")
    new.add_argument(
        "--goal", metavar="KPI=AMOUNT", action="append", default=[], help="such as won_amount=3000000"
    )
    new.add_argument(
        "--objective",
        metavar="[KPI=]TEXT",
        action="append",
        default=[],
        help="the business objective that the goals serve, or that of one KPI; may be given several times",
    )
    new.add_argument(
        "--quotas",
        metavar="FILE",
        type=Path,
        nargs="?",
        const=_IMPORTED,
        help="keep the quotas of a file, which is imported; without FILE those that were imported last. A KPI that has"
        " quotas and no goal gets their sum as its goal",
    )
    new.add_argument(
        "--partial",
        action="store_true",
        help="leave out quotas whose name nobody in the data has; else no plan is made before it is said who is meant",
    )
    new.add_argument(
        "--basis", metavar="BASIS", default="", help="what to split by instead of history; see plan cascade"
    )
    add_given(new)
    add_quota_arguments(new)


def run(arguments: argparse.Namespace) -> int:
    """Call the sub-command."""
    return _ACTIONS[arguments.action](arguments)


def _plan_and_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="PLAN")
    parser.add_argument("--format", choices=["table", "json"], default="table", help="of what is printed")


def _new(arguments: argparse.Namespace) -> int:
    from salesnb.actions.making import make_plan
    from salesnb.actions.quotas import remember_names

    workspace = Workspace.open(arguments.workspace)
    goals = [pair_of(text, "--goal", "KPI=AMOUNT, such as won_amount=3000000") for text in arguments.goal]
    period = workspace.calendar.period(arguments.period)
    given = arguments.quotas is not None
    options = replace(quota_options(arguments), period=period)
    if given and arguments.quotas is not _IMPORTED:
        take_quotas(workspace, arguments.quotas, options, ask=True)
    elif options.names:
        remember_names(workspace, dict(options.names))
    made = make_plan(
        workspace,
        arguments.name,
        period.label,
        goals,
        objectives=arguments.objective,
        with_quotas=given,
        partial=arguments.partial,
        basis=arguments.basis,
        given=given_of(arguments.given),
    )
    for notice in made.notices:
        say(notice)
    say(f"Made plans/{made.plan.name}.plan.json, revision {made.plan.revision}.")
    print_levels(workspace, made.plan)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from salesnb.actions.agreeing import answer_lines
    from salesnb.actions.hedging import hedge_lines
    from salesnb.actions.held_goals import held_lines
    from salesnb.actions.plans import goal_lines, season_lines, slip_lines
    from salesnb.planning import plan_to_document

    workspace = Workspace.open(arguments.workspace)
    plan = workspace.plans().load(arguments.name)
    if arguments.format == "json":
        print(json.dumps(plan_to_document(plan), indent=2, ensure_ascii=False))
        return 0
    say(f"{plan.name}: {plan.period.label}, revision {plan.revision}, {plan.status}")
    for line in goal_lines(plan, workspace.settings.formatter):
        say(line)
    for line in season_lines(plan, workspace.calendar, workspace.settings.formatter):
        say(line)
    formatter = workspace.settings.formatter
    told = (
        held_lines(plan, formatter),
        hedge_lines(plan, formatter),
        slip_lines(plan),
        answer_lines(plan, formatter),
    )
    for sentence in itertools.chain.from_iterable(told):
        say(sentence)
    columns, records, right = _quota_table(workspace, plan, arguments.by)
    if records:
        print_text(columns, records, right=right)
    return 0


def _quota_table(
    workspace: Workspace, plan: "Plan", by: str | None
) -> tuple[list[str], list[dict[str, object]], list[str]]:
    """Give columns, rows, and which columns stand to the right."""
    from salesnb.actions.agreeing import standing_records
    from salesnb.actions.plans import parts_across, quota_records, quotas_by

    formatter = workspace.settings.formatter
    if by is None:
        return ["node", "level", "kpi", "quota", "basis", "locked"], quota_records(plan, formatter), []
    if by == "commitment":
        numbers = ["quota", "committed", "from below", "who has", "gap"]
        return ["node", "kpi", *numbers, "answer"], standing_records(plan, formatter), numbers
    if by == "across":
        labels, records = parts_across(plan, formatter)
    else:
        labels, records = quotas_by(plan, workspace.calendar, formatter, by)
    return ["node", "kpi", "quota", *labels], records, ["quota", *labels]


def _list(arguments: argparse.Namespace) -> int:
    workspace = Workspace.open(arguments.workspace)
    for name in workspace.plans().names():
        print(name)
    return 0


def _schema(_arguments: argparse.Namespace) -> int:
    from salesnb.planning import schema_text

    print(schema_text(), end="")
    return 0


def _history(arguments: argparse.Namespace) -> int:
    workspace = Workspace.open(arguments.workspace)
    records = [
        {"revision": entry.revision, "at": str(entry.at), "author": entry.author, "reason": entry.reason}
        for entry in workspace.plans().history(arguments.name)
    ]
    printer = print_json if arguments.format == "json" else print_text
    printer(["revision", "at", "author", "reason"], records)
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from salesnb.planning import diff

    store = Workspace.open(arguments.workspace).plans()
    newest = store.load(arguments.name).revision
    given = arguments.revisions or [max(newest - 1, 1), newest]
    if len(given) > 2:
        raise BadUsage("A comparison takes two revisions.", hint="salesnb plan diff PLAN 1 2")
    before, after = (given[0], newest) if len(given) == 1 else given
    differences = diff(store.revision(arguments.name, before), store.revision(arguments.name, after))
    for difference in differences:
        print(difference)
    say(
        f"{len(differences)} difference{'s' * (len(differences) != 1)} between revisions {before} and {after}."
    )
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from salesnb.actions.plans import restore

    plan = restore(Workspace.open(arguments.workspace), arguments.name, arguments.revision)
    say(f"Revision {arguments.revision} is back, as revision {plan.revision}.")
    return 0


def _change_status(arguments: argparse.Namespace) -> int:
    from salesnb.actions.plans import approve, propose

    change = approve if arguments.action == "approve" else propose
    plan = change(Workspace.open(arguments.workspace), arguments.name)
    say(f"{plan.name} is {plan.status}, revision {plan.revision}.")
    return 0


_ACTIONS = {
    **ACTIONS,
    "new": _new,
    "show": _show,
    "list": _list,
    "schema": _schema,
    "allocate": run_allocate,
    "cascade": run_cascade,
    "outlook": print_outlook,
    "roadmap": print_roadmap,
    "capacity": run_capacity,
    "fairness": run_fairness,
    "history": _history,
    "diff": _diff,
    "restore": _restore,
    "propose": _change_status,
    "approve": _change_status,
}
