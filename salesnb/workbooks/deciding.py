"""Whether a workbook is kept or made again, and why: decided before anything runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from salesnb.errors import BadInput, MissingFile
from salesnb.workbooks.cache import file_fault, job_key, package_hash
from salesnb.workbooks.inputs import changed_parts, input_parts
from salesnb.workbooks.jobs import Intent, Job, Result
from salesnb.workbooks.record import earlier_results

__all__ = ["KEPT", "Decider", "Decision", "intents"]

KEPT = "Nothing has changed."


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is done with a job.

    Attributes
    ----------
    kept
        The earlier result, where it stays.
    reason
        Why, for people.
    key, parts
        Of its inputs; of one that is kept the parts are its own.
    """

    job: Job
    kept: Result | None
    reason: str
    key: str
    parts: Mapping[str, str]


class Decider:
    """Decides by what lies in a run's folder.

    Parameters
    ----------
    jobs
        All that will be asked about; their templates are read once.
    package
        See `salesnb.workbooks.cache.package_hash`.
    force
        Everything is made again.

    Raises
    ------
    MissingFile, BadInput
        When a template is not there, or cannot be read.
    """

    def __init__(self, folder: Path, jobs: Iterable[Job], *, package: str, force: bool) -> None:
        self._folder = folder
        self._force = force
        self.package = package
        self.templates = _templates(jobs)
        self.earlier = earlier_results(folder)

    def of(self, job: Job) -> Decision:
        """Decide about one job."""
        template = self.templates[job.template]
        key = job_key(job, template, self.package)
        earlier = self.earlier.get(job.id)
        is_same = earlier is not None and earlier.status != "failed" and earlier.key == key
        fault = file_fault(self._folder, earlier) if earlier and is_same and not self._force else ""
        if earlier and is_same and not self._force and not fault:
            return Decision(job=job, kept=earlier, reason=KEPT, key=key, parts=earlier.parts)
        parts = input_parts(job, template, self.package)
        reason = self._why(earlier, key, parts, fault)
        return Decision(job=job, kept=None, reason=reason, key=key, parts=parts)

    def _why(self, earlier: Result | None, key: str, parts: Mapping[str, str], fault: str) -> str:
        if earlier is None:
            return "It is new."
        if earlier.status == "failed":
            return "It failed before."
        if earlier.key != key:
            # Earlier versions kept no parts.
            names = changed_parts(earlier.parts, parts) if earlier.parts else ()
            return f"Changed: {', '.join(names)}." if names else "Its inputs have changed."
        return fault or "It was asked for."


def intents(jobs: Iterable[Job], folder: Path, *, force: bool, partial: bool) -> tuple[Intent, ...]:
    """Say what a run of these jobs would do with each, and with those that are no more; nothing is run or written.

    Parameters
    ----------
    partial
        The jobs are some of the run's, and the others stay.
    """
    jobs = tuple(jobs)
    decider = Decider(folder, jobs, package=package_hash(), force=force)
    found = [_intent(decider.of(job)) for job in jobs]
    asked = {job.id for job in jobs}
    gone = () if partial else (row for id_, row in decider.earlier.items() if id_ not in asked)
    told = "There is nothing to review any more."
    return (*found, *(Intent(id=row.id, name=row.name, verdict="remove", reason=told) for row in gone))


def _intent(decision: Decision) -> Intent:
    job = decision.job
    return Intent(
        id=job.id, name=job.name, verdict="keep" if decision.kept else "run", reason=decision.reason
    )


def _templates(jobs: Iterable[Job]) -> dict[Path, bytes]:
    found: dict[Path, bytes] = {}
    for job in jobs:
        if job.template not in found:
            try:
                found[job.template] = job.template.read_bytes()
            except FileNotFoundError:
                raise MissingFile("There is no such template.", where=str(job.template)) from None
            except OSError as error:
                raise BadInput(
                    f"The template cannot be read: {error.strerror}.", where=str(job.template)
                ) from None
    return found
