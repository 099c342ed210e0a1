"""``plans/.history/desks.json``: what each person has before them at each plan and has not kept in it.

What segments are filtered by and what is supposed in a what-if are no part of a plan. They are kept for whoever set them, so
that a restart loses nothing, and are worth no error where they cannot be.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.actions.line_file import alone
from salesnb.errors import CannotWrite
from salesnb.files import write_atomic

if TYPE_CHECKING:
    from salesnb.actions.plan_session import PlanSession

__all__ = ["FILE", "lay", "lies"]

FILE = Path(".history", "desks.json")


def lies(session: "PlanSession", part: str) -> Any:
    """Read a part of what the person at work has before them; None where there is none. It may be anything."""
    known: Any = _read(session.workspace.plans_dir / FILE)
    for name in (session.name, session.author, part):
        known = known.get(name) if isinstance(known, dict) else None
    return known


def lay(session: "PlanSession", part: str, value: Any) -> None:
    """Keep a part of what the person at work has before them, as JSON can hold it."""
    path = session.workspace.plans_dir / FILE
    with suppress(CannotWrite, OSError), alone(path, "what people have before them"):
        known = _read(path)
        mine = _inside(_inside(known, session.name), session.author)
        mine[part] = value
        write_atomic(path, json.dumps(known, ensure_ascii=False, indent=1) + "\n")


def _inside(known: dict[str, Any], name: str) -> dict[str, Any]:
    """Give what is filed under a name, where it can be filed under."""
    found = known.get(name)
    if not isinstance(found, dict):
        found = known[name] = {}
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
