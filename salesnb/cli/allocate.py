"""``salesnb plan allocate``: budget, hours and people where they sell most."""

import argparse
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.allocate_printing import ask, print_allocation, print_questions, print_scores, print_used
from salesnb.cli.arguments import lag, share
from salesnb.cli.progress import progress_line
from salesnb.errors import BadUsage
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.actions.stating import Answers, Ends
    from salesnb.planning import Plan

__all__ = ["add_allocate_arguments", "run_allocate"]

_MEANING = """\
Each segment has a response curve: what it sells in the plan's period for an amount of the resource. Where effort was
imported for six months or more (a table effort: period, segment, resource, amount), curves are fitted from it and from
sales; a resource has the name that it has there. Else, and to steady the fit, they come from
three answers a segment (--judge), such as a CSV file with the columns segment,none,now,saturated,effort, or inline
"North=100000:300000:500000:40000"; --questions prints a file to fill in. Further columns: resource, today, slope (above 1:
the first few bring little), doubt (by which share an answer may be off, .2), by, why.

--limits takes CSV (segment,low,high,lock,strategy,group,resource,why) or TOML: [resource.budget] total = 400000,
[[limit]] segment = "North", low = 10000, why = "…"; [scenario.Lean] totals = { budget = 300000 }, responses = { North = 0.8 }.
Strategies: enter (with a low end), grow (at least today's), hold (today's), leave (nothing).

Nothing is saved without --save; then the plan holds what is given here, the amounts and how good they are for sure.
"""


def add_allocate_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be said besides the plan."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _MEANING
    _add_stating(parser)
    _add_limits(parser)
    _add_asking(parser)


def _add_stating(parser: argparse.ArgumentParser) -> None:
    stated = parser.add_argument_group("what there is")
    stated.add_argument(
        "--total",
        metavar="NAME=AMOUNT",
        action="append",
        default=[],
        help="such as budget=400000, 'visits=1200 hours' or 'reps=12 heads'",
    )
    stated.add_argument(
        "--resource", metavar="NAME", default="", help="which one the other options are about"
    )
    stated.add_argument(
        "--what-pays", action="store_true", default=None, help="leave over what earns less than it costs"
    )
    stated.add_argument(
        "--unit-cost", metavar="AMOUNT", help="what one unit must bring: 2.5 of money, 90 an hour"
    )
    stated.add_argument("--moving-cost", metavar="AMOUNT", help="of each unit that goes elsewhere than today")
    stated.add_argument("--step", metavar="AMOUNT", help="amounts are whole multiples of it")
    stated.add_argument(
        "--judge",
        metavar="FILE|SEGMENT=NONE:NOW:SATURATED:EFFORT",
        action="append",
        default=[],
        help="three answers a segment, from CSV, a spreadsheet or inline",
    )
    stated.add_argument(
        "--by",
        metavar="DIM",
        default="",
        help="a segment for each value of a dimension, such as team, product or sector",
    )
    stated.add_argument(
        "--curves",
        choices=("auto", "history", "judgement", "kept"),
        default="auto",
        help="fitted from history where it allows that (auto, history), from answers alone, or as the plan has them",
    )
    stated.add_argument(
        "--lag",
        metavar="TIME",
        type=lag,
        help="from an effort to what it sells: 2m or 60d; else that of salesnb.toml, else the median sales cycle",
    )
    stated.add_argument(
        "--questions", action="store_true", help="print the answers to be given as CSV, and end"
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = parser.add_argument_group("limits")
    limits.add_argument("--limits", metavar="FILE", type=Path, help="from CSV, a spreadsheet or TOML")
    limits.add_argument(
        "--between", metavar="SEGMENT=LOW:HIGH", action="append", default=[], help="either may be empty"
    )
    limits.add_argument(
        "--lock", metavar="SEGMENT=AMOUNT", action="append", default=[], help="an amount that stays"
    )
    limits.add_argument(
        "--free", metavar="SEGMENT", action="append", default=[], help="without limits of its own"
    )
    limits.add_argument(
        "--strategy",
        metavar="SEGMENT=WHAT[:LOW]",
        action="append",
        default=[],
        help="enter:10000, grow, hold or leave",
    )
    limits.add_argument(
        "--group",
        metavar="NAME=SEGMENT,SEGMENT:LOW:HIGH",
        action="append",
        default=[],
        help="limited together",
    )
    limits.add_argument("--why", metavar="TEXT", default="", help="the reason, kept with limits and the save")


def _add_asking(parser: argparse.ArgumentParser) -> None:
    asked = parser.add_argument_group("what is told")
    asked.add_argument("--worst", metavar="SHARE", type=share, help="guard against the worst 20%% of cases")
    asked.add_argument(
        "--leeway",
        metavar="SHARE",
        type=share,
        nargs="?",
        const=0.01,
        help="between which amounts each segment may lie while at most 1%% is lost",
    )
    asked.add_argument("--compare", action="store_true", help="with today's, proportional and equal amounts")
    asked.add_argument("--hinges", action="store_true", help="what depends on which answer")
    asked.add_argument(
        "--scenario", metavar="NAME", action="append", default=[], help="beside the plan; all for all of them"
    )
    asked.add_argument(
        "--scores",
        metavar="WEIGHTS",
        nargs="?",
        const="",
        help="score the segments by the workspace's figures, such as size=2,growth=1; and end",
    )
    asked.add_argument(
        "--used", action="store_true", help="used against planned, by the effort that was imported; and end"
    )
    asked.add_argument("--method", action="store_true", help="tail risk, bound, prices of limits and curves")
    asked.add_argument(
        "--gap", metavar="SHARE", type=share, default=1e-3, help="that may be left, such as 0.1%%"
    )
    asked.add_argument(
        "--seconds", metavar="S", type=_seconds, default=10.0, help="when to end the search (10)"
    )
    asked.add_argument("--save", action="store_true", help="keep it in the plan")


def run_allocate(arguments: argparse.Namespace) -> int:
    """State what is given, allocate, and print what was found."""
    from salesnb.actions.allocating import Asked, find_allocation, save_allocation
    from salesnb.actions.allocation_scenarios import compare_scenarios
    from salesnb.actions.fitting_curves import with_curves

    workspace = Workspace.open(arguments.workspace)
    read = workspace.plans().load(arguments.name)
    plan = _stated(workspace, read, arguments)
    if arguments.questions:
        return print_questions(workspace, plan)
    if arguments.scores is not None:
        return print_scores(workspace, plan, arguments)
    if arguments.used and plan.response_curves:
        return print_used(workspace, plan, arguments)
    with progress_line() as show:
        curved = with_curves(workspace, plan, arguments.curves, show, lag=arguments.lag)
    plan = curved.plan
    for notice in curved.notices:
        say(notice)
    if not plan.response_curves or not plan.resources:
        return ask(workspace, read, plan, arguments)
    with progress_line() as show:
        asked = Asked(
            worst=arguments.worst,
            gap=arguments.gap,
            seconds=arguments.seconds,
            leeway=arguments.leeway,
            hinges=arguments.hinges,
            progress=show,
        )
        found = find_allocation(workspace, plan, asked, read_at=read.revision)
        sides = compare_scenarios(workspace, plan, arguments.scenario, asked) if arguments.scenario else None
    print_allocation(workspace, found, sides, arguments)
    if arguments.save:
        saved = save_allocation(workspace, found, why=arguments.why)
        say(f"Saved revision {saved.revision}; salesnb plan diff {saved.name} shows what changed.")
    return 0


def _stated(workspace: Workspace, plan: "Plan", arguments: argparse.Namespace) -> "Plan":
    """Put what is given into the plan, in the order in which one thing needs the other."""
    from salesnb.actions import stating
    from salesnb.actions.allocation_files import read_answers, read_limits, read_resources
    from salesnb.actions.clock import author, moment
    from salesnb.actions.plan_segments import segments_by

    settings, who, at = workspace.settings, author(workspace.root), moment()
    if arguments.limits is not None:
        plan = read_resources(plan, arguments.limits, settings, who=who, at=at)
    for text in arguments.total:
        plan = stating.state_resource(plan, text, settings, stating.Terms())
    terms = stating.Terms(
        what_pays=arguments.what_pays,
        unit_cost=arguments.unit_cost,
        moving_cost=arguments.moving_cost,
        step=arguments.step,
    )
    if terms != stating.Terms():
        plan = stating.with_terms(plan, arguments.resource, terms, settings)
    if arguments.by:
        plan = segments_by(workspace, plan, arguments.by)
    said: list[Answers] = []
    for text in arguments.judge:
        is_file = "=" not in text or Path(text).is_file()
        said += read_answers(Path(text)) if is_file else [_answers(text)]
    said = [replace(one, resource=one.resource or arguments.resource) for one in said]
    if said:
        plan = stating.judge(plan, said, settings, who=who, at=at)
    if arguments.limits is not None:
        plan = read_limits(plan, arguments.limits, settings, who=who, at=at)
    free = [(arguments.resource, segment) for segment in arguments.free]
    return stating.limit(plan, _ends(arguments), settings, who=who, at=at, free=free)


def _answers(text: str) -> "Answers":
    from salesnb.actions.stating import Answers

    segment, _, numbers = text.rpartition("=")
    parts = [part.strip() for part in numbers.split(":")]
    if not segment.strip() or len(parts) != 4 or not all(parts):
        raise BadUsage(
            f"--judge {text!r} is not readable.",
            hint='Write SEGMENT=NONE:NOW:SATURATED:EFFORT, such as "North=100000:300000:500000:40000", or name a file.',
        )
    return Answers(segment=segment.strip(), none=parts[0], now=parts[1], saturated=parts[2], effort=parts[3])


def _ends(arguments: argparse.Namespace) -> "list[Ends]":
    from salesnb.actions.stating import Ends

    common = {"resource": arguments.resource, "why": arguments.why}
    found = []
    for text in arguments.between:
        segment, low, high = _parts(text, "--between", "SEGMENT=LOW:HIGH, such as North=10000:40000")
        found.append(Ends(segments=(segment,), low=low, high=high, **common))
    for text in arguments.lock:
        segment, amount, _ = _parts(f"{text}:", "--lock", "SEGMENT=AMOUNT, such as North=30000")
        found.append(Ends(segments=(segment,), low=amount, high=amount, **common))
    for text in arguments.strategy:
        segment, what, low = _parts(f"{text}:" if ":" not in text else text, "--strategy", "SEGMENT=grow")
        found.append(Ends(segments=(segment,), strategy=what, low=low, **common))
    for text in arguments.group:
        name, _, rest = text.partition("=")
        form = "NAME=SEGMENT,SEGMENT:LOW:HIGH, such as Coast=North,South:0:50000"
        members, low, high = _parts(rest.replace(":", "=", 1), "--group", form)
        segments = tuple(part.strip() for part in members.split(",") if part.strip())
        found.append(Ends(segments=segments, name=name.strip(), low=low, high=high, **common))
    return found


def _parts(text: str, option: str, form: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(?P<name>.+?)\s*=\s*(?P<low>[^:]*?)\s*:\s*(?P<high>[^:]*?)\s*", text.strip())
    if match is None or not (match["low"] or match["high"]):
        raise BadUsage(f"{option} {text!r} is not readable.", hint=f"Write {form}.")
    return match["name"], match["low"], match["high"]


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 86_400:
        message = f"{text!r} is not a number of seconds above 0"
        raise argparse.ArgumentTypeError(message)
    return found
