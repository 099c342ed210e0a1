"""``plans/.history/calls.jsonl``: every call of the workspace, a line each, never changed.

Calls stand beside plans, not in them: they outlive a plan, tell of a person over many, and change none, so that an
approved plan stays approved.
"""

import json
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from salesnb.actions.line_file import alone, append_lines, read_lines
from salesnb.outlook.calls import Call

__all__ = ["FILE", "add_call", "read_calls"]

FILE = Path(".history", "calls.jsonl")
_DAYS = ("start", "end", "as_of")
_TEXTS = ("plan", "node", "name", "level", "kpi", "unit", "period", "by", "note")


def read_calls(plans: Path) -> tuple[tuple[Call, ...], int]:
    """Read the calls of a folder of plans, in the order in which they were made, and how many lines cannot be read.

    Raises
    ------
    CannotWrite
        When the file is there and cannot be opened.
    """
    lines, cut = read_lines(plans / FILE)
    found = [_call(line) for line in lines]
    calls = tuple(call for call in found if call is not None)
    return calls, len(found) - len(calls) + cut


def add_call(plans: Path, call: Call) -> None:
    """Append a call.

    Raises
    ------
    CannotWrite
        When the folder does not take it, or another process writes for a minute.
    """
    line = json.dumps(asdict(call), ensure_ascii=False, default=lambda day: day.isoformat()).encode()
    with alone(plans / FILE, "calls"):
        append_lines(plans / FILE, [line])


def _call(line: bytes) -> Call | None:
    """Read a line; None where it is not a call."""
    try:
        given: dict[str, Any] = json.loads(line)
        known = {spec.name: given[spec.name] for spec in fields(Call)}
        if not all(isinstance(known[name], str) for name in _TEXTS):
            return None
        days = {name: date.fromisoformat(known[name]) for name in _DAYS}
        at, best = datetime.fromisoformat(known["at"]), known["best"]
        numbers = {"commit": int(known["commit"]), "best": None if best is None else int(best)}
        return Call(**{**known, **days, **numbers, "at": at})
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
