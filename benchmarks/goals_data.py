"""The series that goals are tried on: read from files that are not part of the repository, or made."""

import csv
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np

from salesnb.errors import BadInput, MissingFile
from salesnb.outlook import Panel

__all__ = ["FREQUENCIES", "maven", "read_series", "shared_data"]

_DEFAULT = Path(__file__).parents[2] / "shared" / "data"
_LEVELS = {"region": "regional_office", "manager": "manager", "rep": "sales_agent"}

# A step's number, by the first letter of pandas' aliases (M, MS, ME, Q, …), from the day that names it.
FREQUENCIES: Mapping[str, Callable[[date], int]] = {
    "M": lambda day: 12 * day.year + day.month - 1,
    "Q": lambda day: 4 * day.year + (day.month - 1) // 3,
    "Y": lambda day: day.year,
    "W": lambda day: day.toordinal() // 7,
    "D": lambda day: day.toordinal(),
}


def shared_data() -> Path:
    """The folder of data that is not part of the repository: ``SALESNB_SHARED_DATA``, or beside the checkout."""
    return Path(os.environ.get("SALESNB_SHARED_DATA", _DEFAULT))


def read_series(
    path: Path, *, frequency: str, season: int, where: Mapping[str, str] | None = None
) -> tuple[Panel, int]:
    """Read series from a CSV file with columns unique_id, ds and y.

    A series with a gap counts from behind its last gap.

    Parameters
    ----------
    path
        ``ds`` is a day (2017-03-01, whatever follows) or a whole number of a step.
    frequency
        M, Q, Y, W or D.
    season
        Steps a year.
    where
        Values that other columns must have.

    Returns
    -------
    The series, and how many of them were cut at a gap.

    Raises
    ------
    MissingFile
        When there is no such file.
    BadInput
        When a column is missing, a value cannot be read, or nothing is left.
    """
    if not path.is_file():
        raise MissingFile(f"There is no file {path}.")
    if frequency[:1].upper() not in FREQUENCIES:
        raise BadInput(f"The frequency {frequency} is not known.", hint=f"Known: {', '.join(FREQUENCIES)}.")
    number = FREQUENCIES[frequency[:1].upper()]
    rows: dict[str, dict[int, float]] = defaultdict(dict)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"unique_id", "ds", "y", *(where or {})} - set(reader.fieldnames or ())
        if missing:
            raise BadInput(f"{path.name} has no column {', '.join(sorted(missing))}.")
        for row in reader:
            if all(row[key] == value for key, value in (where or {}).items()) and row["y"] not in ("", "NaN"):
                try:
                    rows[row["unique_id"]][_step(row["ds"], number)] = float(row["y"])
                except ValueError as error:
                    raise BadInput(str(error), where=f"{path.name}, line {reader.line_num}") from error
    series = {name: _last_run(found) for name, found in sorted(rows.items())}
    cut = sum(len(totals) < len(rows[name]) for name, (_, totals) in series.items())
    return Panel.from_series(series, season=season), cut


def maven(folder: Path) -> dict[str, Panel]:
    """Won amounts a month, 2017-03 to 2017-12, by region, manager and rep.

    Raises
    ------
    MissingFile
        When the folder does not hold the files.
    """
    deals, people = folder / "sales_pipeline.csv", folder / "sales_teams.csv"
    if not (deals.is_file() and people.is_file()):
        raise MissingFile(f"{folder} does not hold sales_pipeline.csv and sales_teams.csv.")
    with people.open(encoding="utf-8-sig", newline="") as file:
        person = {row["sales_agent"]: row for row in csv.DictReader(file)}
    with deals.open(encoding="utf-8-sig", newline="") as file:
        won = [
            (person[row["sales_agent"]], int(row["close_date"][5:7]) - 3, float(row["close_value"]))
            for row in csv.DictReader(file)
            if row["deal_stage"] == "Won"
        ]
    panels = {}
    for level, column in _LEVELS.items():
        totals: dict[str, list[float]] = defaultdict(lambda: [0.0] * 10)
        for who, month, amount in won:
            totals[who[column]][month] += amount
        first = FREQUENCIES["M"](date(2017, 3, 1))
        panels[level] = Panel.from_series({name: (first, totals[name]) for name in sorted(totals)})
    return panels


def _step(written: str, number: Callable[[date], int]) -> int:
    return int(written) if written.lstrip("-").isdigit() else number(date.fromisoformat(written[:10]))


def _last_run(found: Mapping[int, float]) -> tuple[int, list[float]]:
    """What stands behind the last gap: its first step, and the values."""
    steps = np.array(sorted(found))
    gaps = np.flatnonzero(np.diff(steps) > 1)
    kept = steps[gaps[-1] + 1 :] if gaps.size else steps
    return int(kept[0]), [found[step] for step in kept.tolist()]
