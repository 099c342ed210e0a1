"""``salesnb plan capacity``: quotas against what reps and hires can bring."""

import argparse
import json
import re
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.table import print_text
from salesnb.errors import BadUsage
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.planning import Plan, PlannedHires

__all__ = ["add_capacity_arguments", "run_capacity"]

_MEANING = """\
Capacity adds up the months that reps are there, each by its place in the ramp, times what a ramped rep brings in an
average month, by season. Hires come at the start of their month, which is the first of the ramp; everybody may leave,
at the same chance in each month; who leaves was there for half of the month and is replaced at the start of a later
one by somebody who ramps. A rep's own capacity is that of an average one with that ramp. Nothing is saved without --save; then the plan holds what is given here.
"""
_LONGEST_LAG = 120


def add_capacity_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare assumptions that stand in for those of the plan."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _MEANING
    parser.add_argument("--kpi", metavar="KPI", help="of the goal, where several are cascaded")
    parser.add_argument(
        "--ramp",
        metavar="SHARES",
        type=_shares,
        help="by month since hire, such as 0,0,.25,.25,.5,.75; then 1",
    )
    parser.add_argument(
        "--attrition", metavar="SHARE", type=_number, help="that leaves within a year, such as .25"
    )
    parser.add_argument(
        "--backfill", metavar="MONTHS", type=_lag, help="until who leaves is replaced; 0 for never"
    )
    parser.add_argument(
        "--hires",
        metavar="NODE=MONTH:N",
        action="append",
        help="such as West=2026-08:3; may be given several times. They stand in for all of the plan's",
    )
    parser.add_argument(
        "--productivity",
        metavar="AMOUNT",
        help="what a ramped rep brings in an average month (default: the plan's, else that of the twelve months before)",
    )
    parser.add_argument("--save", action="store_true", help="keep these assumptions in the plan")


def run_capacity(arguments: argparse.Namespace) -> int:
    """Print quota against capacity at every node, and what the figures rest on."""
    from salesnb.actions.capacities import cascaded_goal, find_capacity, save_people
    from salesnb.actions.capacity_words import capacity_document, capacity_lines, capacity_records
    from salesnb.actions.plans import read_target
    from salesnb.planning import People

    workspace = Workspace.open(arguments.workspace)
    plan = workspace.plans().load(arguments.name)
    goal = cascaded_goal(plan, arguments.kpi)
    people = People(
        ramp=arguments.ramp,
        attrition=arguments.attrition,
        backfill_months=arguments.backfill,
        hires=None if arguments.hires is None else tuple(_hires(plan, text) for text in arguments.hires),
    )
    brings = arguments.productivity
    amount = None if brings is None else int(read_target(brings, goal.unit, workspace.settings))
    found = find_capacity(workspace, plan.name, people, kpi=goal.id, productivity=amount)
    formatter = workspace.settings.formatter
    if arguments.format == "json":
        document = capacity_document(found, workspace.settings.digits)
        print(json.dumps(document, indent=2, ensure_ascii=False, default=str))
    else:
        for line in capacity_lines(found, formatter):
            say(line)
        columns = ["node", "level", "heads", "ramped", "quota", "capacity", "potential", "gap", "hires"]
        if all(gap.potential is None for gap in found.nodes):
            columns.remove("potential")
        print_text(columns, capacity_records(found, formatter), right=["quota", "capacity", "potential"])
    if arguments.save:
        say(f"Saved revision {save_people(workspace, found.plan).revision}.")
    return 0


def _hires(plan: "Plan", text: str) -> "PlannedHires":
    from salesnb.actions.plans import node_id
    from salesnb.planning import PlannedHires

    match = re.fullmatch(r"(.+)=(\d{4}-\d{2}):(\d{1,6})", text.strip())
    if match is None or int(match[3]) < 1:
        raise BadUsage(
            f"--hires {text!r} is not readable.", hint="Write NODE=MONTH:N, such as West=2026-08:3."
        )
    return PlannedHires(node=node_id(plan, match[1].strip()), label=match[2], heads=int(match[3]))


def _shares(text: str) -> tuple[float, ...]:
    return tuple(_number(part) for part in text.split(",") if part.strip())


def _number(text: str) -> float:
    plain = text.strip()
    try:
        return float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        message = f"{text!r} is not a number; write one such as 0.25"
        raise argparse.ArgumentTypeError(message) from None


def _lag(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LONGEST_LAG:
        message = f"{text!r} is not a number of months from 0 to {_LONGEST_LAG}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
