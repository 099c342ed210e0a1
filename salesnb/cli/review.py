"""``salesnb review``: a review workbook for every team."""

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.arguments import day, whole_number
from salesnb.cli.progress import progress_line
from salesnb.cli.table import print_text
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.actions.review_request import ReviewRequest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("plan", metavar="PLAN", nargs="?", help="a plan (default: the only one)")
    parser.add_argument(
        "--by", metavar="team|rep|region|DIM", help="a workbook for each (default: the lowest level)"
    )
    parser.add_argument("--period", metavar="P", help="default: the plan's")
    parser.add_argument(
        "--as-of", dest="as_of", metavar="DATE", type=day, help="default: the latest day in the data"
    )
    parser.add_argument("--template", metavar="NAME", default="kpi_review", help="default: kpi_review")
    parser.add_argument(
        "--only", metavar="NODE", action="append", default=[], help="only this one, by name or id"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="default: reviews/ in the workspace")
    parser.add_argument(
        "--restated", action="store_true", help="by the organisation of the as-of day, whatever it was then"
    )
    _add_how(parser)


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", metavar="N", type=whole_number, help="workers at once (default: the processors)"
    )
    parser.add_argument(
        "--force", action="store_true", help="make everything anew, also what has not changed"
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say for each workbook whether it would be made or kept, and why; nothing is run",
    )
    parser.add_argument(
        "--timeout", metavar="S", type=whole_number, default=300, help="seconds a cell may take (300)"
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        default="",
        help="have the workers of a dask.distributed cluster make them; they need salesnb and see the same folder",
    )
    parser.add_argument(
        "--isolated",
        action="store_true",
        help="start the kernel of each review anew instead of forking it, which gives the same and takes longer",
    )
    parser.add_argument(
        "--pdf",
        action="store_true",
        help="print each page to PDF beside it too, with a Chromium that is here",
    )
    parser.add_argument(
        "--stale-ok",
        action="store_true",
        help="also from data that is older or has lost more rows than salesnb.toml allows; the pages say so",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the reviews and say where they are; failures make the exit code 1."""
    from salesnb.actions.printing import print_reviews
    from salesnb.actions.review_request import ReviewRequest
    from salesnb.actions.sealing import sealed_review
    from salesnb.workbooks.pdf import find_browser

    workspace = Workspace.open(arguments.workspace)
    request = ReviewRequest(
        plan=arguments.plan,
        by=arguments.by,
        period=arguments.period,
        as_of=arguments.as_of,
        template=arguments.template,
        only=tuple(arguments.only),
        out=arguments.out,
        jobs=arguments.jobs,
        force=arguments.force,
        restated=arguments.restated,
        timeout=arguments.timeout,
        isolated=arguments.isolated,
        dask=arguments.dask,
        stale_ok=arguments.stale_ok,
    )
    if arguments.explain:
        return _explain(workspace, request)
    browser = find_browser() if arguments.pdf else ""
    with progress_line() as show:
        outcome = sealed_review(workspace, request, progress=show)
        unprinted = print_reviews(outcome.folder, browser, progress=show) if browser else ()
    for told in (*outcome.notices, *outcome.failures, *unprinted):
        say(told)
    print(outcome.index)
    say(outcome.summary)
    return 1 if outcome.failures or unprinted else 0


def _explain(workspace: Workspace, request: "ReviewRequest") -> int:
    from salesnb.actions.reviewing import explain_review

    with progress_line() as show:
        found = explain_review(workspace, request, progress=show)
    records: list[dict[str, object]] = [
        {"review": one.name, "would": one.verdict, "why": one.reason} for one in found
    ]
    print_text(("review", "would", "why"), records, whole=("why",))
    counts = Counter(one.verdict for one in found)
    gone = f", {counts['remove']} removed" if counts["remove"] else ""
    say(f"{counts['run']} would be made, {counts['keep']} kept{gone}. Nothing was run.")
    return 0
