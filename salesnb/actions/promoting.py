"""Promotion: a definition that stands the gate becomes a file of the workspace, and every review has it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from salesnb.errors import SalesnbError
from salesnb.kpis import Kpi
from salesnb.kpis.definition import CERTIFIED, DRAFT, Definition
from salesnb.kpis.gate import FAILED, NOT_POSSIBLE, GateCheck, gate
from salesnb.kpis.language.naming import origin_of
from salesnb.kpis.shelf import Shelf
from salesnb.kpis.standing import certificate
from salesnb.workbooks.kpi_view import checks_view

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.registry import Registry
    from salesnb.workbooks.review_text import Text
    from salesnb.workspace import Workspace

__all__ = ["GateReport", "Promotion", "check_workspace_kpis", "gate_checks", "promote"]


@dataclass(frozen=True, repr=False)
class GateReport:
    """The gate's checks of a definition; in a notebook it shows itself as a table."""

    checks: tuple[GateCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether all checks were stood."""
        return all(check.outcome == "passed" for check in self.checks)

    @property
    def sentence(self) -> str:
        """What came of it."""
        left = [f"“{check.name}”" for check in self.checks if check.outcome != "passed"]
        return f"Still to do: {', '.join(left)}." if left else "It can be certified."

    def __repr__(self) -> str:
        """Give the checks as text."""
        return self._view.plain

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self._view._repr_mimebundle_(include, exclude)

    @property
    def _view(self) -> "Text":
        return checks_view(self.checks, self.sentence)


@dataclass(frozen=True, kw_only=True, repr=False)
class Promotion:
    """What came of a promotion.

    Attributes
    ----------
    definition
        As it is kept; as it was given where it was refused.
    checks
        What the gate found.
    missing
        Why it is a draft and not certified, a sentence each.
    written
        Whether a file was written; a definition that is there already is not written again.
    """

    definition: Definition
    checks: tuple[GateCheck, ...]
    missing: tuple[str, ...] = ()
    written: bool = False

    @property
    def failures(self) -> tuple[GateCheck, ...]:
        """The checks that it did not stand."""
        return tuple(check for check in self.checks if check.outcome == FAILED)

    @property
    def accepted(self) -> bool:
        """Whether it is in the workspace now."""
        return not self.failures

    @property
    def sentence(self) -> str:
        """What came of it, for the person who asked."""
        kept = self.definition
        if not self.accepted:
            names = ", ".join(f"“{check.name}”" for check in self.failures)
            return f"{kept.name} was not promoted: {names} failed. Nothing was written."
        place = f"{origin_of(kept.name)}, version {kept.version}"
        status = "certified" if kept.status == CERTIFIED else "a draft"
        state = f"is {status} now" if self.written else f"was {status} already, and is as it was"
        why = f" To be certified it lacks: {' '.join(self.missing)}" if self.missing else ""
        return f"{kept.name} {state}: {place}.{why}"

    def __repr__(self) -> str:
        """Give the checks and what came of them."""
        return self._view.plain

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self._view._repr_mimebundle_(include, exclude)

    @property
    def _view(self) -> "Text":
        return checks_view(self.checks, self.sentence)


def promote(
    workspace: "Workspace",
    definition: Definition,
    *,
    draft: bool = False,
    progress: Callable[[str], None] | None = None,
    seen: Callable[[GateCheck], None] = lambda _: None,
) -> Promotion:
    """Check a definition and keep it as ``kpis/NAME.toml``: certified where nothing is missing, else as a draft.

    A definition whose figures changed gets the next version; one that is there already is left as it is. Every version
    stays in ``kpis/.history``.

    Parameters
    ----------
    draft
        Whether to keep it as a draft although it could be certified.
    progress
        Is told what is done.
    seen
        Is told of each check as soon as it is done.

    Returns
    -------
    Promotion
        With ``accepted`` false where a check failed: nothing was written then.

    Raises
    ------
    MissingFile
        When there is no data to check it on.
    StaleSave
        When the file was changed meanwhile.
    """
    shelf = Shelf(workspace.kpis_dir)
    read = shelf.text(definition.name)
    with workspace.dataset() as data:
        (progress or (lambda _text: None))(f"Checking {definition.name}")
        known = workspace.catalogue(data)
        checks = gate_checks(workspace, definition, data, known, seen)
        found = Promotion(definition=definition, checks=checks)
        if not found.accepted:
            return found
        mark = certificate(definition, known)
        missing = tuple(_missing(checks, draft=draft))
    kept = replace(
        definition,
        version=shelf.next_version(definition, mark),
        status=DRAFT if missing else CERTIFIED,
        certified="" if missing else mark,
    )
    written = shelf.save(kept, read=read)
    return replace(found, definition=kept, missing=missing, written=written)


def gate_checks(
    workspace: "Workspace",
    definition: Definition,
    data: "Dataset",
    known: "Registry[Kpi]",
    seen: Callable[[GateCheck], None] = lambda _: None,
) -> tuple[GateCheck, ...]:
    """Run the gate on a workspace's data; ``seen`` is told of each check as soon as it is done."""
    return gate(definition, known, data, workspace.calendar, fmt=workspace.settings.formatter, seen=seen)


def check_workspace_kpis(workspace: "Workspace", data: "Dataset") -> Iterator[tuple[str, GateCheck]]:
    """Run the gate for every definition that the workspace keeps; one that cannot be read is told elsewhere."""
    from salesnb.kpis.saved import saved_definitions

    known = workspace.catalogue(data)
    for name, definition in saved_definitions(workspace.kpis_dir).items():
        if not isinstance(definition, SalesnbError):
            for check in gate_checks(workspace, definition, data, known):
                yield name, check


def _missing(checks: tuple[GateCheck, ...], *, draft: bool) -> Iterator[str]:
    for check in checks:
        if check.outcome == NOT_POSSIBLE:
            yield f"{check.told} {check.advice}".strip()
    if draft:
        yield "It was asked to stay a draft."
