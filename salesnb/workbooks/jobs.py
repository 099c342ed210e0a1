"""What a run is asked to do, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

__all__ = [
    "CellError",
    "Intent",
    "Job",
    "Outcome",
    "Progress",
    "Result",
    "RunHeader",
    "RunReport",
    "Status",
    "Task",
]

Status = Literal["ran", "kept", "failed"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One workbook to make.

    Attributes
    ----------
    id, name
        Of the team, rep or value that it is about; the plan's own workbook has the id ``plan``.
    slug
        Stem of its files; see `salesnb.workbooks.paths.slug`.
    template
        The notebook that is run.
    parameters
        As the template takes them; every path is relative to the run's folder.
    extract
        What the workbook may know; written to ``extracts/<slug>.json``.
    title
        Of its page.
    facts
        Short texts above the title of its page, such as ``Data as of 30 Sep 2026``.
    provenance
        Short texts at the foot of its page.
    back
        Where its page links back to; empty for all that leaves the company and must not lead to the index.
    locale
        Of its page, such as ``de_DE``.
    withheld
        Environment variables that its cells must not see.
    """

    id: str
    name: str
    slug: str
    template: Path
    parameters: Mapping[str, Any]
    extract: bytes
    title: str
    facts: tuple[str, ...] = ()
    provenance: tuple[str, ...] = ()
    back: str = ""
    locale: str = "en_US"
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Task:
    """All that a worker needs for one job; it reads and writes nothing but its own scratch folder.

    Attributes
    ----------
    notebook
        The template, as JSON.
    extract_path
        Where the template expects the extract, from its working folder.
    scratch
        A folder that the worker makes, uses and removes.
    timeout
        Seconds that a cell may take.
    isolated
        Whether its kernel is started anew and not forked.
    """

    slug: str
    title: str
    notebook: str
    parameters: dict[str, Any]
    extract: bytes
    extract_path: str
    scratch: str
    timeout: int
    facts: tuple[str, ...] = ()
    provenance: tuple[str, ...] = ()
    back: str = ""
    locale: str = "en_US"
    withheld: frozenset[str] = frozenset()
    isolated: bool = False


@dataclass(frozen=True, kw_only=True)
class CellError:
    """Where and how a workbook stopped.

    Attributes
    ----------
    cell
        Position among the failed notebook's cells, from 0; None when it stopped outside of any.
    count
        The number that JupyterLab shows, as in ``[3]``.
    source
        The cell's source.
    name, message
        Of the exception.
    """

    name: str
    message: str
    cell: int | None = None
    count: int | None = None
    source: str = ""

    def sentence(self) -> str:
        """Say it in one line."""
        what = f"{self.name}: {self.message}".rstrip(": ").splitlines()[0]
        if self.cell is None:
            return what
        number = f" [{self.count}]" if self.count else ""
        return f"Cell {self.cell + 1}{number} stopped with {what}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a worker hands back.

    Attributes
    ----------
    notebook
        The executed notebook as JSON; of a failed one as far as it came; empty when there is none.
    page
        The page; empty when it failed.
    error
        None when all went well.
    """

    notebook: str = ""
    page: str = ""
    error: CellError | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """A team's row in the summary.

    Attributes
    ----------
    status
        ``ran``, ``kept`` (its inputs had not changed) or ``failed``.
    reason
        Why it ran or failed, for people.
    seconds
        How long it took; of a kept one how long it took when it ran.
    key
        SHA-256 of its inputs.
    files
        Names of its files from the run's folder, with the SHA-256 of each.
    error
        Of a failed one.
    parts
        A hash of each part of its inputs; see `salesnb.workbooks.inputs`.
    """

    id: str
    name: str
    slug: str
    status: Status
    reason: str = ""
    seconds: float = 0.0
    key: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    error: CellError | None = None
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What a run would do with a team.

    Attributes
    ----------
    verdict
        ``run``, ``keep`` or ``remove`` (it has no figures any more).
    reason
        Why, for people.
    """

    id: str
    name: str
    verdict: Literal["run", "keep", "remove"]
    reason: str


@dataclass(frozen=True, kw_only=True)
class RunHeader:
    """What a run is about, for ``run.json``."""

    plan: str | None
    revision: int | None
    as_of: str
    template: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """What came of a run: a result a job, in the order of the jobs.

    Attributes
    ----------
    folder
        The run's folder.
    changed
        Whether anything in it was written.
    earlier
        Ids of results that stand there from earlier runs; this one was not asked for them.
    """

    folder: Path
    results: tuple[Result, ...]
    changed: bool
    earlier: frozenset[str] = frozenset()

    def count(self, status: Status) -> int:
        """Count the results of a status that this run was asked for."""
        return sum(result.status == status for result in self._own)

    @property
    def failures(self) -> tuple[Result, ...]:
        """The results that this run was asked for and that failed."""
        return tuple(result for result in self._own if result.status == "failed")

    @property
    def _own(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.id not in self.earlier)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    done
        Finished ones, with those that were kept and those that failed.
    eta
        Seconds that are left, by the pace so far; None while nothing has finished.
    last
        Name of the one that finished last.
    """

    total: int
    done: int = 0
    kept: int = 0
    failed: int = 0
    running: int = 0
    eta: float | None = None
    last: str = ""

    def line(self) -> str:
        """Say it in one line.

        Examples
        --------
        >>> Progress(total=40, done=12, kept=4, failed=1, running=2, eta=95.0).line()
        'Reviews: 12 of 40 done (4 unchanged), 1 failed, 2 running, about 1 min 35 s left'
        """
        kept = f" ({self.kept} unchanged)" if self.kept else ""
        parts = [f"{self.done} of {self.total} done{kept}"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.running} running"] if self.running else []
        parts += (
            [f"about {_duration(self.eta)} left"] if self.eta is not None and self.done < self.total else []
        )
        return f"Reviews: {', '.join(parts)}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
