"""The demo: the whole main job on an invented company, with no network and no files of the user's."""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from salesnb.actions.allocating import Asked, find_allocation, save_allocation
from salesnb.actions.effort_history import usual_effort
from salesnb.actions.fitting_curves import with_curves
from salesnb.actions.history import total_history
from salesnb.actions.importing import import_data
from salesnb.actions.making import make_plan
from salesnb.actions.reviewing import ReviewOutcome, ReviewRequest, review
from salesnb.actions.stating import Terms, state_resource
from salesnb.errors import BadInput
from salesnb.files import write_atomic
from salesnb.workbooks.cache import package_hash
from salesnb.workspace import SETTINGS_FILE, Settings, Workspace, settings_file

__all__ = ["PLAN", "MadeDemo", "make_demo", "open_or_sample"]

PLAN = "q3-2026"
_PERIOD = "2026-Q3"
_MARKER = ".salesnb-demo"
# A tenth above the same quarter a year before: ambitious and reachable.
_GROWTH = Fraction(110, 100)
# What of the package has no say in how the sample is made and loaded.
_NOT_SAMPLE = frozenset(
    {"actions", "charts", "cli", "kpis", "planning", "workbooks", "labextension", "server", "widgets"}
)


@dataclass(frozen=True, kw_only=True)
class MadeDemo:
    """What was made.

    Attributes
    ----------
    lines
        What to tell the person, a line each.
    index
        The company's page.
    failed
        Whether a review failed.
    """

    lines: tuple[str, ...]
    index: Path
    failed: bool


def make_demo(
    folder: Path,
    opportunities: int,
    *,
    jobs: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> MadeDemo:
    """Make a sample workspace, a plan and a review for every team; a second call changes only what has changed.

    Raises
    ------
    BadInput
        When the folder is somebody else's: not empty and not a demo.
    """
    started = time.perf_counter()
    tell = progress or (lambda _text: None)
    workspace = _planned(folder, opportunities, tell)
    outcome = review(workspace, ReviewRequest(plan=PLAN, jobs=jobs), progress=tell)
    return MadeDemo(
        lines=_report(folder, outcome, time.perf_counter() - started),
        index=outcome.index,
        failed=bool(outcome.failures),
    )


def open_or_sample(folder: str | Path = ".") -> Workspace:
    """Open the workspace of a folder or of one above it; where there is none, make a small sample to look at."""
    if settings_file(folder) is not None:
        return Workspace.open(folder)
    return _planned(Path(tempfile.mkdtemp()) / "sample", 2_000, lambda _text: None)


def _planned(folder: Path, opportunities: int, tell: Callable[[str], None]) -> Workspace:
    """Give the sample workspace with its data and its plan, which are made unless they are there."""
    workspace = _workspace(folder)
    if not _has_sample(workspace, opportunities):
        tell("Inventing three years of sales")
        _import_sample(workspace, opportunities, tell)
        write_atomic(workspace.root / _MARKER, _sample_of(opportunities))
    if PLAN not in workspace.plans().names():
        tell("Making the plan")
        _make_plan(workspace)
    return workspace


def _workspace(folder: Path) -> Workspace:
    if (folder / _MARKER).is_file() and (folder / SETTINGS_FILE).is_file():
        return Workspace.open(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            "The folder is not empty and is not a demo.",
            where=str(folder),
            hint="Name a new folder: salesnb demo DIR.",
        )
    workspace = Workspace.create(folder, replace(Settings(), company="Brightwater Instruments"))
    (folder / _MARKER).touch()
    return workspace


def _has_sample(workspace: Workspace, opportunities: int) -> bool:
    """Tell whether the same sample was imported before, by the same package."""
    return (workspace.root / _MARKER).read_text(encoding="utf-8") == _sample_of(opportunities)


def _sample_of(opportunities: int) -> str:
    return f"opportunities: {opportunities}, salesnb {package_hash(apart=_NOT_SAMPLE)}\n"


def _import_sample(workspace: Workspace, opportunities: int, tell: Callable[[str], None]) -> None:
    """Write the sample's files beside the workspace's data for the time of the import only."""
    from salesnb.crm.generator import LAST_DAY, SEED, write_sample

    files = Path(tempfile.mkdtemp(prefix="sample-", dir=workspace.data_dir))
    try:
        write_sample(files, opportunities=opportunities, seed=SEED, last_day=LAST_DAY)
        tell("Importing them")
        import_data(workspace, files, "sample", progress=tell)
    finally:
        shutil.rmtree(files, ignore_errors=True)


def _make_plan(workspace: Workspace) -> None:
    """Set the goal above the same quarter a year before, in whole tens of thousands."""
    calendar = workspace.calendar
    with workspace.dataset() as data:
        past = calendar.year_before(calendar.period(_PERIOD))
        before = total_history(data, calendar, workspace.catalogue(data), "won_amount", past)
    goal = round(Fraction(before or 0) * _GROWTH / 100 / 10_000) * 10_000
    make_plan(
        workspace,
        PLAN,
        _PERIOD,
        [("won_amount", str(max(goal, 10_000)))],
        objectives=("Grow with the customers we have while opening the North",),
    )
    _allocate(workspace)


def _allocate(workspace: Workspace) -> None:
    """Spend as much as usual, in whole tens of thousands of money and hundreds of hours, where it sells most."""
    plan = made = workspace.plans().load(PLAN)
    usual = usual_effort(workspace, plan)
    if not usual:
        # A sample of few deals has no effort.
        return
    for text in (
        f"campaigns={round(usual['campaigns'], -4):.0f}",
        f"visits={round(usual['visits'], -2):.0f} hours",
    ):
        plan = state_resource(plan, text, workspace.settings, Terms())
    plan = with_curves(workspace, plan, "auto").plan
    found = find_allocation(workspace, plan, Asked(), read_at=made.revision)
    save_allocation(workspace, found, why="As much as usual, where it sells most")


def _report(folder: Path, outcome: ReviewOutcome, seconds: float) -> tuple[str, ...]:
    """Say what was made, where, and in how many seconds."""
    return (
        *outcome.failures,
        f"Made a sample workspace with a plan and its reviews ({outcome.summary.rstrip('.')}) in {folder}.",
        f"  Index page:  {outcome.index}",
        f"Done in {seconds:.1f} s.",
    )
