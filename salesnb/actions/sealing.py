"""A seal on a whole run: nothing that it rests on has changed since, told from files alone.

Neither the data nor the plan is opened for it, so that asking again for thousands of reviews takes a second. A seal that
does not hold says nothing: whoever reads the data then finds out what has to be made.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from salesnb.actions import clock
from salesnb.actions.review_request import ReviewOutcome, ReviewRequest
from salesnb.errors import CannotWrite
from salesnb.files import write_atomic
from salesnb.workbooks.cache import package_hash
from salesnb.workbooks.templates import shipped
from salesnb.workspace import OWN_DATA, SETTINGS_FILE, Workspace

__all__ = ["Seal", "sealed_review"]

_FOLDER = ".seals"
_FORMAT = 1
# These change how a run is made, not what comes of it.
_ANYHOW = {"jobs": None, "force": False, "timeout": 0, "isolated": False, "dask": "", "today": None}
_NOT_PAGES = frozenset({"cli", "labextension", "server", "widgets"})


def sealed_review(
    workspace: Workspace, request: ReviewRequest, *, progress: Callable[[str], None] | None = None
) -> ReviewOutcome:
    """Do as `salesnb.actions.reviewing.review` does; where a whole run of the same files is sealed, that is its answer."""
    seal = Seal(workspace, request)
    found = None if request.force else seal.outcome()
    if found is not None:
        return found
    from salesnb.actions.reviewing import review

    outcome = review(workspace, request, progress=progress)
    seal.put_on(outcome)
    return outcome


class Seal:
    """What a run rests on, hashed before anything is read, so that what changes meanwhile breaks it.

    Parameters
    ----------
    workspace, request
        A run of some units only is never sealed.
    """

    def __init__(self, workspace: Workspace, request: ReviewRequest) -> None:
        asked = json.dumps(asdict(replace(request, **_ANYHOW)), default=str, sort_keys=True)  # type: ignore[arg-type]
        name = hashlib.sha256(asked.encode()).hexdigest()[:16]
        self._path = (request.out or workspace.reviews_dir) / _FOLDER / f"{name}.json"
        try:
            self._of = "" if request.only else _inputs(workspace, request)
        except OSError:
            # A file went while it was looked at.
            self._of = ""

    def outcome(self) -> ReviewOutcome | None:
        """Give what came of the sealed run; None where the seal does not hold."""
        try:
            kept: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            if not self._of or kept.get("of") != self._of:
                return None
            folder = self._path.parent.parent / kept["folder"]
            if any(_mark(folder / name) != mark for name, mark in kept["files"].items()):
                return None
            return ReviewOutcome(
                folder=folder,
                index=folder / "index.html",
                failures=(),
                summary=f"0 made, {int(kept['count'])} unchanged, 0 failed in 0.0 s.",
                notices=tuple(kept["notices"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def put_on(self, outcome: ReviewOutcome) -> None:
        """Seal a run in which nothing failed; one that cannot be sealed is made out by its data the next time."""
        if not self._of or outcome.failures:
            return
        folder = outcome.folder
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        kept = {
            "of": self._of,
            "folder": folder.relative_to(self._path.parent.parent).as_posix(),
            # Not what is handed out to recipients in folders of their own.
            "count": sum(path.suffix == ".ipynb" and path.parent == folder for path in files),
            "notices": outcome.notices,
            "files": {path.relative_to(folder).as_posix(): _mark(path) for path in files},
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path, json.dumps(kept))
        except (OSError, CannotWrite):
            return


def _inputs(workspace: Workspace, request: ReviewRequest) -> str:
    """SHA-256 of all files that a run rests on; empty where files do not tell it all.

    A warehouse changes without a file of ours, and another package's KPIs without its version.
    """
    if workspace.settings.source != OWN_DATA or _has_plugins():
        return ""
    digest = hashlib.sha256(f"{_FORMAT} {package_hash(apart=_NOT_PAGES)}".encode())
    if workspace.settings.max_age is not None:
        day = request.today or clock.today(workspace.settings.time_zone)
        digest.update(day.isoformat().encode())
    for path in _read(workspace, request):
        digest.update(f"\n{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    for path in sorted(workspace.data_dir.glob("[!.]*")):
        # Of the data its time and size: an import writes a new file.
        digest.update(f"\n{path.name} {_mark(path)}".encode())
    return digest.hexdigest()


def _read(workspace: Workspace, request: ReviewRequest) -> Iterator[Path]:
    yield workspace.root / SETTINGS_FILE
    yield from sorted(workspace.plans_dir.glob("*.json"))
    yield from sorted(workspace.kpis_dir.glob("*.toml"))
    yield from sorted(workspace.templates_dir.glob("*.ipynb"))
    yield from shipped("templates")
    if request.template.endswith(".ipynb") and Path(request.template).is_file():
        yield Path(request.template)


def _mark(path: Path) -> list[int]:
    told = path.stat()
    return [told.st_size, told.st_mtime_ns]


def _has_plugins() -> bool:
    points = (
        point
        for group in entry_points().groups
        if group.startswith("salesnb.")
        for point in entry_points(group=group)
    )
    return any(not point.value.startswith("salesnb.") for point in points)
