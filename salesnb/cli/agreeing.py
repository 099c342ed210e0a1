"""``salesnb plan goals``, ``commit``, ``accept``, ``dispute`` and ``move``: a plan among people."""

import argparse

from salesnb.cli import say
from salesnb.cli.arguments import day
from salesnb.cli.table import print_json
from salesnb.workspace import Workspace

__all__ = ["ACTIONS", "add_agreeing"]

_GOAL_COLUMNS = ["goal", "aspect", "holds", "finding", "what to do"]


def add_agreeing(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-commands."""
    goals = commands.add_parser(
        "goals", help="whether each goal is specific, measurable, achievable, relevant and time-bound"
    )
    goals.add_argument("name", metavar="PLAN")
    goals.add_argument("--as-of", metavar="DATE", type=day, help="the last day of which results are known")
    goals.add_argument(
        "--save", action="store_true", help="keep in the plan between which chances each goal is attained"
    )
    goals.add_argument("--format", choices=["table", "json"], default="table", help="of what is printed")
    commit = commands.add_parser("commit", help="what a node or rep commits to, beside its quota")
    _whose(commit)
    commit.add_argument(
        "amount", metavar="AMOUNT", help="or none: asked, and not committed yet, which is not zero"
    )
    commit.add_argument("--note", metavar="TEXT", default="", help="kept with it")
    _whose(commands.add_parser("accept", help="the owner of a quota accepts it"))
    dispute = commands.add_parser("dispute", help="the owner of a quota disputes it")
    _whose(dispute)
    dispute.add_argument("--why", metavar="TEXT", default="", help="the reason; a dispute has one")
    _add_move(commands)


def _add_move(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    move = commands.add_parser(
        "move",
        help="an account changes hands within the period, or a rep comes to another team: the part of the quota for the"
        " days left goes along",
    )
    move.add_argument("name", metavar="PLAN")
    move.add_argument("giver", metavar="FROM", help="a rep, by id or name")
    move.add_argument("taker", metavar="TO", help="another one; or a team, to which the rep FROM moves")
    move.add_argument("--on", metavar="DATE", type=day, required=True, help="the first day with the other")
    move.add_argument(
        "--account", metavar="NAME", default="", help="its share is that in what FROM sold before the plan"
    )
    move.add_argument("--share", metavar="S", help="the share of the quota instead, such as 0.2 or 20%%")
    move.add_argument(
        "--goal", metavar="KPI", help="where several goals have quotas; a rep moves in all of them"
    )
    move.add_argument(
        "--why", metavar="TEXT", default="", help="the reason, kept in the history; a rep has one"
    )


def _whose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="PLAN")
    parser.add_argument("node", metavar="NODE", help="a node or rep, by id or name")
    parser.add_argument("--goal", metavar="KPI", help="where several goals have quotas")


def _goals(arguments: argparse.Namespace) -> int:
    from salesnb.actions.goal_checking import check_goals, goal_records, save_bands

    workspace = Workspace.open(arguments.workspace)
    checked = check_goals(workspace, arguments.name, as_of=arguments.as_of)
    records = goal_records((*checked.findings, *checked.held))
    if arguments.format == "json":
        print_json(_GOAL_COLUMNS, records)
    else:
        for record in records:
            print("{goal}, {aspect}: {holds}. {finding} {what to do}".format(**record).rstrip())
    if arguments.save:
        say(f"Saved revision {save_bands(workspace, checked).revision}.")
    return 0


def _commit(arguments: argparse.Namespace) -> int:
    from salesnb.actions.agreeing import commit

    workspace = Workspace.open(arguments.workspace)
    plan = commit(
        workspace, arguments.name, arguments.node, arguments.amount, goal=arguments.goal, note=arguments.note
    )
    say(f"Kept in revision {plan.revision}; salesnb plan show {plan.name} --by commitment shows the gaps.")
    return 0


def _answer(arguments: argparse.Namespace) -> int:
    from salesnb.actions.agreeing import answer

    plan = answer(
        Workspace.open(arguments.workspace),
        arguments.name,
        arguments.node,
        arguments.action,
        goal=arguments.goal,
        reason=getattr(arguments, "why", ""),
    )
    say(f"Kept in revision {plan.revision}.")
    return 0


def _move(arguments: argparse.Namespace) -> int:
    from salesnb.actions.moving import Move, move_quota
    from salesnb.planning import read_share

    moved = move_quota(
        Workspace.open(arguments.workspace),
        arguments.name,
        Move(
            giver=arguments.giver,
            taker=arguments.taker,
            on=arguments.on,
            account=arguments.account,
            share=read_share(arguments.share) if arguments.share else None,
            goal=arguments.goal,
            why=arguments.why,
        ),
    )
    for sentence in moved.told:
        say(sentence)
    say(f"Saved revision {moved.plan.revision}; salesnb plan diff {moved.plan.name} shows what moved.")
    return 0


ACTIONS = {"goals": _goals, "commit": _commit, "accept": _answer, "dispute": _answer, "move": _move}
