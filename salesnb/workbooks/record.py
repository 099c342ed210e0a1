"""What a run remembers: ``run.json`` at its end, and a journal on the way to continue a killed one."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from salesnb.files import cannot_write, write_atomic
from salesnb.workbooks.jobs import CellError, Result, RunHeader

__all__ = ["FORMAT", "RUN_FILE", "Journal", "document", "earlier_results", "write_run"]

FORMAT = "salesnb-run/1"
RUN_FILE = "run.json"
_JOURNAL, _JOURNAL_END = ".run", ".jsonl"


def earlier_results(folder: Path) -> dict[str, Result]:
    """Read what earlier runs left, by id: the last complete one, then what a killed one had finished since.

    What cannot be read counts as not there: everything then runs again.
    """
    known: dict[str, Result] = {}
    journals = sorted(folder.glob(f"{_JOURNAL}*{_JOURNAL_END}"))
    for row in (*_rows(folder / RUN_FILE), *(line for path in journals for line in _lines(path))):
        result = _result(row)
        if result is not None:
            known[result.id] = result
    return known


class Journal:
    """Appends every result the moment its files are whole.

    Parameters
    ----------
    name
        Of a run of some workbooks: others may write their own at the same time.
    """

    def __init__(self, folder: Path, name: str = "") -> None:
        self._path = folder / f"{_JOURNAL}{name and '-'}{name}{_JOURNAL_END}"

    def add(self, result: Result) -> None:
        """Append one result; a line that a kill cut short is ignored by whoever reads.

        Raises
        ------
        CannotWrite
            When the disk does not take it.
        """
        line = json.dumps(asdict(result), ensure_ascii=False)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                # The newline goes first too: a line cut short before must not swallow this one.
                file.write(f"\n{line}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def close(self) -> None:
        """Remove it: ``run.json`` says it all now."""
        self._path.unlink(missing_ok=True)


def document(header: RunHeader, results: Iterable[Result]) -> dict[str, Any]:
    """Give the content of ``run.json``."""
    return {
        "format": FORMAT,
        "plan": header.plan,
        "revision": header.revision,
        "as_of": header.as_of,
        "template": header.template,
        **header.more,
        "teams": [asdict(result) for result in results],
    }


def write_run(folder: Path, content: Mapping[str, Any]) -> bool:
    """Write ``run.json`` unless it says the same but for which were kept; tell whether it was written."""
    path = folder / RUN_FILE
    if _essence(_read(path)) == _essence(json.loads(json.dumps(content))):
        return False
    write_atomic(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return True


def _essence(content: Any) -> Any:
    """Leave out what differs between a run and its repetition that changed nothing."""
    if not isinstance(content, dict) or not isinstance(content.get("teams"), list):
        return None
    return {**content, "teams": [_team_essence(team) for team in content["teams"]]}


def _team_essence(team: Any) -> Any:
    good = isinstance(team, dict) and team.get("status") in {"ran", "kept"}
    return {**team, "status": "", "reason": ""} if good else team


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _rows(path: Path) -> list[Any]:
    content = _read(path)
    teams = content.get("teams") if isinstance(content, dict) and content.get("format") == FORMAT else None
    return teams if isinstance(teams, list) else []


def _lines(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _result(row: object) -> Result | None:
    if not isinstance(row, dict) or not isinstance(row.get("files"), dict):
        return None
    try:
        error = row.get("error")
        return Result(**{**row, "error": CellError(**error) if error else None})
    except TypeError:
        return None
