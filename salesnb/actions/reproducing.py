"""A finished workbook made again from what its run kept, and what differs."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesnb.errors import BadInput, MissingFile, UnknownName
from salesnb.workbooks.cache import package_hash
from salesnb.workbooks.jobs import Job, RunHeader
from salesnb.workbooks.paths import extract_name, notebook_name, page_name
from salesnb.workbooks.provenance import METADATA
from salesnb.workbooks.runner import run_jobs
from salesnb.workbooks.templates import check_parameters, read_template, templates
from salesnb.workspace import Workspace, settings_file

__all__ = ["reproduce"]

_AGAIN = "Make it anew: salesnb review --force."
_LONGEST_SOURCE = 60


def reproduce(file: Path, *, timeout: int = 300) -> tuple[str, ...]:
    """Make a workbook again from the extract that its run kept, and say what differs; nothing is written where it lies.

    Only a template that is found by its name is run, never the cells of the file. Where the template or the extract is
    not what it was nothing is run, for nothing could be learnt from it.

    Parameters
    ----------
    file
        A workbook or its page in the folder of a run.
    timeout
        Seconds that a cell may take.

    Returns
    -------
    tuple of str
        A sentence a difference; empty where the workbook and its page are identical.

    Raises
    ------
    MissingFile
        When the file or its notebook is not there.
    BadInput
        When it is no workbook of a run, or does not say what it was made of.
    """
    kept = _Kept.of(file)
    found = [*kept.template_faults(), *kept.extract_faults()]
    if found:
        return (*found, *kept.package_faults())
    with tempfile.TemporaryDirectory() as folder:
        # One folder deeper: the run puts a link and a lock beside its own.
        return (*kept.package_faults(), *kept.differences(Path(folder) / "again", timeout))


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """A workbook where its run left it."""

    folder: Path
    slug: str
    notebook: Mapping[str, Any]
    made_of: Mapping[str, Any]

    @classmethod
    def of(cls, file: Path) -> "_Kept":
        if file.suffix not in {".ipynb", ".html"}:
            raise BadInput(
                "This is neither a workbook nor a page.",
                where=str(file),
                hint="Give FILE.ipynb or FILE.html.",
            )
        if not file.is_file():
            raise MissingFile("There is no such file.", where=str(file))
        path = file.with_name(notebook_name(file.stem))
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            made_of = notebook["metadata"][METADATA]
            complete = {"template", "parameters", "extract_sha256", "package", "page"} <= made_of.keys()
        except FileNotFoundError:
            raise MissingFile("Its notebook is not beside it.", where=str(path), hint=_AGAIN) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            complete = False
        if not complete:
            raise BadInput("It does not say what it was made of.", where=str(path), hint=_AGAIN)
        return cls(folder=path.parent, slug=path.stem, notebook=notebook, made_of=made_of)

    @property
    def _workspace(self) -> Workspace | None:
        return Workspace.open(self.folder) if settings_file(self.folder) else None

    @property
    def _template(self) -> Path:
        workspace = self._workspace
        return Path(
            templates(workspace.templates_dir if workspace else None).get(self.made_of["template"]["name"])
        )

    @property
    def _extract(self) -> Path:
        # By the file's own name, not by what it says: a file from elsewhere must not choose what is read.
        return self.folder / extract_name(self.slug)

    def template_faults(self) -> Iterator[str]:
        name = self.made_of["template"]["name"]
        try:
            content = self._template.read_bytes()
        except (UnknownName, OSError):
            yield f"The template {name} is not here any more."
            return
        if _sha256(content) != self.made_of["template"]["sha256"]:
            yield f"The template {name} has changed."

    def extract_faults(self) -> Iterator[str]:
        try:
            content = self._extract.read_bytes()
        except OSError:
            yield f"The extract {extract_name(self.slug)} is missing."
            return
        if _sha256(content) != self.made_of["extract_sha256"]:
            yield f"The extract {extract_name(self.slug)} has changed."

    def package_faults(self) -> Iterator[str]:
        then, now = self.made_of["package"], package_hash()
        if then["sha256"] != now:
            yield f"salesnb is another one: it was {then['version']} ({then['sha256'][:8]}), and is ({now[:8]})."

    def differences(self, folder: Path, timeout: int) -> Iterator[str]:
        """Make it again in a folder of its own, and compare cell by cell, then the page."""
        header = RunHeader(plan=None, revision=None, as_of="", template="")
        report = run_jobs([self._job()], folder, header=header, workers=1, timeout=timeout)
        if report.failures:
            yield f"It fails now: {report.failures[0].reason}."
            return
        again = json.loads((folder / notebook_name(self.slug)).read_text(encoding="utf-8"))
        found = tuple(_cell_differences(self.notebook["cells"], again["cells"]))
        yield from found
        # The page names the package at its foot.
        if not found and not any(self.package_faults()):
            yield from self._page_difference(folder)

    def _page_difference(self, folder: Path) -> Iterator[str]:
        name = page_name(self.slug)
        try:
            same = (self.folder / name).read_bytes() == (folder / name).read_bytes()
        except FileNotFoundError:
            yield f"The page {name} is missing."
            return
        if not same:
            yield f"The page {name} is not what its notebook gives."

    def _job(self) -> Job:
        page, workspace, parameters = self.made_of["page"], self._workspace, dict(self.made_of["parameters"])
        check_parameters(read_template(self._template), parameters)
        return Job(
            id=self.slug,
            name=self.slug,
            slug=self.slug,
            template=self._template,
            parameters=parameters,
            extract=self._extract.read_bytes(),
            title=page["title"],
            facts=tuple(page["facts"]),
            provenance=tuple(page["provenance"]),
            back=page["back"],
            locale=page["locale"],
            withheld=workspace.secret_names() if workspace else frozenset(),
        )


def _cell_differences(before: list[Any], after: list[Any]) -> Iterator[str]:
    if len(before) != len(after):
        yield f"The number of its cells was {len(before)}, and is {len(after)}."
        return
    for place, (old, new) in enumerate(zip(before, after, strict=True), 1):
        if _joined(old.get("source")) != _joined(new.get("source")):
            yield f"The source of cell {place} is not the template's: {_short(new)}"
        elif old.get("outputs", []) != new.get("outputs", []):
            yield f"The output of cell {place} differs: {_short(new)}"


def _short(cell: Mapping[str, Any]) -> str:
    text = " ".join(_joined(cell.get("source")).split())
    return text if len(text) <= _LONGEST_SOURCE else f"{text[: _LONGEST_SOURCE - 1]}…"


def _joined(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
