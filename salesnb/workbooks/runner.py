"""Run a workbook for every team: fanned out over processes, kept where nothing changed, failures isolated."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from salesnb.errors import BadUsage
from salesnb.workbooks.cache import package_hash
from salesnb.workbooks.deciding import Decider, Decision
from salesnb.workbooks.folder import (
    SCRATCH,
    alone,
    locked,
    point_latest,
    remove_files,
    sweep,
    write_changed,
    write_files,
)
from salesnb.workbooks.forking import can_fork, zygote
from salesnb.workbooks.jobs import CellError, Job, Outcome, Progress, Result, RunHeader, RunReport, Task
from salesnb.workbooks.leaving_out import GRAMMAR, PYARROW, left_out
from salesnb.workbooks.paths import extract_name, failed_name, notebook_name, page_name, pdf_name
from salesnb.workbooks.processes import ProcessExecutor
from salesnb.workbooks.provenance import provenance, provenance_lines, with_provenance
from salesnb.workbooks.record import Journal, document, earlier_results, write_run

__all__ = ["run_jobs"]

_Answer = tuple[Outcome, float]
Finish = Callable[[RunReport], Mapping[str, str]]
After = Callable[[RunReport], bool]
_TICK = 0.5
# Seconds that another run of some workbooks may take for what stands above them.
_BRIEFLY = 60.0


def run_jobs(
    jobs: Sequence[Job],
    out: Path,
    *,
    header: RunHeader,
    executor: Executor | None = None,
    workers: int | None = None,
    timeout: int = 300,
    isolated: bool = False,
    force: bool = False,
    partial: bool = False,
    progress: Callable[[Progress], None] | None = None,
    finish: Finish | None = None,
    after: After | None = None,
) -> RunReport:
    """Make the workbooks and pages of a run; one that fails is its own row and harms no other.

    A result whose inputs have not changed is kept. A run that was killed leaves whole files only, and the
    next one goes on from there. When nothing has changed, nothing is written.

    Parameters
    ----------
    jobs
        What to make, in the order of the summary.
    out
        The run's folder, made where needed. ``latest`` beside it names it in the end.
    header
        For ``run.json``.
    executor
        Where the work is done; by default ``workers`` processes of our own. It is not shut down here.
    workers
        By default the number of processors.
    timeout
        Seconds that a cell may take.
    isolated
        Whether each kernel is started anew and not forked.
    force
        Run everything, also what has not changed.
    partial
        The jobs are some of the run's; the rows and files of others stay.
    progress
        Called whenever something has happened, and twice a second.
    finish
        Gives further files by name from the report, such as ``index.html``; written after all reviews.
    after
        Called once these are written and before ``run.json`` says that the run is whole; tells whether it wrote.

    Raises
    ------
    BadUsage
        When another run is writing into the folder (of a partial run: the same workbooks), or two jobs have one slug.
    CannotWrite
        When the disk does not take a file.
    """
    _check(jobs)
    slugs = sorted(job.slug for job in jobs) if partial else None
    with locked(out, slugs):
        sweep(out, slugs)
        journal = Journal(out, slugs[0] if slugs else "")
        tell = progress or (lambda _progress: None)
        run = _Run(out, journal, timeout=timeout, isolated=isolated, tell=tell)
        with _pool(executor, workers, len(jobs)) as pool:
            results = run.results(jobs, pool, force=force)
        sweep(out, slugs)
        if not partial:
            return run.finished(results, header, partial=False, finish=finish, after=after)
        with alone(out, _BRIEFLY):
            return run.finished(results, header, partial=True, finish=finish, after=after)


def _check(jobs: Iterable[Job]) -> None:
    seen: set[str] = set()
    for job in jobs:
        if job.slug in seen:
            raise BadUsage(
                f"Two reviews would be written to {job.slug}.html.", hint="Give every id its own slug."
            )
        seen.add(job.slug)


@contextmanager
def _pool(executor: Executor | None, workers: int | None, tasks: int) -> Iterator[Executor]:
    """Give the executor asked for, or our own that ends with the run, at once when that is interrupted."""
    if executor is not None:
        yield executor
        return
    own = ProcessExecutor(max(1, min(workers or os.cpu_count() or 1, tasks)))
    try:
        yield own
    except BaseException:
        own.shutdown(wait=True, cancel_futures=True)
        raise
    own.shutdown(wait=True)


@dataclass(frozen=True, kw_only=True)
class _Pending:
    """A job under way, by what it is known."""

    place: int
    decision: Decision
    started: float


class _Run:
    """One run into one folder."""

    def __init__(
        self,
        out: Path,
        journal: Journal,
        *,
        timeout: int,
        isolated: bool,
        tell: Callable[[Progress], None],
    ) -> None:
        self._out = out
        self._timeout, self._isolated = timeout, isolated
        self._tell = tell
        self._earlier: Mapping[str, Result] = {}
        self._journal = journal
        self._changed = False

    def results(self, jobs: Sequence[Job], pool: Executor, *, force: bool) -> tuple[Result, ...]:
        """Keep what can be kept and run the rest; a result a job, in their order."""
        decider = Decider(self._out, jobs, package=package_hash(), force=force)
        self._earlier = decider.earlier
        done: dict[int, Result] = {}
        waiting: dict[Future[_Answer], _Pending] = {}
        for place, job in enumerate(jobs):
            decision = decider.of(job)
            if decision.kept is not None:
                done[place] = replace(decision.kept, status="kept", name=job.name, reason=decision.reason)
                continue
            self._changed = True
            future = pool.submit(_work, self._task(job, decider))
            waiting[future] = _Pending(place=place, decision=decision, started=time.monotonic())
        self._collect(waiting, done, len(jobs))
        return tuple(done[place] for place in range(len(jobs)))

    def finished(
        self,
        results: tuple[Result, ...],
        header: RunHeader,
        *,
        partial: bool,
        finish: Finish | None,
        after: After | None,
    ) -> RunReport:
        """Write what stands above the single reviews, and remove the files of teams that are no more."""
        rows = self._merged(results) if partial else results
        gone = (
            {}
            if partial
            else {id_: row for id_, row in self._earlier.items() if id_ not in {r.id for r in rows}}
        )
        for row in gone.values():
            remove_files(self._out, (*row.files, pdf_name(row.slug)))
        others = frozenset(row.id for row in rows) - {result.id for result in results}
        report = RunReport(folder=self._out, results=rows, changed=self._changed, earlier=others)
        written = [
            write_changed(self._out / name, content.encode())
            for name, content in (finish(report) if finish else {}).items()
        ]
        written.append(after(report) if after else False)
        written.append(write_run(self._out, document(header, rows)))
        self._journal.close()
        written.append(point_latest(self._out))
        return replace(report, changed=self._changed or any(written) or bool(gone))

    def _merged(self, results: tuple[Result, ...]) -> tuple[Result, ...]:
        """Put the new rows in the places of the earlier ones; others stay, new ones come last.

        Earlier is what stands there now: others may have been made meanwhile.
        """
        fresh = {result.id: result for result in results}
        kept = [fresh.pop(id_, row) for id_, row in earlier_results(self._out).items()]
        return (*kept, *fresh.values())

    def _task(self, job: Job, decider: Decider) -> Task:
        template = decider.templates[job.template]
        made_of = provenance(job, template, decider.package)
        return Task(
            slug=job.slug,
            title=job.title,
            notebook=with_provenance(template, made_of),
            parameters=dict(job.parameters),
            extract=job.extract,
            extract_path=extract_name(job.slug),
            scratch=str(self._out.absolute() / SCRATCH / job.slug),
            timeout=self._timeout,
            isolated=self._isolated,
            facts=job.facts,
            provenance=provenance_lines(made_of),
            back=job.back,
            locale=job.locale,
            withheld=job.withheld,
        )

    def _collect(self, waiting: dict[Future[_Answer], _Pending], done: dict[int, Result], total: int) -> None:
        meter = _Meter(total=total, kept=len(done), began=time.monotonic(), tell=self._tell)
        meter.show(waiting, done.values())
        while waiting:
            ready, _ = wait(waiting, timeout=_TICK, return_when=FIRST_COMPLETED)
            last = ""
            for future in ready:
                pending = waiting.pop(future)
                result = self._settled(pending, future)
                self._journal.add(result)
                done[pending.place] = result
                last = pending.decision.job.name
            meter.show(waiting, done.values(), last)

    def _settled(self, pending: _Pending, future: Future[_Answer]) -> Result:
        """Write what a worker handed back."""
        job = pending.decision.job
        try:
            outcome, seconds = future.result()
        except Exception as error:  # noqa: BLE001 -- the review worker: whatever ended it, the others go on
            told = CellError(name=type(error).__name__, message=str(error))
            outcome, seconds = Outcome(error=told), time.monotonic() - pending.started
        contents = self._contents(job, outcome)
        self._remove_stale(job, contents)
        files = write_files(self._out, contents)
        if outcome.notebook:
            from salesnb.workbooks.notebook import sign

            sign(outcome.notebook)
        return Result(
            id=job.id,
            name=job.name,
            slug=job.slug,
            status="failed" if outcome.error else "ran",
            reason=outcome.error.sentence() if outcome.error else pending.decision.reason,
            seconds=round(seconds, 3),
            key=pending.decision.key,
            files=files,
            error=outcome.error,
            parts=pending.decision.parts,
        )

    def _contents(self, job: Job, outcome: Outcome) -> dict[str, bytes]:
        contents = {extract_name(job.slug): job.extract}
        if outcome.error is None:
            contents[notebook_name(job.slug)] = outcome.notebook.encode()
            contents[page_name(job.slug)] = outcome.page.encode()
        elif outcome.notebook:
            contents[failed_name(job.slug)] = outcome.notebook.encode()
        return contents

    def _remove_stale(self, job: Job, contents: Mapping[str, bytes]) -> None:
        """Leave no old figures beside a failed notebook or a new page, and no failed notebook beside a good page."""
        names = {name(job.slug) for name in (notebook_name, page_name, pdf_name, failed_name)}
        earlier = self._earlier.get(job.id)
        names |= set(earlier.files) if earlier else set()
        remove_files(self._out, names - set(contents))


@dataclass(frozen=True, kw_only=True)
class _Meter:
    """Tells how far a run is."""

    total: int
    kept: int
    began: float
    tell: Callable[[Progress], None]

    def show(
        self, waiting: Mapping[Future[_Answer], _Pending], done: Collection[Result], last: str = ""
    ) -> None:
        ran = len(done) - self.kept
        self.tell(
            Progress(
                total=self.total,
                done=len(done),
                kept=self.kept,
                failed=sum(result.status == "failed" for result in done),
                running=sum(future.running() for future in waiting),
                eta=(time.monotonic() - self.began) / ran * len(waiting) if ran else None,
                last=last,
            )
        )


def _work(task: Task) -> _Answer:
    """Do a task in a worker; what it needs is imported there, while what its kernel needs is imported elsewhere."""
    if can_fork() and not task.isolated:
        zygote(task.withheld)
    with left_out(GRAMMAR, PYARROW):
        from salesnb.workbooks.kernel import run_task

    began = time.monotonic()
    return run_task(task), time.monotonic() - began
