"""The notebook of a planning session in a workspace: written once, and then people's own."""

import json
import sys

import pytest

from salesnb.actions.session_notebook import session_notebook
from salesnb.cli import main
from salesnb.errors import UnknownName
from tests.actions.test_plan_session import workspace

__all__ = ["workspace"]


def test_it_opens_the_last_plan_with_its_code_hidden_and_no_outputs(workspace):
    path = session_notebook(workspace)
    assert path == workspace.root / "planning_session.ipynb"
    code = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert all(cell["metadata"]["jupyter"]["source_hidden"] and not cell["outputs"] for cell in code)
    assert "".join(code[0]["source"]).startswith('plan = ""')


def test_of_a_named_plan_it_opens_that_one(workspace):
    path = session_notebook(workspace, "fy18")
    assert path.name == "planning_session_fy18.ipynb"
    assert "plan = 'fy18'" in path.read_text()
    with pytest.raises(UnknownName, match="fy19"):
        session_notebook(workspace, "fy19")
    assert not (workspace.root / "planning_session_fy19.ipynb").exists()


def test_what_people_made_of_it_stays(workspace):
    path = session_notebook(workspace)
    path.write_text("theirs")
    assert session_notebook(workspace) == path
    assert path.read_text() == "theirs"


@pytest.mark.parametrize(("more", "module"), [((), "jupyterlab"), (("--app",), "voila")])
def test_the_command_becomes_the_program_that_shows_it(workspace, monkeypatch, more, module):
    became = []
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    monkeypatch.setattr("os.execv", lambda program, command: became.append((program, command)))
    main(["-C", str(workspace.root), "session", "fy18", *more, "--no-browser"])
    ((program, command),) = became
    assert program == sys.executable
    assert command[1:3] == ["-m", module]
    assert command[-1] == "--no-browser"
    assert [part for part in command if part.endswith("planning_session_fy18.ipynb")]
