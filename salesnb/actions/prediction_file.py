"""``plans/.history/predictions.jsonl``: every prediction of the workspace, a line each, never changed.

A line is written whole or, where a process is killed at that moment, in part at the very end; such a line is left out
and counted, and the next writer begins a new one. Writers wait for each other; readers need no lock.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.errors import CannotWrite, SalesnbError
from salesnb.files import cannot_write

if TYPE_CHECKING:
    from salesnb.outlook.predictions import Prediction

__all__ = ["FILE", "Record", "add_predictions", "read_predictions"]

FILE = Path(".history", "predictions.jsonl")
_DATES = ("start", "end", "as_of")
_TEXTS = ("plan", "kpi", "node", "level", "period", "closed", "unit")
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Record:
    """The predictions of a workspace.

    Attributes
    ----------
    predictions
        In the order in which they were made; of several for one key the first counts.
    unreadable
        How many lines could not be read, such as one that a killed process left.
    """

    predictions: "tuple[Prediction, ...]" = ()
    unreadable: int = 0


def read_predictions(plans: Path) -> Record:
    """Read the record of a folder of plans; there may be none.

    Raises
    ------
    CannotWrite
        When the file is there and cannot be opened.
    """
    path = plans / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Record()
    except OSError as error:
        raise cannot_write(path, error) from error
    found: dict[tuple[str | int, ...], Prediction] = {}
    unreadable = 0
    # What follows the last line's end was cut off, even where it can be read.
    *lines, rest = content.split(b"\n")
    for line in lines:
        said = _prediction(line) if line else None
        if said is not None:
            found.setdefault(said.key, said)
        unreadable += bool(line) and said is None
    return Record(predictions=tuple(found.values()), unreadable=unreadable + bool(rest))


def add_predictions(plans: Path, predictions: "Iterable[Prediction]") -> int:
    """Append those whose key the record does not hold yet, and say how many that were.

    Raises
    ------
    CannotWrite
        When the folder does not take it, or another process writes for a minute.
    """
    path = plans / FILE
    asked = {said.key: said for said in reversed(tuple(predictions))}
    if not asked:
        return 0
    with _alone(path):
        known = {said.key for said in read_predictions(plans).predictions}
        new = [said for key, said in reversed(asked.items()) if key not in known]
        if new:
            _append(path, b"".join(map(_line, new)))
    return len(new)


def _append(path: Path, lines: bytes) -> None:
    try:
        with path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                lines = lines if file.read(1) == b"\n" else b"\n" + lines
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise cannot_write(path, error) from error


def _line(said: "Prediction") -> bytes:
    return json.dumps(asdict(said), ensure_ascii=False, default=date.isoformat).encode() + b"\n"


def _prediction(line: bytes) -> "Prediction | None":
    """Read a line; None where it is not a prediction."""
    from salesnb.outlook.predictions import Prediction

    try:
        given: dict[str, Any] = json.loads(line)
        known = {spec.name: given[spec.name] for spec in fields(Prediction)}
        if not all(isinstance(known[name], str) for name in _TEXTS):
            return None
        dates = {name: date.fromisoformat(known[name]) for name in _DATES}
        numbers = {"target": int(known["target"]), "log_odds": float(known["log_odds"])}
        return Prediction(**{**known, **dates, **numbers})
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, SalesnbError):
        return None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from appending; the system lets go when a process dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_suffix(".lock"), timeout=_PATIENCE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise CannotWrite(
            f"Another process has been writing predictions for {_PATIENCE:g} seconds.",
            where=str(path.parent),
            hint="Wait for it or end it, and ask again; nothing was changed.",
        ) from None
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()
