"""``salesnb deliver``: each review to whom it is for."""

import argparse

from salesnb.addresses import one_line
from salesnb.cli import say
from salesnb.cli.progress import progress_line
from salesnb.cli.table import print_text
from salesnb.workspace import Workspace

_COLUMNS = ("to", "subject", "pages", "status", "why")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "run",
        metavar="RUN|PLAN",
        nargs="?",
        default="",
        help="a run's folder, or a plan (default: the only one)",
    )
    parser.add_argument(
        "--to",
        metavar="WAY",
        default="",
        help="smtp, folder or another one (default: the one in salesnb.toml)",
    )
    parser.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        default=[],
        help="only this team, rep, manager or address",
    )
    parser.add_argument(
        "--again", action="store_true", help="also what was delivered before, or may have been"
    )
    parser.add_argument("--send", action="store_true", help="deliver; without it, only tell what would be")


def run(arguments: argparse.Namespace) -> int:
    """Print a line a recipient and say what was not delivered; a delivery that failed makes the exit code 1."""
    from salesnb.actions.delivering import DeliveryRequest, deliver

    request = DeliveryRequest(
        run=arguments.run,
        way=arguments.to,
        only=tuple(arguments.only),
        again=arguments.again,
        send=arguments.send,
    )
    with progress_line() as show:
        outcome = deliver(Workspace.open(arguments.workspace), request, progress=show)
    records: list[dict[str, object]] = [
        {
            "to": line.recipient,
            "subject": line.subject,
            "pages": ", ".join(line.files),
            "status": line.status,
            "why": line.why,
        }
        for line in outcome.lines
    ]
    if records:
        print_text(_COLUMNS, records, whole=("to", "why"))
    for told in outcome.notices:
        say(told)
    for one in outcome.undelivered:
        say(f"Not delivered: {one_line(one.name)}: {one_line(one.why, 500)}")
    say(outcome.summary)
    return 1 if outcome.failed else 0
