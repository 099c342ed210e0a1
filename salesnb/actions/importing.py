"""CRM files into a workspace."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.actions.stale_data import Doubt, import_doubts, row_drops
from salesnb.errors import BadUsage
from salesnb.files import write_atomic
from salesnb.workspace import OWN_DATA, SETTINGS_FILE, Workspace

if TYPE_CHECKING:
    from salesnb.crm.guessing import Draft
    from salesnb.crm.importing import ImportReport, ImportSettings
    from salesnb.crm.undoing import Undone

__all__ = ["MAPPING_FILE", "draft_for", "import_data", "undo_last", "write_draft"]

MAPPING_FILE = "mapping.toml"


def import_data(
    workspace: Workspace,
    source: Path,
    mapping: str | None = None,
    *,
    progress: Callable[[str], None] | None = None,
    accept: Callable[[tuple[Doubt, ...]], None] = lambda doubts: None,  # noqa: ARG005 -- by default all
) -> "ImportReport":
    """Read, check and load a source; readers see the old data until the new is complete.

    Parameters
    ----------
    source
        A folder, a CSV, Parquet, Excel or DuckDB file.
    mapping
        A mapping file or the name of a profile; by default the workspace's ``mapping.toml``.
    accept
        Told what speaks against the import, such as an export that looks partial; what it raises stops the import.

    Raises
    ------
    BadUsage
        When no mapping is given and the workspace has none.
    MissingFile, BadInput, CannotWrite
        When the source or mapping is not there or wrong, or the data cannot be written.
    """
    from salesnb.crm.importing import import_source
    from salesnb.crm.mapping import load_mapping

    chosen = mapping or _own_mapping(workspace)
    taken: list[str] = []

    def judge(before: "ImportReport | None", now: "ImportReport") -> None:
        if doubts := import_doubts(before, now, workspace.settings):
            accept(doubts)
            taken.append(f"{' '.join(doubt.what for doubt in doubts)} {_taken_back(before)}")

    report = import_source(
        source,
        load_mapping(chosen),
        _settings(workspace),
        workspace.data_dir,
        progress=progress,
        accept=judge,
    )
    loaded = {table.name: table.loaded for table in report.tables}
    drops = row_drops(report.loaded_before, loaded, workspace.settings)
    said = (f"{drop.what} Check that the export is whole; until then reviews refuse it." for drop in drops)
    return replace(report, notices=(*report.notices, *said, *taken, *_unused(workspace)))


def _taken_back(before: "ImportReport | None") -> str:
    return "Take it back with: salesnb import --undo" if before else "Import again when it is mended."


def undo_last(workspace: Workspace) -> "Undone":
    """Take the last import back.

    Raises
    ------
    MissingFile, BadInput, CannotWrite
        When there is no data, no earlier data, or it cannot be switched to.
    """
    from salesnb.crm.undoing import undo_import

    return undo_import(workspace.data_dir)


def _unused(workspace: Workspace) -> tuple[str, ...]:
    """Say so where the settings look elsewhere for their data."""
    if workspace.settings.source == OWN_DATA:
        return ()
    return (f"Figures come from [data] source in {SETTINGS_FILE}, not from what was loaded here.",)


def draft_for(
    workspace: Workspace, source: Path, *, progress: Callable[[str], None] | None = None
) -> "Draft | None":
    """Guess a mapping for a source; None where the workspace has one already.

    Raises
    ------
    MissingFile, BadInput
        When the source is not there, or nothing in it looks like deals.
    """
    if (workspace.root / MAPPING_FILE).is_file():
        return None
    from salesnb.crm.guessing import draft_mapping

    return draft_mapping(source, _settings(workspace), progress=progress)


def write_draft(workspace: Workspace, draft: "Draft") -> Path:
    """Write a guessed mapping into the workspace; one that is there stays.

    Raises
    ------
    BadUsage
        When the workspace has a mapping by now.
    CannotWrite
        When it cannot be written.
    """
    path = workspace.root / MAPPING_FILE
    if path.exists():
        raise BadUsage(f"The workspace has a {MAPPING_FILE} already.", hint="Import again to use it.")
    write_atomic(path, draft.text)
    return path


def _settings(workspace: Workspace) -> "ImportSettings":
    from salesnb.crm.importing import ImportSettings

    settings = workspace.settings
    return ImportSettings(
        currency=settings.currency,
        time_zone=settings.time_zone,
        levels=settings.levels,
        as_of=settings.as_of,
    )


def _own_mapping(workspace: Workspace) -> str:
    own = workspace.root / MAPPING_FILE
    if own.is_file():
        return str(own)
    from salesnb.crm.mapping import profile_names

    raise BadUsage(
        f"No mapping is given and the workspace has no {MAPPING_FILE}.",
        hint=f"Name one: --mapping FILE, or --mapping PROFILE (shipped: {', '.join(profile_names())}).",
    )
