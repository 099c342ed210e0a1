"""``plans/.history/predictions.jsonl``: every prediction of the workspace, a line each, never changed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.actions.line_file import alone, append_lines, read_lines
from salesnb.errors import SalesnbError

if TYPE_CHECKING:
    from salesnb.outlook.predictions import Prediction

__all__ = ["FILE", "Record", "add_predictions", "read_predictions"]

FILE = Path(".history", "predictions.jsonl")
_DATES = ("start", "end", "as_of")
_TEXTS = ("plan", "kpi", "node", "level", "period", "closed", "unit")


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
    lines, cut = read_lines(plans / FILE)
    found: dict[tuple[str | int, ...], Prediction] = {}
    unreadable = int(cut)
    for line in lines:
        said = _prediction(line)
        if said is not None:
            found.setdefault(said.key, said)
        unreadable += said is None
    return Record(predictions=tuple(found.values()), unreadable=unreadable)


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
    with alone(path, "predictions"):
        known = {said.key for said in read_predictions(plans).predictions}
        new = [said for key, said in reversed(asked.items()) if key not in known]
        if new:
            append_lines(path, map(_line, new))
    return len(new)


def _line(said: "Prediction") -> bytes:
    return json.dumps(asdict(said), ensure_ascii=False, default=date.isoformat).encode()


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
