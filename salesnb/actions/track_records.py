"""How far outlooks were right on the workspace's past, worked out once and kept until that past changes."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.actions.outlook_backtest import Trials
from salesnb.errors import SalesnbError
from salesnb.files import write_atomic
from salesnb.workbooks.cache import package_hash

if TYPE_CHECKING:
    from salesnb.outlook.track_record import TrackRecord

__all__ = ["FILE", "track_record"]

FILE = Path(".history", "track_records.json")
# Of several KPIs, lengths and days of asking.
_MOST_KEPT = 24


def track_record(
    trials: Trials, steps: int, *, told: Callable[[int, int], None] | None = None
) -> "TrackRecord | None":
    """Tell how far outlooks of a KPI would have been right; None where there is too little history for a single window.

    It depends on months that are over alone. It is worked out where what is known of them, the organisation or the
    method is another than before, and kept in the workspace; where it cannot be kept, it is told all the same.

    Parameters
    ----------
    trials
        The KPI, its past, and the workspace that keeps what is found.
    steps
        Length of the windows, in months.
    told
        Called with how many month ends are done, and of how many.
    """
    path = trials.workspace.plans().folder / FILE
    key = trials.digest(steps, package_hash(files("salesnb.outlook")))
    kept = _kept(path)
    if key not in kept:
        found = _worked_out(trials, steps, told)
        kept = dict([*kept.items(), (key, found)][-_MOST_KEPT:])
        # Who may only read the workspace works it out each time.
        with suppress(SalesnbError, OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, json.dumps(kept, indent=1))
    return _read(kept[key])


def _worked_out(trials: Trials, steps: int, told: Callable[[int, int], None] | None) -> dict[str, Any] | None:
    from salesnb.outlook.track_record import level_record

    parts = {level: part for level, part in trials.walked(steps, told).items() if part.windows.totals.size}
    if not parts:
        return None
    return {
        "steps": steps,
        "levels": {level: asdict(level_record(part)) for level, part in parts.items()},
        "whole": asdict(level_record(*parts.values())),
    }


def _kept(path: Path) -> dict[str, Any]:
    """Read what is kept; what cannot be read is worked out again."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        for document in found.values():
            _read(document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return dict(found)


def _read(document: dict[str, Any] | None) -> "TrackRecord | None":
    from salesnb.outlook.track_record import LevelRecord, TrackRecord

    def level(part: dict[str, Any]) -> LevelRecord:
        return LevelRecord(**part | {"attained": tuple((float(a), float(b)) for a, b in part["attained"])})

    if document is None:
        return None
    return TrackRecord(
        steps=int(document["steps"]),
        levels={name: level(part) for name, part in document["levels"].items()},
        whole=level(document["whole"]),
    )
