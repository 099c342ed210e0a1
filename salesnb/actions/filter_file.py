"""``plans/.history/filters.json``: what each person last filtered by at each plan, so that a restart loses it not.

A filter is no part of a plan: it is kept for whoever set it, and worth no error where it cannot be.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from salesnb.actions.line_file import alone
from salesnb.errors import CannotWrite
from salesnb.files import write_atomic
from salesnb.planning import Condition

__all__ = ["FILE", "keep_filter", "kept_filter"]

FILE = Path(".history", "filters.json")


def kept_filter(plans: Path, plan: str, by: str) -> tuple[Condition, ...]:
    """Read what somebody last filtered by at a plan; nothing where that is not known."""
    try:
        rows = _read(plans / FILE)[plan][by]
        return tuple(
            Condition(dimension=str(dimension), values=tuple(map(str, values))) for dimension, values in rows
        )
    except (KeyError, TypeError, ValueError):
        return ()


def keep_filter(plans: Path, plan: str, by: str, conditions: Sequence[Condition]) -> None:
    """Keep what somebody filters by at a plan, in place of what they did before."""
    path = plans / FILE
    rows = [[one.dimension, list(one.values)] for one in conditions]
    with suppress(CannotWrite, OSError), alone(path, "filters"):
        known = _read(path)
        mine = known.get(plan)
        known[plan] = {**(mine if isinstance(mine, dict) else {}), by: rows}
        write_atomic(path, json.dumps(known, ensure_ascii=False, indent=1) + "\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
