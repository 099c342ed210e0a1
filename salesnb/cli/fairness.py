"""``salesnb plan fairness``: who attains the quotas, and what that depends on."""

import argparse
import json
from pathlib import Path

from salesnb.cli import say
from salesnb.cli.table import print_text
from salesnb.workspace import Workspace

__all__ = ["add_fairness_arguments", "run_fairness"]

_MEANING = """\
Attainment is what is credited over the effective quota: the plan's quota by season, ramp and the days on which the rep
was there. Bands and what is healthy are settings: [fairness] bands, healthy. The slope says how many points of quota
more go with a territory of twice the mean potential; the ratchet, how quotas follow what was attained of the latest
earlier plan for as many months. Intervals are Student's t at 95 %; below 8 reps nothing is said.
"""


def add_fairness_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be said besides the plan."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _MEANING
    parser.add_argument("--kpi", metavar="KPI", help="of the goal, where several are cascaded")
    parser.add_argument(
        "--potential",
        metavar="FILE",
        type=Path,
        help="CSV with the columns rep and potential of the territory",
    )


def run_fairness(arguments: argparse.Namespace) -> int:
    """Print bands of attainment and what was found."""
    from salesnb.actions.fairness import find_fairness
    from salesnb.actions.fairness_words import band_records, fairness_document, fairness_lines

    workspace = Workspace.open(arguments.workspace)
    found = find_fairness(workspace, arguments.name, kpi=arguments.kpi, potential=arguments.potential)
    if arguments.format == "json":
        document = fairness_document(found, workspace.settings.digits)
        print(json.dumps(document, indent=2, ensure_ascii=False, default=str))
        return 0
    formatter = workspace.settings.formatter
    say(found.basis)
    print_text(["attainment", "reps", "share"], band_records(found, formatter), right=["share"])
    for line in fairness_lines(found, formatter):
        print(line)
    if not found.potential.points:
        say("Give --potential FILE with the columns rep and potential, or put market.csv beside the export.")
    return 0
