"""``salesnb plan cascade``: change a goal, its basis, over-assignment or locks, and cascade again."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.arguments import share
from salesnb.cli.table import print_text
from salesnb.errors import BadUsage
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesnb.actions.hedging import Hedge
    from salesnb.planning import Plan

__all__ = ["add_cascade", "add_given", "given_of", "pair_of", "print_levels", "run_cascade"]


# Of over-assignment, in per cent.
_MOST_OVER = 900


def add_cascade(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-command."""
    cascade = commands.add_parser("cascade", help="change a goal or lock quotas, and cascade again")
    cascade.add_argument("name", metavar="PLAN")
    cascade.add_argument("--goal", metavar="KPI=AMOUNT", help="a new target")
    cascade.add_argument(
        "--kpi",
        metavar="KPI",
        help="of the goal that is meant, where several have quotas and no --goal says which",
    )
    cascade.add_argument(
        "--lock", metavar="NODE=AMOUNT", action="append", default=[], help="a quota that stays"
    )
    cascade.add_argument(
        "--unlock", metavar="NODE", action="append", default=[], help="a quota that may move again"
    )
    cascade.add_argument("--why", metavar="TEXT", default="", help="the reason, kept with the lock")
    cascade.add_argument(
        "--basis",
        metavar="BASIS",
        default="",
        help="what to split by: history, potential, capacity, equal or given, or a mix such as history:.6,potential:.4",
    )
    add_given(cascade)
    _add_hedges(cascade)
    _add_across(cascade)


def add_given(parser: argparse.ArgumentParser) -> None:
    """Declare the weights of the basis ``given``."""
    parser.add_argument(
        "--given",
        metavar="FILE|NODE=WEIGHT",
        action="append",
        default=[],
        help="weights for the basis given: North=3, or a CSV file with the columns node and weight. All nodes below the same"
        " one have a weight or none; where none has, they share as before",
    )


def given_of(texts: "Sequence[str]") -> tuple[tuple[str, str], ...]:
    """Read weights as typed and from files: pairs of a node and its weight."""
    from salesnb.actions.node_weights import read_weights

    found: list[tuple[str, str]] = []
    for text in texts:
        if "=" in text:
            found.append(pair_of(text, "--given", "NODE=WEIGHT, such as North=3, or name a file"))
        else:
            found += read_weights(Path(text))
    return tuple(found)


def _add_hedges(cascade: argparse.ArgumentParser) -> None:
    cascade.add_argument(
        "--over-assignment",
        metavar="[LEVEL=]PERCENT",
        action="append",
        default=[],
        help="how much more the quotas of a level (reps, when none is named) come to than those of the level above, such as"
        " 5%% or team=2.5%%; 0%% takes it off",
    )
    cascade.add_argument(
        "--reach",
        metavar="CHANCE",
        type=share,
        help="the smallest over-assignment of reps with which the goal is reached so often, such as 80%%",
    )
    cascade.add_argument(
        "--follow",
        metavar="SHARE",
        type=share,
        default=1.0,
        help="with --reach: how far results follow quotas, from 1 (default: reps attain the same share of whatever they are"
        " asked for) to 0 (they sell the same)",
    )


def _add_across(cascade: argparse.ArgumentParser) -> None:
    cascade.add_argument(
        "--across",
        metavar="DIM",
        default="",
        help="a second cut that holds at once: product, another dimension, or segment (those of the plan)",
    )
    cascade.add_argument(
        "--lock-across",
        metavar="NODE=VALUE=AMOUNT",
        action="append",
        default=[],
        help="a part of the second cut that stays; that of the company fixes what the value has in all",
    )
    cascade.add_argument(
        "--unlock-across", metavar="NODE=VALUE", action="append", default=[], help="one that may move again"
    )


def run_cascade(arguments: argparse.Namespace) -> int:
    """Change the cascade, save it, and print what its levels come to."""
    from salesnb.actions.cascading import CascadeChange, cascade_again
    from salesnb.actions.hedging import Reach, hedge_lines

    workspace = Workspace.open(arguments.workspace)
    change = CascadeChange(
        goal=pair_of(arguments.goal, "--goal", "KPI=AMOUNT") if arguments.goal else None,
        kpi=arguments.kpi,
        lock=tuple(pair_of(text, "--lock", 'NODE=AMOUNT, such as "West=900000"') for text in arguments.lock),
        unlock=tuple(arguments.unlock),
        basis=arguments.basis,
        given=given_of(arguments.given),
        across=arguments.across,
        lock_across=tuple(map(_part, arguments.lock_across)),
        unlock_across=tuple(
            pair_of(text, "--unlock-across", 'NODE=VALUE, such as "West=Core"')
            for text in arguments.unlock_across
        ),
        over_assign=tuple(map(_hedge, arguments.over_assignment)),
        reach=None if arguments.reach is None else Reach(chance=arguments.reach, follow=arguments.follow),
        why=arguments.why,
    )
    changed = cascade_again(workspace, arguments.name, change)
    plan = changed.plan
    for notice in changed.notices:
        say(notice)
    for line in hedge_lines(plan, workspace.settings.formatter):
        say(line)
    say(f"Saved revision {plan.revision}.")
    print_levels(workspace, plan)
    return 0


def _hedge(text: str) -> "Hedge":
    from salesnb.actions.hedging import Hedge

    level, _, percent = text.rpartition("=")
    number = re.fullmatch(r"\s*([-+]?\d{1,9}(?:\.\d+)?)\s*%\s*", percent)
    if number is not None and not 0 <= float(number[1]) <= _MOST_OVER:
        raise BadUsage(
            f"--over-assignment {text!r} is out of range: it is from 0% to {_MOST_OVER:,}%.",
            hint="0% takes it off; lower the goal to ask for less of everybody.",
        )
    if number is None:
        raise BadUsage(
            f"--over-assignment {text!r} is not readable.",
            hint="Write PERCENT or LEVEL=PERCENT, such as rep=5%.",
        )
    return Hedge(level=level.strip(), over=float(number[1]) / 100)


def _part(text: str) -> tuple[str, str, str]:
    form = 'NODE=VALUE=AMOUNT, such as "West=Core=900000"'
    place, amount = pair_of(text, "--lock-across", form)
    return (*pair_of(place, "--lock-across", form), amount)


def pair_of(text: str, option: str, form: str) -> tuple[str, str]:
    """Read ``NAME=VALUE``, split at the last sign of equality.

    Raises
    ------
    BadUsage
        When one of them is missing; the hint shows the form.
    """
    name, equals, value = text.rpartition("=")
    if not equals or not name.strip() or not value.strip():
        raise BadUsage(f"{option} {text!r} is not readable.", hint=f"Write {form}.")
    return name.strip(), value.strip()


def print_levels(workspace: Workspace, plan: "Plan") -> None:
    """Print the goals of a plan and the quotas of all levels above the reps."""
    from salesnb.actions.held_goals import held_lines
    from salesnb.actions.plans import goal_lines, quota_records

    for line in (
        *goal_lines(plan, workspace.settings.formatter),
        *held_lines(plan, workspace.settings.formatter),
    ):
        say(line)
    records = [r for r in quota_records(plan, workspace.settings.formatter) if r["level"] != "rep"]
    if records:
        print_text(["node", "level", "kpi", "quota", "basis"], records)
