"""What ``salesnb plan allocate`` prints: an allocation, questions, scores, used against planned."""

import argparse
import json
from typing import TYPE_CHECKING

from salesnb.cli import say
from salesnb.cli.progress import progress_line
from salesnb.cli.table import print_csv, print_json, print_text
from salesnb.workspace import Workspace

if TYPE_CHECKING:
    from salesnb.actions.allocating import Allocated
    from salesnb.actions.allocation_scenarios import Sides
    from salesnb.planning import Plan

__all__ = ["ask", "print_allocation", "print_questions", "print_scores", "print_used"]

_LEFT = {"segment", "resource", "came"}


def print_allocation(
    workspace: Workspace, found: "Allocated", sides: "Sides | None", arguments: argparse.Namespace
) -> None:
    """Print what was found, in words and a table or as JSON."""
    from salesnb.actions import allocation_words as words
    from salesnb.actions.allocation_method_words import method_lines

    fmt = workspace.settings.formatter
    if arguments.format == "json":
        document = words.allocation_document(found, sides, workspace.settings.digits)
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for line in words.allocation_lines(found, fmt):
        print(line)
    records = words.allocation_records(found, fmt)
    columns = list(records[0])
    print_text(columns, records, right=[name for name in columns if name not in {"segment", "resource"}])
    if arguments.leeway is not None:
        print(
            f"From and to: what each may have, the others following, while at most {fmt.ratio(arguments.leeway)} is lost."
        )
    for line in words.compared_lines(found, fmt) if arguments.compare else ():
        print(line)
    if sides is not None:
        rows = words.scenario_records(sides, fmt)
        print_text(list(rows[0]), rows, right=list(rows[0])[1:])
        for line in words.scenario_lines(sides, fmt):
            print(line)
    for line in words.hinge_lines(found.hinges, found.solved.posed, fmt):
        print(line)
    for line in method_lines(found, fmt) if arguments.method else ():
        print(line)


def ask(workspace: Workspace, read: "Plan", plan: "Plan", arguments: argparse.Namespace) -> int:
    """Keep what was stated where that is wanted, and say what is missing yet."""
    from salesnb.actions.asking_judgements import QUESTIONS
    from salesnb.actions.effort_history import usual_effort
    from salesnb.actions.stating import save_stated

    if arguments.save and plan != read:
        saved = save_stated(workspace, plan, read_at=read.revision, why=arguments.why)
        say(f"Saved revision {saved.revision}.")
    if not plan.resources:
        say(
            "Nothing is there to allocate: say how much there is with --total, such as --total budget=400000."
        )
        for name, usual in usual_effort(workspace, plan).items():
            say(f"Effort of {name} is loaded: {usual:,.0f} in as many months as {plan.period.label} has.")
    if not plan.response_curves:
        for line in QUESTIONS:
            say(line)
        say(
            f"salesnb plan allocate {plan.name} --questions > answers.csv prints them for your segments; fill it in and"
        )
        say(f"give it back: salesnb plan allocate {plan.name} --total budget=400000 --judge answers.csv")
    return 1


def print_questions(workspace: Workspace, plan: "Plan") -> int:
    """Print the questions for each segment as CSV."""
    from salesnb.actions.asking_judgements import QUESTIONS, question_records

    for line in QUESTIONS:
        say(line)
    records = question_records(workspace, plan)
    print_csv(list(records[0]), records)
    return 0


def print_scores(workspace: Workspace, plan: "Plan", arguments: argparse.Namespace) -> int:
    """Print the segments by score."""
    from salesnb.actions.segment_score_words import flip_lines, score_document, score_records
    from salesnb.actions.segment_scores import read_weights, score_segments, weights_of

    weights = read_weights(arguments.scores) if arguments.scores.strip() else weights_of(plan)
    found = score_segments(workspace, plan, weights)
    for notice in found.notices:
        say(notice)
    fmt = workspace.settings.formatter
    if arguments.format == "json":
        print_json([], score_document(found, workspace.settings.digits))
        return 0
    records = score_records(found, fmt)
    print_text(list(records[0]), records, right=list(records[0])[1:])
    for line in flip_lines(found, fmt):
        print(line)
    return 0


def print_used(workspace: Workspace, plan: "Plan", arguments: argparse.Namespace) -> int:
    """Print what was used against what was planned, what was predicted against what came, and what curves learn from it."""
    from salesnb.actions import used_effort_words as words
    from salesnb.actions.fitting_curves import refit_lines, with_curves
    from salesnb.actions.used_effort import find_used

    found = find_used(workspace, plan)
    if arguments.format == "json":
        print(json.dumps(words.used_document(found, workspace.settings.digits), indent=2, ensure_ascii=False))
        return 0
    for line in words.used_lines(found):
        say(line)
    fmt = workspace.settings.formatter
    for records in (words.used_records(found, fmt), words.result_records(found, fmt)):
        columns = list(records[0]) if records else []
        if records:
            print_text(columns, records, right=[name for name in columns if name not in _LEFT])
    for line in words.result_lines(found):
        print(line)
    if any(curve.fit is not None for curve in plan.response_curves):
        with progress_line() as show:
            anew = with_curves(workspace, plan, arguments.curves, show, lag=arguments.lag).plan
        for line in refit_lines(plan, anew):
            print(line)
    return 0
