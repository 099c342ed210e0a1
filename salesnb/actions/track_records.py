"""How far outlooks were right on the workspace's past, worked out once and kept until that past changes."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from importlib.resources import files
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from salesnb.actions.outlook_backtest import Trials
from salesnb.errors import SalesnbError
from salesnb.files import write_atomic
from salesnb.workbooks.cache import package_hash

if TYPE_CHECKING:
    from salesnb.outlook.track_record import TrackRecord

__all__ = ["FILE", "TrackRecords", "Tried", "track_record"]

FILE = Path(".history", "track_records.json")
# Of several KPIs, lengths and days of asking.
_MOST_KEPT = 24
_ABOUT = "how far such outlooks were right on the past"


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
    path, key = _path(trials), _key(trials, steps)
    kept = _kept(path)
    if key not in kept:
        found = _worked_out(trials, steps, told)
        kept = dict([*kept.items(), (key, found)][-_MOST_KEPT:])
        # Who may only read the workspace works it out each time.
        with suppress(SalesnbError, OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, json.dumps(kept, indent=1))
    return _read(kept[key])


class Tried:
    """A track record that is being worked out, and then is there.

    Parameters
    ----------
    work
        Works it out.
    turn
        Held while it works.

    Attributes
    ----------
    record
        None of too short a past, and as long as `unjudged` says why it is not known.
    is_over
        Whether it goes on no more.
    """

    def __init__(self, work: "Callable[[], TrackRecord | None]", turn: Lock) -> None:
        self._work, self._turn = work, turn
        self._error: BaseException | None = None
        self.record: TrackRecord | None = None
        self.is_over = False

    @property
    def unjudged(self) -> str:
        """Why the record is not known (yet); empty where it is."""
        if not self.is_over:
            return f"{_ABOUT} is being worked out"
        return "" if self._error is None else f"{_ABOUT} could not be worked out ({self._error!r})"

    def run(self) -> None:
        """Work it out; what goes wrong is kept, to be said where the record would be, and raised."""
        try:
            with self._turn:
                self.record = self._work()
        finally:
            self._error = sys.exception()
            self.is_over = True


class TrackRecords:
    """Gives track records, each looked up or worked out once.

    Parameters
    ----------
    beside
        Whether what is not kept is worked out in a thread, beside what else is done. All data is read before it
        begins, so that no connection is asked by two threads at once. What has come is noticed by a `look`.
    told
        Called with how many month ends are done, and of how many.

    Attributes
    ----------
    awaited
        Those that had not come at the last look.
    came
        How many others were waited for.
    """

    def __init__(self, *, beside: bool = False, told: Callable[[int, int], None] | None = None) -> None:
        self.beside, self._told = beside, told
        self._tried: dict[str, Tried] = {}
        self.awaited: tuple[Tried, ...] = ()
        # Several at once would not be sooner, and leave less of the processor to what else is done.
        self._turn = Lock()
        self.came = 0

    def of(self, trials: Trials, steps: int) -> Tried:
        """Give the record of a KPI and windows of so many months; see `track_record`."""
        key = _key(trials, steps)
        if key not in self._tried:
            made = Tried(partial(track_record, trials, steps, told=self._told), self._turn)
            if self.beside and key not in _kept(_path(trials)):
                # Who leaves is not to wait for it.
                Thread(target=made.run, name="track record", daemon=True).start()
                self.awaited = (*self.awaited, made)
            else:
                made.run()
            self._tried[key] = made
        return self._tried[key]

    def look(self) -> bool:
        """Notice what has come; whether anything has since the last look."""
        before = len(self.awaited)
        self.awaited = tuple(one for one in self.awaited if not one.is_over)
        self.came += before - len(self.awaited)
        return len(self.awaited) < before


def _path(trials: Trials) -> Path:
    return trials.workspace.plans().folder / FILE


def _key(trials: Trials, steps: int) -> str:
    return trials.digest(steps, package_hash(files("salesnb.outlook")))


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
