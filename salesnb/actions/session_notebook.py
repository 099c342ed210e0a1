"""The notebook of a planning session, as it stands in a workspace."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.errors import MissingFile
from salesnb.files import write_atomic
from salesnb.planning.names import safe_name
from salesnb.workbooks.templates import shipped

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["session_notebook"]

_NAME = "planning_session"


def session_notebook(workspace: "Workspace", plan: str = "") -> Path:
    """Give the notebook of a plan's session, written where there is none; one that is there stays as people made it.

    Parameters
    ----------
    plan
        By its name; without, the notebook opens the plan that was changed last.

    Raises
    ------
    UnknownName
        When there is no such plan.
    MissingFile
        When the installation has no such notebook.
    CannotWrite
        When the workspace's folder cannot be written to.
    """
    if plan:
        workspace.plans().load(plan)
    path = workspace.root / (f"{_NAME}_{safe_name(plan)}.ipynb" if plan else f"{_NAME}.ipynb")
    if not path.exists():
        write_atomic(path, _written(plan))
    return path


def _written(plan: str) -> str:
    source = next((path for path in shipped("notebooks") if path.stem == _NAME), None)
    if source is None:
        raise MissingFile(f"The notebook {_NAME} is not installed.", hint="Install salesnb again.")
    notebook = json.loads(source.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        if plan and "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = f"plan = {plan!r}"
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
