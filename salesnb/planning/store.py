"""Plans on disk: every revision is kept, and a save that did not see the latest one is refused.

``plans/NAME.plan.json`` is the plan; ``plans/.history/NAME/000001.json`` and so on are its revisions, each
with author, time and reason (`salesnb.planning.entries`). A save holds the lock of that plan while it

1. reads the plan and compares it with what the saver had read,
2. writes the new revision into the history, atomically,
3. replaces the plan, atomically.

Step 3 decides. A process that is killed before it leaves the plan as it was, and at most an entry in the
history that never became the plan: ``history`` shows it as not ``kept``, its number is not used again, and
the next save goes on from the plan. So every plan ever seen by a reader has its entry, numbers grow, and
no file is ever half written. Readers need no lock.

A plan that was changed by hand or by git is taken in as a revision of its own at the next save.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from salesnb.errors import BadInput, BadUsage, CannotWrite, Damaged, UnknownName, nearest
from salesnb.files import cannot_write, write_atomic
from salesnb.planning.checks import check
from salesnb.planning.differences import diff
from salesnb.planning.document import json_text, plan_from_json, plan_to_document
from salesnb.planning.entries import Entries, Wholes
from salesnb.planning.history import Revision, line_of
from salesnb.planning.model import SCHEMA_VERSION, Plan
from salesnb.planning.names import is_safe_name, safe_name
from salesnb.planning.refusals import check_stamp, refuse_stale, refuse_thawing
from salesnb.planning.schema import check_document

__all__ = ["PlanStore", "Revision"]

_SUFFIX = ".plan.json"
_OUTSIDE = "edited outside salesnb"
_NO_HISTORY = "found without history"
_UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class _Current:
    """The plan as its file holds it, and as the history knows it once that was taken in."""

    found: Plan
    plan: Plan


@dataclass(frozen=True)
class PlanStore:
    """The plans of a workspace.

    Attributes
    ----------
    folder
        ``plans/``; made when first saved to.
    patience
        Seconds to wait for another process that is saving the same plan.
    """

    folder: Path
    patience: float = 60.0
    # What the plan's file held when it was read or written last, so that the same bytes are not read twice.
    _last: dict[str, tuple[bytes, Plan | None]] = field(default_factory=dict, compare=False, repr=False)
    _wholes: Wholes = field(default_factory=dict, compare=False, repr=False)

    def names(self) -> tuple[str, ...]:
        """List the plans there are; files under names that a plan cannot have are not among them."""
        if not self.folder.is_dir():
            return ()
        found = (path.name.removesuffix(_SUFFIX) for path in self.folder.glob(f"*{_SUFFIX}"))
        return tuple(sorted(name for name in found if is_safe_name(name)))

    def path(self, name: str) -> Path:
        """Give the file of a plan, which may not be there.

        Raises
        ------
        BadUsage
            When a plan cannot have that name.
        """
        return self.folder / f"{safe_name(name)}{_SUFFIX}"

    def load(self, name: str) -> Plan:
        """Read a plan.

        Raises
        ------
        UnknownName
            When there is none of that name.
        Damaged
            When its file cannot be read as a plan, naming the place, or is of a newer schema.
        BadInput
            When its numbers do not fit each other.
        """
        plan = self._read(name)
        if plan is None:
            raise UnknownName(
                f"There is no plan {name!r}.", where=str(self.folder), hint=nearest(name, self.names())
            )
        return plan

    def save(self, plan: Plan, *, read_at: int | Plan | None, author: str, reason: str, at: datetime) -> Plan:
        """Keep a plan as its next revision.

        Parameters
        ----------
        plan
            What to keep; its own ``revision`` does not matter.
        read_at
            The revision that the change was made from, None for a new plan; or the plan itself as it was
            read, which also tells apart what was edited by hand since.
        author, reason, at
            Who, why and when (with time zone); kept in the history.

        Returns
        -------
        Plan
            The plan as saved, with its revision.

        Raises
        ------
        StaleSave
            When the plan has moved on since, with the differences; nothing is overwritten.
        BadInput
            When its numbers do not fit each other, or it would change an approved plan without making it
            a draft.
        CannotWrite
            When the folder cannot be written to; the plan is as it was.
        """
        check_stamp(author, at)
        check(plan)
        document = plan_to_document(plan)
        # What cannot be read back is not written in the first place.
        check_document(document, where=f"plan {plan.name}")
        with self._locked(plan.name):
            before = self._current(plan.name, at)
            self._refuse_stale(plan.name, read_at or 0, before)
            if before is not None:
                refuse_thawing(before.found, plan)
            after = before.plan.revision if before else 0
            return self._publish(plan, document, after=after, author=author, reason=reason, at=at)

    def history(self, name: str, known: Iterable[Revision] = ()) -> tuple[Revision, ...]:
        """List the revisions of a plan, oldest first.

        Parameters
        ----------
        known
            Those that were read before; an entry never changes, so they are not read again.

        Raises
        ------
        UnknownName
            When there is no plan of that name and never was.
        Damaged
            When an entry cannot be read.
        """
        found = self._entries(name).revisions(known)
        if not found and self._read(name) is None:
            self.load(name)
        line = line_of(found, self._number_now(name, found))
        return tuple(replace(entry, kept=entry.revision in line) for entry in found)

    def revision(self, name: str, number: int) -> Plan:
        """Read an earlier revision of a plan.

        Raises
        ------
        UnknownName
            When there is none of that number.
        Damaged
            When its entry cannot be read.
        """
        return replace(self._entries(name).plan(number), name=name)

    def restore(
        self,
        name: str,
        number: int,
        *,
        author: str,
        at: datetime,
        reason: str = "",
        read_at: Plan | None = None,
    ) -> Plan:
        """Make an earlier revision the plan again, as a new revision and a draft.

        A plan that is damaged is set aside in its history folder first.

        Parameters
        ----------
        read_at
            The plan as it was read, where it is to be restored only while it is that still.

        Raises
        ------
        UnknownName, Damaged
            As ``revision``.
        StaleSave
            When the plan has moved on since it was read.
        CannotWrite
            When the folder cannot be written to.
        """
        check_stamp(author, at)
        old = replace(self.revision(name, number), status="draft", approval=None)
        with self._locked(name):
            try:
                before = self._current(name, at)
            except (Damaged, BadInput):
                self._set_aside(name)
                before = None
            if read_at is not None:
                self._refuse_stale(name, read_at, before)
            after = before.plan.revision if before else number
            said = reason or f"Restored revision {number}"
            document = plan_to_document(old)
            return self._publish(old, document, after=after, author=author, reason=said, at=at, like=number)

    def _read(self, name: str) -> Plan | None:
        """Read and check a plan; its name is that of the file, also where that was copied."""
        path = self.path(name)
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Damaged(f"Cannot read it: {error.strerror}.", where=str(path)) from error
        text_before, before = self._last.get(name, (b"", None))
        if before is not None and text == text_before:
            return before
        plan = check(replace(plan_from_json(text, where=path.name), name=name), where=path.name)
        self._last[name] = text, plan
        return plan

    def _current(self, name: str, at: datetime) -> _Current | None:
        """Read the plan under its lock; one that the history does not know is taken in first."""
        self._sweep(name)
        found = self._read(name)
        if found is None:
            self._refuse_twin(name)
            return None
        entries = self._entries(name)
        if found.revision and not entries.path(found.revision).is_file():
            entries.write(plan_to_document(found), after=0, author=_UNKNOWN, reason=_NO_HISTORY, at=at)
            return _Current(found=found, plan=found)
        if self._is_known(found):
            return _Current(found=found, plan=found)
        document, after = plan_to_document(found), found.revision
        # What the history has in its place may be damaged.
        taken = self._publish(
            found, document, after=after, author=_UNKNOWN, reason=_OUTSIDE, at=at, alone=True
        )
        return _Current(found=found, plan=taken)

    def _is_known(self, plan: Plan) -> bool:
        """Tell whether the history holds exactly this plan under its revision."""
        text, _ = self._last.get(plan.name, (b"", None))
        with suppress(OSError, ValueError):
            # The same document, as nearly always, takes no plan to be made of it.
            if self._entries(plan.name).document(plan.revision) == json.loads(text):
                return True
        try:
            return self.revision(plan.name, plan.revision) == plan
        except (UnknownName, Damaged):
            return False

    def _publish(
        self,
        plan: Plan,
        document: dict[str, Any],
        *,
        after: int,
        author: str,
        reason: str,
        at: datetime,
        like: int = 0,
        alone: bool = False,
    ) -> Plan:
        """Write the next revision: the history first, then the plan, which decides."""
        entries = self._entries(plan.name)
        numbers = entries.numbers()
        saved = replace(plan, revision=max([after, *numbers]) + 1, schema_version=SCHEMA_VERSION)
        document = {**document, "revision": saved.revision, "schema_version": SCHEMA_VERSION}
        entries.write(document, after=after, author=author, reason=reason, at=at, like=like, alone=alone)
        text = json_text(document).encode()
        try:
            write_atomic(self.path(plan.name), text)
        except CannotWrite:
            with suppress(OSError):
                entries.path(saved.revision).unlink()
            raise
        self._last[plan.name] = text, saved
        return saved

    def _refuse_stale(self, name: str, read_at: int | Plan, current: _Current | None) -> None:
        """Refuse a saver who has not seen what the file holds."""
        now = current.plan.revision if current else 0
        seen = read_at if isinstance(read_at, int) else read_at.revision
        if current and (seen == now if isinstance(read_at, int) else read_at == current.found):
            return
        differences: tuple[str, ...] = ()
        if current and seen:
            with suppress(UnknownName, Damaged):
                before = self.revision(name, read_at) if isinstance(read_at, int) else read_at
                differences = tuple(str(difference) for difference in diff(before, current.plan))
        refuse_stale(name, seen, now if current else None, differences)

    def _refuse_twin(self, name: str) -> None:
        """Two names that differ in case alone are one file on some systems."""
        twin = next((other for other in self.names() if other.casefold() == name.casefold()), None)
        if twin is not None:
            raise BadUsage(
                f"There is a plan {twin!r} already.", hint="Choose a name that differs in more than case."
            )

    def _number_now(self, name: str, revisions: list[Revision]) -> int:
        """Tell which revision the plan is at; the latest known when its file is gone or damaged."""
        with suppress(Damaged, BadInput):
            plan = self._read(name)
            if plan is not None:
                return plan.revision
        return max((entry.revision for entry in revisions), default=0)

    def _set_aside(self, name: str) -> None:
        """Keep a file that cannot be read, beside the history."""
        folder = self._history(name)
        number = 1 + sum(1 for _ in folder.glob("damaged-*.txt"))
        try:
            self.path(name).replace(folder / f"damaged-{number:03d}.txt")
        except OSError as error:
            raise cannot_write(folder, error) from error

    def _sweep(self, name: str) -> None:
        """Remove temporary files that killed saves of this plan left; nobody else writes them now."""
        left = [*self.folder.glob(f".{name}{_SUFFIX}.*.tmp"), *self._history(name).glob(".*.tmp")]
        for path in left:
            with suppress(OSError):
                path.unlink()

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """Keep other processes from saving this plan; the system lets go when a process dies."""
        from filelock import FileLock, Timeout

        self.path(name)
        folder = self._history(name)
        lock = FileLock(folder / ".lock", timeout=self.patience)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise CannotWrite(
                f"Another process has been saving the plan {name} for {self.patience:g} seconds.",
                where=str(folder),
                hint="Wait for it or end it, and save again; nothing was changed.",
            ) from None
        except OSError as error:
            raise cannot_write(self.path(name), error) from error
        try:
            yield
        finally:
            lock.release()

    def _history(self, name: str) -> Path:
        return self.folder / ".history" / safe_name(name)

    def _entries(self, name: str) -> Entries:
        return Entries(folder=self._history(name), name=name, wholes=self._wholes)
