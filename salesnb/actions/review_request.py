"""What a run of reviews is asked for and what came of it; apart from the work, so that asking loads nothing heavy."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

__all__ = ["DEFAULT_TEMPLATE", "ReviewOutcome", "ReviewRequest"]

DEFAULT_TEMPLATE = "kpi_review"


@dataclass(frozen=True, kw_only=True)
class ReviewRequest:
    """What is asked for; None means the default.

    Attributes
    ----------
    plan
        Name of a plan; by default the only one.
    by
        A level, ``rep`` or another dimension; by default the lowest level.
    period
        Label; by default the plan's.
    as_of
        By default the latest day in the data.
    only
        Ids or names of the units wanted; empty means all.
    out
        Where the runs go; by default the workspace's ``reviews``.
    jobs
        Workers at once; by default the processors.
    timeout
        Seconds that a cell may take.
    isolated
        Whether each kernel is started anew and not forked.
    dask
        Address of a dask scheduler whose workers do the work; empty for this machine.
    restated
        Whether deals count for where their rep is on the as-of day, whatever it was then.
    stale_ok
        Whether to review data that is older or has lost more rows than the settings allow; the pages say so.
    today
        The day from which the age of the data is told; by default the clock's.
    """

    plan: str | None = None
    by: str | None = None
    period: str | None = None
    as_of: date | None = None
    template: str = DEFAULT_TEMPLATE
    only: tuple[str, ...] = ()
    out: Path | None = None
    jobs: int | None = None
    force: bool = False
    timeout: int = 300
    isolated: bool = False
    dask: str = ""
    restated: bool = False
    stale_ok: bool = False
    today: date | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewOutcome:
    """What came of a run.

    Attributes
    ----------
    folder, index
        The run's folder and its index page.
    failures
        A line a failed review.
    summary
        One line for the person at the terminal.
    notices
        What was accepted of the data though it is too old or too little, and what was left out, a line each.
    """

    folder: Path
    index: Path
    failures: tuple[str, ...]
    summary: str
    notices: tuple[str, ...] = ()
