"""Whether a run is still what its inputs would give, told without asking for a single figure."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.actions.handing_out import DELIVERIES
from salesnb.planning import plan_to_json
from salesnb.workbooks.cache import package_hash, unchanged
from salesnb.workbooks.record import RUN_FILE, earlier_results
from salesnb.workspace import SETTINGS_FILE

if TYPE_CHECKING:
    from salesnb.planning import Plan
    from salesnb.workbooks.jobs import Result
    from salesnb.workspace import Workspace

__all__ = ["inputs_key", "kept_results"]


def inputs_key(
    workspace: "Workspace", plan: "Plan", fingerprint: str, asked: Iterable[object], templates: Iterable[Path]
) -> str:
    """SHA-256 of all that a run depends on: data, plan, settings, templates, package, and what was asked.

    Parameters
    ----------
    fingerprint
        Of the data.
    asked
        Period, dimension and as-of date.
    """
    digest = hashlib.sha256()
    parts = [
        package_hash(apart=frozenset({"cli", "labextension", "server", "widgets"})).encode(),
        fingerprint.encode(),
        plan_to_json(plan).encode(),
        (workspace.root / SETTINGS_FILE).read_bytes(),
        json.dumps([str(word) for word in asked]).encode(),
        *(path.read_bytes() for path in templates),
    ]
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def kept_results(folder: Path, key: str) -> "tuple[Result, ...]":
    """Give the results of a complete run of the same inputs whose files are all as they were written; else nothing."""
    try:
        document = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    written = all((folder / name).is_file() for name in ("index.html", DELIVERIES))
    if not isinstance(document, dict) or document.get("inputs") != key or not written:
        return ()
    results = tuple(earlier_results(folder).values())
    return results if all(unchanged(folder, result, result.key) for result in results) else ()
