"""``salesnb kpi curve``: win rate or cycle over the age of deals."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.result import print_result
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.kpis import Query

__all__ = ["add_curve_arguments", "print_curve"]

_MEANING = """\
win    shares of all deals created that are won and lost, by days since creation
cycle  share that has left the pipeline by then, and what share of the wins has come
Deals that are still open count for as long as they were open (competing risks). --from and --to are days of creation;
a time grain in --by is that of creation. --format csv and json give a row an age at which deals left.
"""


def add_curve_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be said about a curve, besides the selection."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _MEANING
    parser.add_argument("name", metavar="NAME", nargs="?", default="win", help="win or cycle (default: win)")
    parser.add_argument(
        "--confidence",
        metavar="SHARE",
        type=_share,
        help="of the intervals, such as 0.9 (default: [kpis] coverage_confidence, else 0.8)",
    )
    parser.add_argument(
        "--half-life",
        metavar="DAYS",
        type=_days,
        help="deals created that many days earlier count half (default: all alike)",
    )
    parser.add_argument(
        "--goal",
        metavar="PERIOD=AMOUNT",
        type=_goal,
        help="also say how much open pipeline that goal of the company needs: 2026-Q3=2500000",
    )
    parser.add_argument("--svg", metavar="FILE", type=Path, help="draw the curves into a file")


def print_curve(workspace: Workspace, query: "Query", arguments: argparse.Namespace) -> int:
    """Find curves and print them, and draw them where asked."""
    from salesnb.actions.curving import find_curves
    from salesnb.charts.theme import fixed
    from salesnb.files import write_atomic

    found = find_curves(
        workspace,
        arguments.name,
        query,
        confidence=arguments.confidence,
        half_life_days=arguments.half_life,
        known=arguments.known,
    )
    if arguments.svg:
        write_atomic(arguments.svg, fixed(found.chart.svg(opaque=True)))
        say(f"The curves are in {arguments.svg}.")
    if arguments.format == "table":
        print(found.chart.text())
    else:
        say(found.finding)
        print_result(found.result(), workspace, arguments.format)
    if arguments.goal:
        _print_needed(workspace, query, arguments)
    return 0


def _print_needed(workspace: Workspace, query: "Query", arguments: argparse.Namespace) -> None:
    from salesnb.actions.needing import needed_coverage

    period, amount = arguments.goal
    found = needed_coverage(
        workspace, amount, period=period, as_of=query.as_of, confidence=arguments.confidence
    )
    (print if arguments.format == "table" else say)(found.finding)


def _goal(text: str) -> tuple[str, str]:
    period, sign, amount = text.partition("=")
    if not (period and sign and amount):
        message = f"{text!r} is not PERIOD=AMOUNT, such as 2026-Q3=2500000"
        raise argparse.ArgumentTypeError(message)
    return period, amount.replace("_", "")


def _share(text: str) -> float:
    return _number(text, "a share between 0 and 1, such as 0.8", most=1)


def _days(text: str) -> float:
    return _number(text, "a number of days above 0, such as 365")


def _number(text: str, wanted: str, *, most: float = float("inf")) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < most:
        message = f"{text!r} is not {wanted}"
        raise argparse.ArgumentTypeError(message)
    return value
