"""When a result may be kept: the key of its inputs, and whether its files are still what was written."""

import hashlib
import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from salesnb.files import sha256_of
from salesnb.workbooks.jobs import Job, Result

__all__ = ["file_fault", "job_key", "package_hash", "unchanged"]

_NEVER = frozenset({"__pycache__"})
_APART = frozenset({"actions", "cli", "crm", "labextension", "server", "widgets"})


def job_key(job: Job, template: bytes, package: str) -> str:
    """SHA-256 of all that a job's result depends on.

    Parameters
    ----------
    template
        The notebook's bytes.
    package
        See `package_hash`.
    """
    page = [job.title, job.facts, job.provenance, job.back, job.locale]
    about = json.dumps([job.slug, dict(job.parameters), page], sort_keys=True, default=str)
    digest = hashlib.sha256()
    for part in (package.encode(), template, about.encode(), job.extract):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def package_hash(package: Traversable | None = None, *, apart: frozenset[str] = _APART) -> str:
    """SHA-256 of the package's own source: its version alone would miss a change in a checkout.

    What reads, writes and serves data is left out: a workbook meets its work in the extract alone. Name other folders
    in ``apart`` to leave out those instead.
    """
    digest = hashlib.sha256()
    _add(package or files("salesnb"), PurePosixPath(), digest, apart | _NEVER)
    return digest.hexdigest()


def unchanged(folder: Path, result: Result | None, key: str) -> bool:
    """Tell whether a result was made of the same inputs and its files are as they were written."""
    if result is None or result.status == "failed" or result.key != key or not result.files:
        return False
    return not file_fault(folder, result)


def file_fault(folder: Path, result: Result) -> str:
    """Say which file of a result is missing or not as it was written; empty where all are."""
    for name, known in result.files.items():
        try:
            if sha256_of(folder / name) != known:
                return f"A file was changed: {name}."
        except OSError:
            return f"A file is missing: {name}."
    return "" if result.files else "Its files are not known."


def _add(folder: Traversable, path: PurePosixPath, digest: "hashlib._Hash", apart: frozenset[str]) -> None:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            if item.name not in apart:
                _add(item, path / item.name, digest, apart)
        elif not item.name.endswith((".pyc", ".tmp")):
            digest.update(str(path / item.name).encode())
            digest.update(hashlib.sha256(item.read_bytes()).digest())
